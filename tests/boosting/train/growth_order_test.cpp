// Larger trees, by what must hold of them: rows add up, leaves are sums over the rows that reach them, splits stand in
// the order of one-at-a-time growth, and fewer leaves give the beginning of the same tree.
#include <gtest/gtest.h>

#include <map>

#include "boosting/random_data.hpp"

namespace linden {
namespace {

// Numbers of many values, a category of many codes, one of few, and missing values.
RandomData wide_data(std::uint64_t seed, int rows, const std::string& loss) {
  Random random(seed);
  RandomData data;
  add_numbers(data, random_numbers(random, rows, 4000, 0.1));
  add_codes(data, random_codes(random, rows, 300, 0.02), 300);
  add_numbers(data, random_numbers(random, rows, 1000, 0));
  add_codes(data, random_codes(random, rows, 3, 0), 3);
  add_numbers(data, random_numbers(random, rows, 200, 0.6));
  for (int row = 0; row < rows; ++row) {
    const double x = data.features[0].values[row];
    const double y = (std::isnan(x) ? 0 : std::sin(x)) * std::cos(data.features[1].values[row]) + random.normal() / 3;
    data.label.push_back(loss == "logistic"  ? (y > 1.2)
                         : loss == "squared" ? std::exp(3 * y)
                                             : std::floor(std::exp(y)));
  }
  return data;
}

void expect_order(const Tree& tree, bool level_wise) {
  const std::vector<TreeNode>& nodes = tree.nodes;
  std::vector<int> depth(nodes.size()), open_since(nodes.size());
  std::vector<std::size_t> splits;  // in the order in which they were made
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (nodes[i].feature >= 0) splits.push_back(i);
  std::ranges::sort(splits, {}, [&](std::size_t i) { return nodes[i].left; });
  for (const std::size_t i : splits) {
    const TreeNode& node = nodes[i];
    depth[node.left] = depth[node.right] = depth[i] + 1;
    EXPECT_EQ(node.rows, nodes[node.left].rows + nodes[node.right].rows) << "node " << i;
    EXPECT_GT(node.gain, 0) << "node " << i;
  }
  for (std::size_t a = 0; a < splits.size(); ++a)
    for (std::size_t b = a + 1; b < splits.size(); ++b) {
      if (static_cast<int>(splits[b]) >= nodes[splits[a]].left) continue;  // not yet there
      const bool shallower = level_wise && depth[splits[a]] < depth[splits[b]];
      const bool same_level = !level_wise || depth[splits[a]] == depth[splits[b]];
      const bool more = nodes[splits[a]].gain > nodes[splits[b]].gain ||
                        (nodes[splits[a]].gain == nodes[splits[b]].gain && splits[a] < splits[b]);
      EXPECT_TRUE(shallower || (same_level && more)) << "split of node " << splits[a] << " before " << splits[b];
    }
}

void expect_prefix(const Tree& small, const Tree& large) {
  ASSERT_LE(small.nodes.size(), large.nodes.size());
  for (std::size_t i = 0; i < small.nodes.size(); ++i) {
    const TreeNode &a = small.nodes[i], &b = large.nodes[i];
    EXPECT_EQ(a.rows, b.rows) << "node " << i;
    if (a.feature < 0) continue;
    EXPECT_TRUE(a.feature == b.feature && a.threshold == b.threshold && a.left_categories == b.left_categories &&
                a.left == b.left && a.gain == b.gain && a.missing_left == b.missing_left)
        << "node " << i;
  }
}

// The tree's own rows and values, once more from the leaf that predict gives each row.
void expect_leaves(const RandomData& data, const BoostedModel& model) {
  const Dataset train = data.dataset();
  const Tensor leaf = model.predict(train, {.output = Output::leaf, .rounds = 1});
  struct Sums {
    long double gradient = 0, curvature = 0;
    std::int64_t rows = 0;
  };
  std::map<int, Sums> sums;
  double g = 0, h = 0;
  for (int row = 0; row < data.rows(); ++row) {
    model.loss().evaluate(model.initial_score(), data.label[row], {&g, 1}, {&h, 1});
    Sums& s = sums[leaf.at<std::int32_t>({row, 0})];
    s.gradient += static_cast<float>(g);
    s.curvature += static_cast<float>(h);
    ++s.rows;
  }
  int number = 0;
  const BoostingConfig& config = model.config();
  for (const TreeNode& node : model.trees()[0].nodes) {
    if (node.feature >= 0) continue;
    const Sums& s = sums[number++];
    EXPECT_EQ(node.rows, s.rows) << "leaf " << number - 1;
    EXPECT_GE(node.rows, config.min_rows_in_leaf.value_or(20));
    const auto value = static_cast<double>(-s.gradient / (s.curvature + config.l2.value_or(1)) * config.learning_rate);
    EXPECT_EQ(node.leaf, number - 1);
    EXPECT_NEAR(model.trees()[0].value(node), value, 1e-9 * (1 + std::abs(value))) << "leaf " << number - 1;
    EXPECT_NEAR(node.cover, static_cast<double>(s.curvature), 1e-9 * node.cover);
  }
}

class Order : public testing::TestWithParam<std::tuple<std::string, Growth>> {};

TEST_P(Order, IsThatOfGrowingOneLeafAtATime) {
  const auto& [loss, growth] = GetParam();
  const RandomData data = wide_data(3, 6000, loss);
  const Dataset train = data.dataset();
  BoostingConfig config{.loss = loss::by_name(loss), .rounds = 1, .growth = growth};
  config.min_rows_in_leaf = 5;
  config.max_leaves = 400;
  config.categories.encoding = CategoryEncoding::partition;  // leaves are counted by predicting
  const BoostedModel large = fit_boosted(train, config);
  const int most = large.trees()[0].leaves();
  EXPECT_GT(most, 30);
  expect_order(large.trees()[0], growth == Growth::level_wise);
  expect_leaves(data, large);
  for (const int leaves : {2, 3, 7, 20, 63, 64, 150}) {
    config.max_leaves = leaves;
    const BoostedModel small = fit_boosted(train, config);
    EXPECT_EQ(small.trees()[0].leaves(), std::min(leaves, most));
    expect_prefix(small.trees()[0], large.trees()[0]);
  }
}

TEST_P(Order, HoldsForNodesOfSeveralPartitionChunks) {
  const auto& [loss, growth] = GetParam();
  const RandomData data = wide_data(4, 180'000, loss);  // the root's cells are wide
  BoostingConfig config{.loss = loss::by_name(loss), .rounds = 1, .growth = growth, .max_leaves = 60};
  config.categories.encoding = CategoryEncoding::partition;
  const BoostedModel model = fit_boosted(data.dataset(), config, {.threads = 2});
  EXPECT_EQ(model.trees()[0].leaves(), 60);
  expect_order(model.trees()[0], growth == Growth::level_wise);
  expect_leaves(data, model);
  config.max_leaves = 30;
  expect_prefix(fit_boosted(data.dataset(), config, {.threads = 3}).trees()[0], model.trees()[0]);
}

INSTANTIATE_TEST_SUITE_P(Losses, Order,
                         testing::Combine(testing::Values("squared", "logistic", "poisson"),
                                          testing::Values(Growth::leaf_wise, Growth::level_wise)),
                         [](const auto& test) {
                           return std::get<0>(test.param) +
                                  (std::get<1>(test.param) == Growth::leaf_wise ? "_leaf_wise" : "_level_wise");
                         });

}  // namespace
}  // namespace linden
