// A leaf is reached, with the features of a set S taken from the row and all others from the background, exactly when S
// has all features of A, which only the row has as the way to the leaf wants them, and none of B, which only the
// background has so. Of this game the Shapley values, and the interaction indices, are quotients of factorials of the
// sizes of A and B. The leaves for which there are such sets are found by one walk, which follows both where they part.
#include "explain/interventional.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "backend/explain/program.hpp"
#include "backend/tree/traverse.hpp"
#include "explain/row_values.hpp"

namespace linden {
namespace {

// What a term of a linear leaf adds for a value.
double added_by(const ForestTerm& term, double x) {
  return std::isfinite(x) ? term.slope * (std::clamp(x, term.low, term.high) - term.centre) : 0.0;
}

}  // namespace

// A walk of one row and one of the background through a tree.
class InterventionalTrees::Walk {
 public:
  Walk(const InterventionalTrees& all, std::int32_t tree)
      : all_(all),
        forest_(all.forest_),
        tree_(all.trees_[static_cast<std::size_t>(tree)]),
        number_(tree),
        from_(static_cast<std::size_t>(forest_.features)) {}

  /// values and pairs: where the sums of the row are, `stride` apart.
  void run(const double* row, const std::uint8_t* row_left, const double* other, const std::uint8_t* other_left,
           double weight, double* values, double* pairs, std::int64_t stride) {
    row_ = row;
    row_left_ = row_left;
    other_ = other;
    other_left_ = other_left;
    weight_ = weight;
    values_ = values;
    pairs_ = pairs;
    stride_ = stride;
    go_down(0);
  }

 private:
  enum class From : std::uint8_t { either, row, background };

  // A call for each feature in which the two differ on the way.
  void go_down(std::int32_t at) {
    for (;;) {
      const TreeNode& node = tree_.nodes[static_cast<std::size_t>(at)];
      if (node.feature < 0) return reach(node);
      const std::int32_t by_row = row_left_[at] != 0 ? node.left : node.right;
      const std::int32_t by_other = other_left_[at] != 0 ? node.left : node.right;
      const std::uint32_t feature = forest_.nodes[forest_.roots[number_] + at].feature;
      From& from = from_[feature];
      if (by_row == by_other || from != From::either) {
        at = from == From::background ? by_other : by_row;
        continue;
      }
      from = From::row;
      of_row_.push_back(feature);
      go_down(by_row);
      of_row_.pop_back();
      from = From::background;
      of_background_.push_back(feature);
      go_down(by_other);
      of_background_.pop_back();
      from = From::either;
      return;
    }
  }

  void reach(const TreeNode& leaf) {
    const std::span<const double> leaf_values = tree_.values(leaf);
    if (forest_.terms == nullptr) {
      for (std::size_t k = 0; k < leaf_values.size(); ++k) add(static_cast<int>(k), leaf_values[k]);
      return;
    }
    double value = leaf_values[0];
    const std::int32_t* const first = forest_.first_term + forest_.first_leaf[number_] + leaf.leaf;
    for (std::int32_t t = first[0]; t < first[1]; ++t) {
      const ForestTerm& term = forest_.terms[t];
      const double mine = added_by(term, row_[term.feature]), others = added_by(term, other_[term.feature]);
      const From from = from_[term.feature];
      value += from == From::row ? mine : others;
      if (from != From::either) continue;
      of_row_.push_back(term.feature);  // a leaf of its own, which is reached when the feature is known
      add(0, mine - others);
      of_row_.pop_back();
    }
    add(0, value);
  }

  // Adds the game of a leaf that adds so much where it is reached.
  void add(int column, double amount) {
    const std::int64_t a = std::ssize(of_row_), b = std::ssize(of_background_), features = forest_.features;
    amount *= weight_;
    if (a + b == 0 || amount == 0) return;
    const std::int64_t output = tree_.output < 0 ? column : tree_.output;
    double* const values = values_ + output * features * stride_;
    for (const std::uint32_t f : of_row_) values[f * stride_] += amount * all_.together(a - 1, b);
    for (const std::uint32_t f : of_background_) values[f * stride_] -= amount * all_.together(a, b - 1);
    if (pairs_ == nullptr) return;
    double* const pairs = pairs_ + output * pair_count(features) * stride_;
    const auto place = [&](std::uint32_t f, std::uint32_t g) { return pair_number(f, g, features) * stride_; };
    const auto add_pairs = [&](const std::vector<std::uint32_t>& list, std::int64_t x, std::int64_t y) {
      for (std::size_t i = 0; i < list.size(); ++i)
        for (std::size_t j = i + 1; j < list.size(); ++j)
          pairs[place(list[i], list[j])] += amount * all_.together(x, y);
    };
    add_pairs(of_row_, a - 2, b);
    add_pairs(of_background_, a, b - 2);
    for (const std::uint32_t f : of_row_)
      for (const std::uint32_t g : of_background_) pairs[place(f, g)] -= amount * all_.together(a - 1, b - 1);
  }

  const InterventionalTrees& all_;
  const ForestView& forest_;
  const Tree& tree_;
  const std::int32_t number_;
  std::vector<From> from_;  // by feature
  std::vector<std::uint32_t> of_row_, of_background_;
  const double *row_ = nullptr, *other_ = nullptr;
  const std::uint8_t *row_left_ = nullptr, *other_left_ = nullptr;
  double weight_ = 0;
  double *values_ = nullptr, *pairs_ = nullptr;
  std::int64_t stride_ = 0;
};

InterventionalTrees::InterventionalTrees(std::span<const Tree> trees, const ForestView& forest,
                                         const RowsView& background, std::span<const double> weights, int outputs)
    : trees_(trees),
      forest_(forest),
      background_(row_values(background, 0, background.rows)),
      weights_(weights),
      outputs_(outputs) {
  for (const Tree& tree : trees) most_ = std::max(most_, tree.depth() + 1);  // a slope may bring one more
  const std::int64_t width = most_ + 1;
  together_.resize(static_cast<std::size_t>(width * width));
  for (std::int64_t a = 0; a < width; ++a) {
    together_[a * width] = 1 / static_cast<double>(a + 1);
    for (std::int64_t b = 1; b < width; ++b)
      together_[a * width + b] = together_[a * width + b - 1] * static_cast<double>(b) / static_cast<double>(a + b + 1);
  }
}

double InterventionalTrees::together(std::int64_t a, std::int64_t b) const { return together_[a * (most_ + 1) + b]; }

void InterventionalTrees::set_ways(std::int32_t tree, const double* row, std::uint8_t* goes_left) const {
  const std::int32_t root = forest_.roots[tree];
  const auto nodes = static_cast<std::int32_t>(trees_[static_cast<std::size_t>(tree)].nodes.size());
  for (std::int32_t at = root; at < root + nodes; ++at) {
    const ForestNode& node = forest_.nodes[at];
    goes_left[at - root] = node.left != at && next_node<true>(forest_, at, row[node.feature]) == node.left;
  }
}

InterventionalTrees::Groups InterventionalTrees::groups_of(std::int32_t tree) const {
  const std::size_t nodes = trees_[static_cast<std::size_t>(tree)].nodes.size();
  const bool has_slopes =
      !trees_[static_cast<std::size_t>(tree)].leaf_terms.empty();  // which read the values themselves
  Groups groups;
  std::map<std::string, std::size_t> known;
  std::string ways(nodes, '\0');
  for (std::size_t row = 0; row < weights_.size(); ++row) {
    if (weights_[row] == 0) continue;
    set_ways(tree, background_.data() + row * static_cast<std::size_t>(forest_.features),
             reinterpret_cast<std::uint8_t*>(ways.data()));
    if (!has_slopes) {
      const auto [at, is_new] = known.emplace(ways, groups.row.size());
      if (!is_new) {
        groups.weight[at->second] += weights_[row];
        continue;
      }
    }
    groups.goes_left.insert(groups.goes_left.end(), ways.begin(), ways.end());
    groups.row.push_back(static_cast<std::int32_t>(row));
    groups.weight.push_back(weights_[row]);
  }
  return groups;
}

std::vector<double> InterventionalTrees::mean_scores() const {
  std::vector<double> means(static_cast<std::size_t>(outputs_));
  for (std::size_t t = 0; t < trees_.size(); ++t) {
    const Tree& tree = trees_[t];
    const std::int32_t root = forest_.roots[t];
    for (std::size_t row = 0; row < weights_.size(); ++row) {
      const double* const values = background_.data() + row * static_cast<std::size_t>(forest_.features);
      std::int32_t at = root;
      while (forest_.nodes[at].left != at) at = next_node<true>(forest_, at, values[forest_.nodes[at].feature]);
      const std::span<const double> leaf = tree.values(tree.nodes[static_cast<std::size_t>(at - root)]);
      for (std::size_t k = 0; k < leaf.size(); ++k) {
        const std::size_t output = tree.output < 0 ? k : static_cast<std::size_t>(tree.output);
        const double value = forest_.terms == nullptr
                                 ? leaf[k]
                                 : linear_value(forest_, static_cast<std::int32_t>(t), forest_.details[at].leaf,
                                                leaf[k], [&](std::uint32_t f) { return values[f]; });
        means[output] += weights_[row] * value;
      }
    }
  }
  return means;
}

void InterventionalTrees::explain(const RowsView& rows, std::int64_t first, std::int64_t count, double* values,
                                  double* pairs, std::int64_t stride, Workers& workers) const {
  const std::vector<double> matrix = row_values(rows, first, first + count);
  const std::int64_t features = forest_.features;
  constexpr std::int32_t at_once = 16;  // trees whose background is grouped before rows come to them
  for (std::int32_t begin = 0; begin < std::ssize(trees_); begin += at_once) {
    const std::int32_t end = std::min<std::int32_t>(begin + at_once, static_cast<std::int32_t>(trees_.size()));
    std::vector<Groups> groups(static_cast<std::size_t>(end - begin));
    workers.each(end - begin,
                 [&](std::int64_t t, int) { groups[t] = groups_of(static_cast<std::int32_t>(begin + t)); });
    workers.chunks(count, 16, [&](std::int64_t from, std::int64_t to, std::int64_t, int) {
      std::vector<std::uint8_t> ways;
      for (std::int32_t t = begin; t < end; ++t) {
        const Groups& others = groups[t - begin];
        const std::size_t nodes = trees_[t].nodes.size();
        ways.resize(nodes);
        Walk walk(*this, t);
        for (std::int64_t i = from; i < to; ++i) {
          const double* const row = matrix.data() + i * features;
          set_ways(t, row, ways.data());
          for (std::size_t g = 0; g < others.row.size(); ++g)
            walk.run(row, ways.data(), background_.data() + others.row[g] * features,
                     others.goes_left.data() + g * nodes, others.weight[g], values + i,
                     pairs == nullptr ? nullptr : pairs + i, stride);
        }
      }
    });
  }
}

}  // namespace linden
