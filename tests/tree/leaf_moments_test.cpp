// Sums over the rows of leaves that slopes are made from, against sums of all rows one by one.
#include "backend/tree/leaf_moments.hpp"

#include <cmath>
#include <map>

#include "tree/hand_made_tree.hpp"

namespace linden {
namespace {

class LeafMoments : public TreeKernel {
 protected:
  struct Sums {
    std::vector<std::uint64_t> peaks;
    std::vector<WholeSum> sums;
  };

  /// Columns of these values, of which leaves have these features.
  Sums moments(HandMadeTree& tree, const std::vector<std::vector<double>>& columns,
               const std::vector<std::int32_t>& features, std::int32_t leaves, std::int32_t width) {
    const Backend& on = backend_of(device());
    Context& context = tree.context();
    std::vector<OnDevice<double>> values;
    std::vector<ColumnView> views;
    for (const std::vector<double>& column : columns) {
      values.emplace_back(on.memory, context, column.data(), std::ssize(column), "test values");
      views.push_back({.values = values.back().data()});
    }
    const OnDevice<ColumnView> placed(on.memory, context, views.data(), std::ssize(views), "test columns");
    const OnDevice<std::int32_t> list(on.memory, context, features.data(), std::ssize(features), "test features");
    const MomentsLayout layout{width};
    Sums result{std::vector<std::uint64_t>(static_cast<std::size_t>(leaves * layout.peaks()), 7),
                std::vector<WholeSum>(static_cast<std::size_t>(leaves * layout.sums()), WholeSum{1, 1})};
    const ToHost<std::uint64_t> peaks(on.memory, context, result.peaks.data(), std::ssize(result.peaks), "peaks");
    const ToHost<WholeSum> sums(on.memory, context, result.sums.data(), std::ssize(result.sums), "sums");
    tree.kernels().leaf_sums(context, tree.memory());
    tree.kernels().leaf_moments(context, tree.memory(),
                                {.rows = {.rows = std::ssize(tree.rows()),
                                          .features = static_cast<std::int32_t>(views.size()),
                                          .columns = placed.data()},
                                 .leaves = leaves,
                                 .width = width,
                                 .features = list.data(),
                                 .peaks = peaks.data(),
                                 .sums = sums.data()});
    peaks.download();
    sums.download();
    return result;
  }
};

TEST_F(LeafMoments, AreSumsOverTheRowsOfEachLeaf) {
  const std::vector<FeatureBins> features{hand_feature(2)};
  for (const int rows : {40, 5000}) {
    HandMadeTree tree(device(), random_rows(rows, features, 1000), features, {.l2 = 1, .learning_rate = 1});
    tree.divide_root(rows / 3);
    tree.commit({0, 1, 2});
    std::mt19937 random(3);
    std::vector<std::vector<double>> columns(3);
    for (std::vector<double>& column : columns)
      for (int row = 0; row < rows; ++row) {
        const auto x = static_cast<double>(random() % 1000) / 64 - 3;
        column.push_back(random() % 7 == 0 ? std::nan("") : &column == columns.data() + 1 ? 1e6 * x : x);
      }
    columns[2][5] = HUGE_VAL;
    const Sums found = moments(tree, columns, {2, 0, 1, -1}, 2, 2);
    const MomentsLayout layout{2};
    const std::vector<GrowNode> nodes = tree.nodes();
    const std::vector<std::vector<std::size_t>> of_leaf{{2, 0}, {1}};
    for (std::size_t leaf = 0; leaf < 2; ++leaf) {
      const std::uint64_t* const peaks = found.peaks.data() + leaf * static_cast<std::size_t>(layout.peaks());
      const WholeSum* const sums = found.sums.data() + leaf * static_cast<std::size_t>(layout.sums());
      const std::vector<std::int32_t> members = tree.rows_of(nodes[leaf + 1]);
      const auto over_rows = [&](const auto& f) {
        long double sum = 0;
        for (const std::int32_t row : members) sum += f(static_cast<std::size_t>(row));
        return static_cast<double>(sum);
      };
      const auto h = [&](std::size_t row) { return static_cast<double>(tree.rows()[row].curvature); };
      const auto g = [&](std::size_t row) { return static_cast<double>(tree.rows()[row].gradient); };
      double most_g = 0, most_h = 0;
      for (const std::int32_t row : members) {
        most_g = std::max(most_g, std::abs(g(static_cast<std::size_t>(row))));
        most_h = std::max(most_h, h(static_cast<std::size_t>(row)));
      }
      EXPECT_EQ(value_of_key(peaks[MomentsLayout::gradient_peak]), most_g);
      EXPECT_EQ(value_of_key(peaks[MomentsLayout::curvature_peak]), most_h);
      std::vector<double> centre;
      for (std::size_t i = 0; i < of_leaf[leaf].size(); ++i) {
        const auto at = static_cast<std::int32_t>(i);
        const std::vector<double>& x = columns[of_leaf[leaf][i]];
        const ValueUnits units = value_units(peaks, at);
        double low = HUGE_VAL, high = -HUGE_VAL;
        for (const std::int32_t row : members) {
          const double value = x[static_cast<std::size_t>(row)];
          if (!std::isfinite(value)) continue;
          low = std::min(low, value);
          high = std::max(high, value);
        }
        EXPECT_EQ(units.low, low);
        EXPECT_EQ(units.high, high);
        const double weight = over_rows([&](std::size_t row) { return std::isfinite(x[row]) ? h(row) : 0; });
        const double sum = over_rows([&](std::size_t row) { return std::isfinite(x[row]) ? h(row) * x[row] : 0; });
        EXPECT_NEAR(number_of(sums[MomentsLayout::one(at)]) * curvature_unit(peaks), weight, 1e-9 * weight);
        centre.push_back(low + static_cast<double>(mean_of(sums, at)) * units.unit);
        EXPECT_NEAR(centre[i], sum / weight, units.unit);
        const auto z = [&](std::size_t row) { return std::isfinite(x[row]) ? x[row] - centre[i] : 0.0; };
        const double scale = weight * (high - low);
        EXPECT_NEAR(number_of(sums[MomentsLayout::gradient(at)]) * gradient_unit(peaks) * units.unit,
                    over_rows([&](std::size_t row) { return g(row) * z(row); }), 1e-6 * scale);
        for (std::size_t j = 0; j <= i; ++j) {
          const std::vector<double>& y = columns[of_leaf[leaf][j]];
          const auto b = static_cast<std::int32_t>(j);
          const ValueUnits other = value_units(peaks, b);
          const auto w = [&](std::size_t row) { return std::isfinite(y[row]) ? y[row] - centre[j] : 0.0; };
          EXPECT_NEAR(number_of(sums[layout.product(at, b)]) * curvature_unit(peaks) * units.unit * other.unit,
                      over_rows([&](std::size_t row) { return h(row) * z(row) * w(row); }),
                      1e-5 * scale * (other.high - other.low));
        }
      }
    }
    EXPECT_EQ(found.peaks[static_cast<std::size_t>(layout.peaks() + MomentsLayout::high(1))],
              0u);  // which is not there
  }
}

TEST_F(LeafMoments, OfAnExpansionThatWasNotCommittedBelongToTheLeafAboveIt) {
  const std::vector<FeatureBins> features{hand_feature(2)};
  HandMadeTree tree(device(), random_rows(300, features, 10), features, {.l2 = 0, .learning_rate = 1});
  std::vector<double> column;
  for (int row = 0; row < 300; ++row) column.push_back(row);
  tree.divide_root(120);
  tree.commit({0});
  const Sums found = moments(tree, {column}, {0}, 1, 1);
  const ValueUnits units = value_units(found.peaks.data(), 0);
  EXPECT_EQ(units.low, 0);
  EXPECT_EQ(units.high, 299);
  double weight = 0;
  for (const HandRow& row : tree.rows()) weight += row.curvature;
  EXPECT_EQ(number_of(found.sums[0]) * curvature_unit(found.peaks.data()), weight);
}

TEST_F(LeafMoments, AreExactBeyondSixtyFourBits) {
  WholeSum sum{};
  __int128 exact = 0;
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    const auto value = static_cast<std::int64_t>(random()) >> 2;
    add(sum, value);
    exact += value;
  }
  EXPECT_EQ(number_of(sum), static_cast<double>(exact >> 32) * 0x1p32 +
                                static_cast<double>(static_cast<std::uint64_t>(exact) & 0xffffffff));
  EXPECT_EQ((static_cast<__int128>(sum.high) << 32) + sum.low, exact);
}

}  // namespace
}  // namespace linden
