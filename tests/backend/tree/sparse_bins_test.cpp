// What is known of a sparse feature without looking at its bins bounds what any split by it gains, in the node itself
// and in what is left of it.
#include "backend/tree/sparse_bins.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace linden {
namespace {

struct Row {
  std::int32_t gradient, curvature;
};

// A node whose first rows are the entries of a feature.
struct Rows {
  std::vector<Row> entries, others;

  GrowNode node() const {
    GrowNode node;
    for (const auto& rows : {entries, others})
      for (const Row& row : rows) {
        ++node.rows;
        node.gradient += row.gradient;
        node.curvature += row.curvature;
      }
    return node;
  }
  SparseCell cell(std::int64_t centre) const {
    SparseCell sum{};
    for (const Row& row : entries) {
      const SparseCell one = cell_of(centre, row.gradient, row.curvature);
      sum = {sum.rise + one.rise, sum.fall + one.fall, sum.curvature + one.curvature, sum.rows + one.rows};
    }
    return sum;
  }
};

class SparseBounds : public testing::TestWithParam<int> {
 protected:
  SparseBounds() : bits_(static_cast<std::uint64_t>(GetParam())) {
    tree_.limits.l1 = one_of({0.0, 0.0, 0.7, 30.0});
    tree_.limits.l2 = one_of({0.0, 1.0, 1.0, 8.0});
    tree_.limits.min_child_weight = one_of({0.0, 1e-3, 2.0});
    tree_.limits.min_rows_in_leaf = below(4) + 1;
    tree_.gradient_unit = one_of({0x1p-14, 0x1p-3});
    tree_.curvature_unit = one_of({0x1p-16, 0x1p-3});
    tree_.centre = one_of({0.0, -1.0, 1.0}) * below(256);
    rare_ = one_of({0.5, 0.05});
    is_logistic_ = below(2) == 0;
    for (int i = 10 + below(40); i > 0; --i) rows_.entries.push_back(row());
    for (int i = 10 + below(200); i > 0; --i) rows_.others.push_back(row());
  }

  int below(int n) { return static_cast<int>(bits_() % static_cast<unsigned>(n)); }
  double one_of(std::initializer_list<double> values) { return values.begin()[below(std::ssize(values))]; }

  // Of a class against others, or anything.
  Row row() {
    if (!is_logistic_) return {below(32769) - 16384, below(16385)};
    const bool is_rare = below(1000) < 1000 * rare_;
    const int p = static_cast<int>(16384 * rare_) + below(300);
    return {is_rare ? p - 16384 : p, below(100) + p};
  }

  // The largest gain of many sides that the feature might cut off, entries in any order.
  double best_gain(const Scan& s) {
    double best = 0;
    for (int order = 0; order < 20; ++order) {
      std::shuffle(rows_.entries.begin(), rows_.entries.end(), bits_);
      if (order == 0) std::ranges::sort(rows_.entries, {}, &Row::gradient);
      std::int64_t gradient = 0, curvature = 0, count = 0;
      for (const Row& row : rows_.entries) {
        gradient += row.gradient;
        curvature += row.curvature;
        if (enough_rows(s, ++count))
          best = std::max(best, gain_of<false>(s, 0, gradient, curvature, count, s.limits.l2));
      }
    }
    return best;
  }

  TreeState tree_;
  Rows rows_;

 private:
  std::mt19937_64 bits_;
  double rare_;
  bool is_logistic_;
};

TEST_P(SparseBounds, HoldFromTheSumsOfTheEntriesAlone) {
  const Scan s = scan_of(tree_, rows_.node());
  const SparseCell cell = rows_.cell(tree_.centre);
  std::int64_t gradient = 0;
  for (const Row& row : rows_.entries) gradient += row.gradient;
  EXPECT_EQ(gradient_of(tree_.centre, cell), gradient);
  const double root = root_of_all(s, cell);
  EXPECT_GE(most_gain(s, cell, bounds_of(s, sparse_scale_of(tree_), cell, root), root), best_gain(s));
}

TEST_P(SparseBounds, HoldWhenRowsLeaveTheNode) {
  const SparseScale scale = sparse_scale_of(tree_);
  Scan s = scan_of(tree_, rows_.node());
  SparseCell cell = rows_.cell(tree_.centre);
  SideBounds bounds = bounds_of(s, scale, cell, root_of_all(s, cell));
  for (int step = 0; step < 4; ++step) {
    // What a search learns: the farthest sides there are, none of which bounds_of must have left out.
    SideBounds exact{0, 0, bounds.value};
    const auto look = [&] {
      std::int64_t gradient = 0, curvature = 0, count = 0;
      for (const Row& row : rows_.entries) {
        gradient += row.gradient;
        curvature += row.curvature;
        const double bottom = static_cast<double>(curvature) * s.curvature_unit + s.limits.l2;
        if (!enough_rows(s, ++count) || bottom < scale.lightest * scale.lightest) continue;
        const double x = static_cast<double>(gradient) * s.gradient_unit + bottom * bounds.value +
                         s.limits.l1 * sign_of(bounds.value);
        exact.up = std::max(exact.up, x / std::sqrt(bottom));
        exact.down = std::max(exact.down, -x / std::sqrt(bottom));
      }
    };
    for (int order = 0; order < 5; ++order) {
      std::shuffle(rows_.entries.begin(), rows_.entries.end(), std::mt19937_64(order));
      look();
    }
    EXPECT_LE(exact.up, bounds.up * (1 + 1e-9) + 1e-12);
    EXPECT_LE(exact.down, bounds.down * (1 + 1e-9) + 1e-12);

    Rows left;
    for (auto* rows : {&rows_.entries, &rows_.others}) {
      auto& leaving = rows == &rows_.entries ? left.entries : left.others;
      for (int i = below(static_cast<int>(rows->size()) / 3 + 1); i > 0; --i) {
        leaving.push_back(rows->back());
        rows->pop_back();
      }
    }
    bounds = without(scale, bounds, left.cell(tree_.centre));
    s = scan_of(tree_, rows_.node());
    cell = rows_.cell(tree_.centre);
    const double root = root_of_all(s, cell);
    bounds = as_seen_by(s, scale, bounds, root);
    EXPECT_GE(most_gain(s, cell, bounds, root), best_gain(s)) << step;
  }
}

INSTANTIATE_TEST_SUITE_P(Tree, SparseBounds, testing::Range(0, 300));

// Entries that are like all other rows gain nothing, and that shows without a search: that is what centred gradients
// are for.
TEST(SparseBoundsOf, EntriesLikeTheRestAreCloseToNothing) {
  TreeState tree;
  tree.gradient_unit = 0x1p-14;
  tree.curvature_unit = 0x1p-16;
  Rows rows;
  for (int i = 0; i < 400; ++i) rows.entries.push_back({819, 3113});
  for (int i = 0; i < 9000; ++i) rows.others.push_back({819, 3113});
  const Scan s = scan_of(tree, rows.node());
  const auto most = [&](std::int64_t centre) {
    tree.centre = centre;
    const SparseCell cell = rows.cell(centre);
    const double root = root_of_all(s, cell);
    return most_gain(s, cell, bounds_of(s, sparse_scale_of(tree), cell, root), root);
  };
  EXPECT_LT(most(-16 * 819 / 3113), 1);
  EXPECT_GT(most(0), 100);
}

}  // namespace
}  // namespace linden
