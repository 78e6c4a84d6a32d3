// The split of a level of an oblivious tree, by hand: the one that gains most in all nodes together, and what each node
// has of it.
#include "backend/tree/level_math.hpp"
#include "tree/hand_made_tree.hpp"

namespace linden {
namespace {

GrowthLimits three_levels(double min_gain = 0) {
  GrowthLimits limits{.oblivious = true, .max_leaves = 8, .max_depth = 3, .l2 = 0};
  limits.min_gain = min_gain;
  limits.min_rows_in_leaf = 0;
  return limits;
}

class LevelSplit : public TreeKernel {
 protected:
  // Of the root, or, when so many of its rows have been sent left, of its children. Those without rows have no
  // histogram.
  std::vector<Split> splits(std::vector<HandRow> rows, std::vector<FeatureBins> features, std::int64_t left = -1,
                            const GrowthLimits& limits = three_levels()) {
    HandMadeTree tree(device(), std::move(rows), std::move(features), limits);
    if (left >= 0) tree.divide_root(left);
    const std::vector<std::size_t> level = left < 0 ? std::vector<std::size_t>{0} : std::vector<std::size_t>{1, 2};
    for (const std::size_t i : level)
      if (tree.nodes()[i].rows > 0) tree.give_histogram(i);
    tree.kernels().split(tree.context(), tree.memory());
    missing_left_ = tree.state().level_missing_left;
    std::vector<Split> found;
    for (const std::size_t i : level) {
      EXPECT_EQ(tree.nodes()[i].slot >= 0, tree.nodes()[i].rows > 0);
      found.push_back(tree.nodes()[i].split);
    }
    return found;
  }

  bool missing_left_ = false;
};

const std::vector<HandRow> two_nodes{{{0, 0}, -9},  {{0, 0}, -9},  {{1, 0}, 9},  {{1, 1}, 9},
                                     {{0, 0}, -16}, {{0, 0}, -16}, {{0, 1}, 16}, {{0, 1}, 16}};

TEST_F(LevelSplit, GainsMostInAllNodesTogether) {
  const std::vector<Split> found = splits(two_nodes, {hand_feature(2), hand_feature(2)}, 4);
  for (const Split& split : found) {
    EXPECT_EQ(split.feature, 1);  // the first node alone would gain 324 by the other
    EXPECT_EQ(split.bin, 0);
    EXPECT_EQ(split.left_bins[0], 1u);
  }
  EXPECT_EQ(found[0].gain, 108);  // 81 / 3 + 81
  EXPECT_EQ(found[1].gain, 1024);
  EXPECT_EQ(found[0].left_gradient, -9);
  EXPECT_EQ(found[0].left_curvature, 3);
  EXPECT_EQ(found[1].left_gradient, -32);
  EXPECT_EQ(found[1].left_curvature, 2);
  EXPECT_TRUE(missing_left_);  // of 8 rows 5 go left
}

TEST_F(LevelSplit, MustGainMoreThanItsLeast) {
  const std::vector<FeatureBins> features{hand_feature(2), hand_feature(2)};
  EXPECT_EQ(splits(two_nodes, features, 4, three_levels(1131))[0].feature, 1);
  for (const Split& split : splits(two_nodes, features, 4, three_levels(1132))) EXPECT_EQ(split.feature, -1);
}

TEST_F(LevelSplit, IsThatOfNodesWithoutRows) {
  const std::vector<Split> found = splits(two_nodes, {hand_feature(2), hand_feature(2)}, 0);
  EXPECT_EQ(found[0].feature, found[1].feature);
  EXPECT_EQ(found[0].bin, found[1].bin);
  EXPECT_EQ(found[0].gain, 0);
  EXPECT_EQ(found[0].left_curvature, 0);
  EXPECT_GT(found[1].gain, 0);
}

TEST_F(LevelSplit, LeavesANodeAsItIsWithoutAGain) {
  // The second node has rows in one bin alone: whatever its sums are, it gains nothing, exactly.
  const std::vector<Split> found =
      splits({{{0}, -7}, {{1}, 5}, {{1}, 3}, {{1}, 1, 3}, {{1}, 7, 3}}, {hand_feature(3)}, 2);
  EXPECT_EQ(found[0].bin, 0);
  EXPECT_EQ(found[1].gain, 0);
}

TEST_F(LevelSplit, MissingValuesGoOneWayInAllNodes) {
  const FeatureBins feature = hand_feature(3, true);  // two values, and bin 2 of missing ones
  const std::vector<Split> left =
      splits({{{0}, -4}, {{1}, 4}, {{2}, -4}, {{0}, -9}, {{1}, 9}, {{2}, -9}}, {feature}, 3);
  for (const Split& split : left) {
    EXPECT_TRUE(split.missing_left);
    EXPECT_EQ(split.left_bins[0], 5u);
  }
  const std::vector<Split> right =
      splits({{{0}, -4}, {{1}, 4}, {{2}, -4}, {{0}, -9}, {{1}, 9}, {{2}, 9}}, {feature}, 3);
  for (const Split& split : right) {
    EXPECT_FALSE(split.missing_left);
    EXPECT_EQ(split.left_bins[0], 1u);
  }
}

TEST_F(LevelSplit, OfEqualGainsIsThatOfTheLowestFeatureAndBin) {
  const std::vector<Split> found = splits({{{0, 0}, -4}, {{3, 3}, 4}}, {hand_feature(4), hand_feature(4)});
  EXPECT_EQ(found[0].feature, 0);
  EXPECT_EQ(found[0].bin, 0);
}

TEST_F(LevelSplit, SetsOfCategoriesAreTheSmallerEndOfTheirOrder) {
  std::vector<HandRow> rows;
  const int gradients[] = {50, -70, 40, -80, 45, 60};  // of bins 0 .. 5; no row is in bin 6
  for (std::uint8_t bin = 0; bin < 6; ++bin)
    for (int i = 0; i < 60; ++i) rows.push_back({{bin}, gradients[bin]});
  const std::vector<Split> found = splits(rows, {hand_feature(7, false, true)});
  EXPECT_TRUE(found[0].categorical);
  EXPECT_EQ(found[0].left_bins[0], 0b001010u);  // 1 and 3
  for (HandRow& row : rows) row.gradient = -row.gradient;
  EXPECT_EQ(splits(rows, {hand_feature(7, false, true)})[0].left_bins[0], 0b001010u);
}

TEST_F(LevelSplit, FewCategoriesAreTriedOneByOne) {
  const std::vector<HandRow> rows{{{0}, 5}, {{0}, 5}, {{1}, -9}, {{1}, -9}, {{2}, 6}, {{2}, 6}};
  EXPECT_EQ(splits(rows, {hand_feature(3, false, true)})[0].left_bins[0], 0b010u);
}

TEST_F(LevelSplit, TreesHaveAllTheirLevels) {
  HandMadeTree tree(device(), two_nodes, {hand_feature(2), hand_feature(2)}, three_levels());
  const TreeState state = tree.state();
  EXPECT_EQ(state.batch_capacity, 4);
  EXPECT_EQ(state.node_capacity, 16);
  EXPECT_EQ(state.slots, 4);
}

}  // namespace
}  // namespace linden
