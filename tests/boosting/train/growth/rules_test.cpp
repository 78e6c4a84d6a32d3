// Rules of growth, by what must hold of trees that keep to them. Which trees these are, the oracle knows
// (grow_test.cpp).
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "boosting/monotone.hpp"
#include "boosting/random_rules.hpp"

namespace linden {
namespace {

// Numbers that all say something of the label.
RandomData numbers(std::uint64_t seed, int rows, int features, int distinct = 50) {
  Random random(seed);
  RandomData data;
  for (int f = 0; f < features; ++f) add_numbers(data, random_numbers(random, rows, distinct, f % 3 == 2 ? 0.1 : 0));
  for (int row = 0; row < rows; ++row) {
    double y = random.normal();
    for (int f = 0; f < features; ++f)
      if (const double x = data.features[f].values[row]; !std::isnan(x)) y += std::sin(x + f);
    data.label.push_back(y);
  }
  return data;
}

// Calls visit(features on the way) for each leaf.
template <class Visit>
void each_way(const Tree& tree, const Visit& visit, int at = 0, std::set<int> way = {}) {
  const TreeNode& node = tree.nodes[static_cast<std::size_t>(at)];
  if (node.feature < 0) return visit(way);
  way.insert(node.feature);
  each_way(tree, visit, node.left, way);
  each_way(tree, visit, node.right, way);
}

TEST(Rules, FeaturesOnAWayAreInOneGroup) {
  const RandomData data = numbers(1, 2000, 6);
  BoostingConfig config{.rounds = 20, .max_leaves = 15, .min_rows_in_leaf = 5};
  config.constraints.interactions = {{"x0", "x1"}, {"x1", "x2", "x3"}};  // x4 and x5 stand alone
  const std::vector<std::set<int>> groups{{0, 1}, {1, 2, 3}, {4}, {5}};
  std::set<std::set<int>> found;
  for (const Tree& tree : fit_boosted(data.dataset(), config).trees())
    each_way(tree, [&](const std::set<int>& way) {
      found.insert(way);
      EXPECT_TRUE(std::ranges::any_of(groups, [&](const std::set<int>& group) {
        return std::ranges::includes(group, way);
      })) << fmt::format("{}", fmt::join(way, " "));
    });
  EXPECT_TRUE(found.contains({1, 2, 3}));
  EXPECT_TRUE(found.contains({4}) || found.contains({5}));
}

TEST(Rules, NoLeafIsBeyondMaxDeltaStep) {
  RandomData data = numbers(2, 500, 3);
  for (const Loss& loss : {loss::squared(), loss::absolute(), loss::quantile({.level = 0.9})}) {
    BoostingConfig config{.loss = loss, .rounds = 5, .learning_rate = 0.5, .max_leaves = 20, .min_rows_in_leaf = 1};
    config.constraints.max_delta_step = 0.25;
    double most = 0;
    for (const Tree& tree : fit_boosted(data.dataset(), config).trees())
      for (const double value : tree.leaf_values) most = std::max(most, std::abs(value));
    EXPECT_EQ(most, 0.125) << loss.name();
  }
}

// One feature is drawn for each node: how often each stands in the root.
std::vector<int> roots(BoostingConfig config, int features) {
  RandomData data = numbers(3, 300, features, 20);
  config.rounds = 2000;
  config.learning_rate = 1e-3;
  config.max_leaves = 2;
  config.min_rows_in_leaf = 1;
  std::vector<int> count(static_cast<std::size_t>(features));
  for (const Tree& tree : fit_boosted(data.dataset(), config).trees()) ++count[tree.nodes.front().feature];
  return count;
}

TEST(Rules, DrawsForANodeGoByWeights) {
  BoostingConfig config;
  config.feature_sampling.by_node = 0.01;
  for (const int count : roots(config, 4)) EXPECT_NEAR(count, 500, 80);  // four standard deviations
  config.feature_sampling.weights = {{"x0", 0}, {"x1", 3}};              // x2 and x3: 1
  const std::vector<int> weighted = roots(config, 4);
  EXPECT_EQ(weighted[0], 0);
  EXPECT_NEAR(weighted[1], 1200, 90);
  EXPECT_NEAR(weighted[2], 400, 75);
}

TEST(Rules, DrawsForALevelAndATreeGoByWeights) {
  for (const bool by_tree : {true, false}) {
    BoostingConfig config;
    (by_tree ? config.feature_fraction : config.feature_sampling.by_level) = 0.01;
    config.feature_sampling.weights = {{"x0", 0}, {"x1", 3}};
    const std::vector<int> weighted = roots(config, 4);
    EXPECT_EQ(weighted[0], 0);
    EXPECT_NEAR(weighted[1], 1200, 90);
    EXPECT_NEAR(weighted[2], 400, 75);
  }
}

TEST(Rules, NodesOfALevelDrawFromTheSameFeatures) {
  const RandomData data = numbers(4, 3000, 8);
  BoostingConfig config{.rounds = 30, .growth = Growth::level_wise, .max_leaves = 16, .max_depth = 4};
  config.feature_sampling.by_level = 0.125;  // one of eight
  std::set<std::vector<int>> levels;
  for (const Tree& tree : fit_boosted(data.dataset(), config).trees()) {
    std::map<int, std::set<int>> features;
    std::vector<int> depth(tree.nodes.size());
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
      const TreeNode& node = tree.nodes[i];
      if (node.feature < 0) continue;
      depth[node.left] = depth[node.right] = depth[i] + 1;
      features[depth[i]].insert(node.feature);
    }
    std::vector<int> one_a_level;
    for (const auto& [level, of_level] : features) {
      EXPECT_EQ(of_level.size(), 1u);
      one_a_level.push_back(*of_level.begin());
    }
    levels.insert(one_a_level);
  }
  EXPECT_GT(levels.size(), 25u);
}

TEST(Rules, RandomCutsAreDrawnAmongThoseThatDivide) {
  RandomData data;
  std::vector<double> x;
  for (int row = 0; row < 110; ++row) x.push_back(row % 11);
  add_numbers(data, x);
  for (const double value : x) data.label.push_back(value);
  BoostingConfig config{.rounds = 3000, .learning_rate = 1e-4, .max_leaves = 2, .min_rows_in_leaf = 1};
  config.regularization.extra_trees = true;
  std::map<double, int> cuts;
  for (const Tree& tree : fit_boosted(data.dataset(), config).trees()) ++cuts[tree.nodes.front().threshold];
  EXPECT_EQ(cuts.size(), 10u);
  for (const auto& [cut, count] : cuts) EXPECT_NEAR(count, 300, 66) << cut;
}

TEST(Rules, ValuesAreDrawnTowardsTheParent) {
  RandomData data;
  add_numbers(data, {0, 0, 0, 1});
  data.label = {2, 2, 2, -6};  // the mean, where scores start, is 0
  BoostingConfig config{.loss = loss::squared(), .rounds = 1, .learning_rate = 1, .l2 = 0, .min_rows_in_leaf = 1};
  config.regularization.path_smooth = 2;
  const std::vector<double> values = fit_boosted(data.dataset(), config).trees()[0].leaf_values;
  ASSERT_EQ(values.size(), 2u);
  EXPECT_NEAR(values[0], 2 * 3. / 5, 1e-12);
  EXPECT_NEAR(values[1], -6 * 1. / 3, 1e-12);
}

TEST(Rules, AFeatureThatCostsTooMuchIsNotUsed) {
  const RandomData data = numbers(5, 800, 4);
  BoostingConfig config{.rounds = 10, .max_leaves = 8};
  const auto used = [&] {
    std::map<int, int> count;
    for (const Tree& tree : fit_boosted(data.dataset(), config).trees())
      for (const TreeNode& node : tree.nodes)
        if (node.feature >= 0) ++count[node.feature];
    return count;
  };
  std::map<int, int> free = used();
  ASSERT_EQ(free.size(), 4u);
  config.costs.features = {{"x0", 1e6}, {"x1", 1e6}};
  EXPECT_FALSE(used().contains(0) || used().contains(1));
  config.costs = {.gain_factors = {{"x2", 0}}};
  EXPECT_FALSE(used().contains(2));
  config.costs = {.split = 1e6};
  EXPECT_TRUE(used().empty());
}

TEST(Rules, AFeatureIsFreeOnceARoundHasUsedIt) {
  RandomData data;  // one feature, whose first split is worth its cost, and none that follows would be
  add_numbers(data, {0, 0, 0, 1, 1, 1});
  data.label = {-1, -1, -1, 1, 1, 1};
  BoostingConfig config{.loss = loss::squared(), .rounds = 3, .learning_rate = 0.9, .l2 = 0, .min_rows_in_leaf = 1};
  config.costs.features = {{"x0", 5}};  // the first split gains 6, the second 0.06
  const std::vector<Tree> trees = fit_boosted(data.dataset(), config).trees();
  EXPECT_NEAR(trees[0].nodes[0].gain, 1, 1e-9);
  EXPECT_NEAR(trees[1].nodes[0].gain, 0.06, 1e-4);
  config.costs.features[0].value = 7;
  for (const Tree& tree : fit_boosted(data.dataset(), config).trees()) EXPECT_EQ(tree.leaves(), 1);
}

TEST(Rules, MonotoneSplitsArePenalisedNearTheRoot) {
  RandomData data = numbers(6, 2000, 3);
  for (int row = 0; row < data.rows(); ++row) data.label[row] += 5 * (data.features[0].values[row] = row % 50);
  BoostingConfig config{.rounds = 20, .max_leaves = 16};
  config.constraints.monotone = {{"x0", 1}};
  const auto shallowest = [&] {
    int least = 99;
    for (const Tree& tree : fit_boosted(data.dataset(), config).trees()) {
      std::vector<int> depth(tree.nodes.size());
      for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
        const TreeNode& node = tree.nodes[i];
        if (node.feature < 0) continue;
        depth[node.left] = depth[node.right] = depth[i] + 1;
        if (node.feature == 0) least = std::min(least, depth[i]);
      }
    }
    return least;
  };
  EXPECT_EQ(shallowest(), 0);
  config.constraints.monotone_penalty = 2;
  EXPECT_EQ(shallowest(), 2);
}

TEST(Rules, TreesBeginWithTheForcedSplits) {
  RandomData data = numbers(7, 1000, 4);
  Random random(7);
  add_codes(data, random_codes(random, 1000, 5, 0), 5);
  BoostingConfig config{.rounds = 5, .feature_fraction = 0.5};
  ForcedSplit colour{.feature = "x4", .categories = {"c000", "c002"}};
  config.constraints.forced_splits = {{.feature = "x2", .threshold = 0.01, .left = {colour}}};
  for (const Growth growth : {Growth::leaf_wise, Growth::level_wise}) {
    config.growth = growth;
    const BoostedModel model = fit_boosted(data.dataset(), config);
    EXPECT_TRUE(model.warnings().empty());
    for (const Tree& tree : model.trees()) {
      const TreeNode& root = tree.nodes[0];
      ASSERT_EQ(root.feature, 2);
      EXPECT_GE(root.gain, 0);
      EXPECT_TRUE(std::isfinite(root.gain));
      const TreeNode& left = tree.nodes[static_cast<std::size_t>(root.left)];
      ASSERT_EQ(left.feature, 4);
      EXPECT_EQ(left.left_categories, (std::vector<int>{0, 2}));
    }
    EXPECT_EQ(BoostedModel::from_string(bytes_of(model)).to_string(), bytes_of(model));
  }
}

TEST(Rules, ForcedSplitsThatLeaveTooLittleAreLeftOut) {
  const RandomData data = numbers(8, 400, 3);
  BoostingConfig config{.rounds = 3};
  config.constraints.forced_splits = {{.feature = "x1", .threshold = 1e9}};
  const BoostedModel model = fit_boosted(data.dataset(), config);
  EXPECT_GT(model.trees()[0].leaves(), 2);  // and trees grow as they like
  ASSERT_EQ(model.warnings().size(), 1u);
  EXPECT_EQ(model.warnings()[0],
            "3 of 3 trees have not all forced splits: one that leaves too little on a side, or goes against a monotone "
            "feature, is left out, with those below it.");
}

TEST(Rules, ForcedSplitsThatDoNotFitTheDataAreRefused) {
  RandomData data = numbers(9, 100, 2);
  Random random(9);
  add_codes(data, random_codes(random, 100, 3, 0), 3);
  const Dataset train = data.dataset();
  const auto refused = [&](const ForcedSplit& split, const FeatureGroups& groups = {}) {
    BoostingConfig config;
    config.constraints = {.interactions = groups, .forced_splits = {split}};
    return refusal<ArgumentError>([&] { fit_boosted(train, config); });
  };
  EXPECT_EQ(
      refused({"x7", 1}),
      "BoostingConfig.constraints.forced_splits: the data has no feature \"x7\". Did you mean \"x0\"? Features: x0, "
      "x1, x2.");
  EXPECT_EQ(refused({"x2", 1}),
            "BoostingConfig.constraints.forced_splits: feature \"x2\" holds categories, but its split has a threshold. "
            "Hint: name those that go left.");
  EXPECT_EQ(
      refused({.feature = "x1", .categories = {"c000"}}),
      "BoostingConfig.constraints.forced_splits: feature \"x1\" holds numbers, but its split has categories. Hint: "
      "give it a threshold.");
  EXPECT_EQ(refused({.feature = "x2", .categories = {"c009"}}),
            "BoostingConfig.constraints.forced_splits: feature \"x2\" has no category \"c009\". Did you mean \"c000\"? "
            "Categories: c000, c001, c002.");
  const ForcedSplit below{.feature = "x0", .threshold = 0, .right = {{.feature = "x1", .threshold = 0}}};
  EXPECT_EQ(refused(below, {{"x0"}, {"x1", "x2"}}),
            "BoostingConfig.constraints.forced_splits: the split by feature \"x1\" stands below one by \"x0\", and "
            ".constraints.interactions has no group with all that are on the way to it. Hint: add one.");
  BoostingConfig config;
  config.constraints = {.interactions = {{"x0", "x1"}}, .forced_splits = {below}};
  EXPECT_NO_THROW(fit_boosted(train, config));
  config.constraints.forced_splits.clear();
  config.constraints.interactions = {{"x0", "y"}};
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_boosted(train, config); }),
            "BoostingConfig.constraints.interactions: the data has no feature \"y\". Features: x0, x1, x2.");
}

// No prediction goes against a sign, whatever else trees keep to.
TEST(Rules, MonotoneFeaturesStayMonotoneUnderThem) {
  for (std::uint64_t seed = 1; seed <= static_cast<std::uint64_t>(trials(60)); ++seed) {
    Random random(seed);
    RandomData data = random_data(random, 40 + random.below(300), 2 + random.below(3), "squared", 9);
    BoostingConfig config{.rounds = 4, .learning_rate = 0.5, .max_leaves = 12, .min_rows_in_leaf = 2};
    constrain(random, data, config);
    add_rules(random, data, config);
    ASSERT_EQ(against_sign(random, fit_boosted(data.dataset(), config, {.threads = 1}), data, 400), "") << seed;
  }
}

}  // namespace
}  // namespace linden
