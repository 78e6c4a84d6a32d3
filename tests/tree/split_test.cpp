// The best split of a node, by hand: which cut, which side of missing values, and what rows, weights and signs forbid.
#include "backend/tree/split_math.hpp"
#include "tree/hand_made_tree.hpp"

namespace linden {
namespace {

constexpr GrowthLimits plain{.l2 = 0};

class BestSplit : public TreeKernel {
 protected:
  // Of the root. Curvatures are 1 unless they are given.
  Split best(std::vector<HandRow> rows, std::vector<FeatureBins> features, const GrowthLimits& limits = plain) {
    HandMadeTree tree(device(), std::move(rows), std::move(features), limits);
    tree.give_histogram(0);
    tree.kernels().split(tree.context(), tree.memory());
    const GrowNode root = tree.nodes()[0];
    EXPECT_TRUE(root.slot < 0 || root.split.gain > 0) << "a node without a split keeps no histogram";
    return root.split;
  }
};

TEST_F(BestSplit, CutsBetweenTheMeans) {
  const Split split = best({{{0}, -4}, {{1}, -4}, {{2}, 4}, {{3}, 4}}, {hand_feature(4)});
  EXPECT_EQ(split.feature, 0);
  EXPECT_EQ(split.bin, 1);
  EXPECT_EQ(split.gain, 64);  // (-8)^2 / 2 + 8^2 / 2 - 0
  EXPECT_EQ(split.left_gradient, -8);
  EXPECT_EQ(split.left_curvature, 2);
  EXPECT_EQ(split.left_bins[0], 3u);
  EXPECT_FALSE(split.missing_left);
}

TEST_F(BestSplit, SendsMissingValuesToTheirLike) {
  const FeatureBins feature = hand_feature(3, true);  // two values, and bin 2 of missing ones
  const Split left = best({{{0}, -4}, {{1}, 4}, {{2}, -4}}, {feature});
  EXPECT_EQ(left.bin, 0);
  EXPECT_TRUE(left.missing_left);
  EXPECT_EQ(left.left_bins[0], 5u);
  const Split right = best({{{0}, -4}, {{1}, 4}, {{2}, 4}}, {feature});
  EXPECT_EQ(right.bin, 0);
  EXPECT_FALSE(right.missing_left);
  const Split apart = best({{{0}, -4}, {{1}, -4}, {{2}, 4}}, {feature});  // all values left, missing ones right
  EXPECT_EQ(apart.bin, 1);
  EXPECT_FALSE(apart.missing_left);
}

TEST_F(BestSplit, OfEqualGainsIsThatOfTheLowestFeatureAndBin) {
  const Split split = best({{{0, 0}, -4}, {{3, 3}, 4}}, {hand_feature(4), hand_feature(4)});
  EXPECT_EQ(split.feature, 0);
  EXPECT_EQ(split.bin, 0);
}

TEST_F(BestSplit, LeavesEnoughRowsOnBothSides) {
  const std::vector<HandRow> rows{{{0}, -100}, {{1}, 1}, {{1}, 1}, {{2}, 2}, {{2}, 2}, {{3}, 3}};
  EXPECT_EQ(best(rows, {hand_feature(4)}).bin, 0);
  GrowthLimits limits = plain;
  limits.min_rows_in_leaf = 2;
  EXPECT_EQ(best(rows, {hand_feature(4)}, limits).bin, 1);
  limits.min_rows_in_leaf = 4;
  EXPECT_EQ(best(rows, {hand_feature(4)}, limits).gain, 0);
}

TEST_F(BestSplit, CountsRowsWhereTheirCurvatureProvesNothing) {
  std::vector<HandRow> rows{{{0}, -100, 0}, {{0}, -100, 0}, {{1}, 1, 9}, {{1}, 5, 9}, {{2}, 60, 9}, {{2}, 60, 9}};
  GrowthLimits limits;
  limits.min_rows_in_leaf = 2;
  const Split split = best(rows, {hand_feature(3)}, limits);
  EXPECT_EQ(split.bin, 0);
  EXPECT_TRUE(split.counted);
  rows[0].bins[0] = 1;  // one row is left in bin 0
  EXPECT_EQ(best(rows, {hand_feature(3)}, limits).bin, 1);
}

// All cuts of a feature of numbers, one after another.
Split best_by_trying(const std::vector<HandRow>& rows, const FeatureBins& feature, const GrowthLimits& limits) {
  const int values = feature.bins - (feature.has_missing ? 1 : 0);
  std::int64_t gradient = 0, curvature = 0;
  for (const HandRow& row : rows) {
    gradient += row.gradient;
    curvature += row.curvature;
  }
  const double score = node_score(double(gradient), double(curvature), limits.l1, limits.l2);
  Split best;
  for (int bin = 0; bin < (feature.has_missing ? values : values - 1); ++bin)
    for (const bool missing_left : {true, false}) {
      if (missing_left && (!feature.has_missing || bin == values - 1)) continue;
      std::int64_t left_rows = 0, left_gradient = 0, left_curvature = 0;
      for (const HandRow& row : rows) {
        if (row.bins[0] > bin && !(missing_left && row.bins[0] == values)) continue;
        ++left_rows;
        left_gradient += row.gradient;
        left_curvature += row.curvature;
      }
      if (left_rows < limits.min_rows_in_leaf || std::ssize(rows) - left_rows < limits.min_rows_in_leaf) continue;
      const double gain = split_gain(double(left_gradient), double(left_curvature), double(gradient - left_gradient),
                                     double(curvature - left_curvature), score, limits.l1, limits.l2);
      if (!(gain > best.gain) || !worth_splitting(gain, score, 0)) continue;
      best.gain = gain;
      best.bin = bin;
      best.missing_left = missing_left;
      best.left_gradient = left_gradient;
      best.left_curvature = left_curvature;
    }
  return best;
}

TEST_F(BestSplit, IsThatOfTryingAllCuts) {
  std::mt19937 random(1);
  for (int i = 0; i < 120; ++i) {
    const int bins = 2 + static_cast<int>(random() % (i % 2 == 0 ? 255 : 20));
    const FeatureBins feature = hand_feature(bins, bins > 2 && i % 3 == 0);
    std::vector<HandRow> rows = random_rows(2 + static_cast<int>(random() % (i % 5 == 0 ? 400 : 40)), {feature},
                                            i % 7 == 0 ? 1 : 1000, random());
    if (i % 4 == 0)  // most rows in one bin, and curvatures that prove nothing
      for (HandRow& row : rows)
        if (random() % 8 != 0) row.bins[0] = static_cast<std::uint8_t>(bins / 2);
    rows[0].curvature = 5000;
    GrowthLimits limits;
    limits.l1 = i % 6 == 0 ? 3 : 0;
    limits.min_rows_in_leaf = 1 + static_cast<int>(random() % 6);
    const Split wanted = best_by_trying(rows, feature, limits), split = best(rows, {feature}, limits);
    ASSERT_EQ(split.gain, wanted.gain) << i;
    if (wanted.gain == 0) continue;
    ASSERT_EQ(split.bin, wanted.bin) << i;
    ASSERT_EQ(split.missing_left, wanted.missing_left) << i;
    ASSERT_EQ(split.left_gradient, wanted.left_gradient) << i;
    ASSERT_EQ(split.left_curvature, wanted.left_curvature) << i;
  }
}

// The children of a root without a histogram: a CPU sums the rows of small ones in the search.
TEST_F(BestSplit, OfASmallNodeIsThatOfTryingAllCuts) {
  for (const bool wide : {false, true})
    for (const int count : {1, 5, 20, 37}) {
      std::vector<FeatureBins> features;
      for (int f = 0; f < count; ++f) features.push_back(hand_feature(50 + 91 * f % 206, f % 3 == 1));
      std::vector<HandRow> rows = random_rows(300, features, wide ? 1 << 20 : 1 << 14, static_cast<unsigned>(count));
      for (std::size_t row = 0; row < rows.size(); row += 3) rows[row].bins[0] = 7;
      if (wide) rows[0].curvature = 1 << 23;  // proves nothing of the others: rows are counted
      GrowthLimits limits;
      limits.min_rows_in_leaf = 20;
      HandMadeTree tree(device(), rows, features, limits, wide);
      tree.divide_root(130);
      tree.kernels().histogram(tree.context(), tree.memory());
      tree.kernels().subtract(tree.context(), tree.memory());
      tree.kernels().split(tree.context(), tree.memory());
      for (const std::size_t child : {1, 2}) {
        const GrowNode node = tree.nodes()[child];
        Split wanted;
        for (int f = 0; f < count; ++f) {
          std::vector<HandRow> here;
          for (const std::int32_t row : tree.rows_of(node)) {
            here.push_back(rows[static_cast<std::size_t>(row)]);
            here.back().bins = {rows[static_cast<std::size_t>(row)].bins[static_cast<std::size_t>(f)]};
          }
          const Split split = best_by_trying(here, features[static_cast<std::size_t>(f)], limits);
          if (split.gain <= wanted.gain) continue;
          wanted = split;
          wanted.feature = f;
        }
        ASSERT_GT(wanted.gain, 0);
        EXPECT_EQ(node.split.gain, wanted.gain);
        EXPECT_EQ(node.split.feature, wanted.feature);
        EXPECT_EQ(node.split.bin, wanted.bin);
        EXPECT_EQ(node.split.left_gradient, wanted.left_gradient);
      }
    }
}

TEST_F(BestSplit, OfALargeNodeLeavesItsHistogramForTheChildren) {
  const std::vector<FeatureBins> features{hand_feature(4), hand_feature(4)};
  HandMadeTree tree(device(), random_rows(3000, features, 100), features, plain);
  tree.give_histogram(0);
  tree.kernels().split(tree.context(), tree.memory());
  const GrowNode root = tree.nodes()[0];
  EXPECT_GT(root.split.gain, 0);
  EXPECT_GE(root.slot, 0);
}

TEST_F(BestSplit, LeavesEnoughWeightOnBothSides) {
  GrowthLimits limits = plain;
  limits.min_child_weight = 2;
  EXPECT_EQ(best({{{0}, -100}, {{1}, 1}, {{2}, 2}, {{3}, 3}}, {hand_feature(4)}, limits).bin, 1);
}

TEST_F(BestSplit, GainsMoreThanTheLeast) {
  GrowthLimits limits = plain;
  limits.min_gain = 64;
  EXPECT_EQ(best({{{0}, -4}, {{1}, -4}, {{2}, 4}, {{3}, 4}}, {hand_feature(4)}, limits).gain, 0);
  limits.min_gain = 63.9;
  EXPECT_EQ(best({{{0}, -4}, {{1}, -4}, {{2}, 4}, {{3}, 4}}, {hand_feature(4)}, limits).gain, 64);
}

TEST_F(BestSplit, TakesOneCategoryOutOfFew) {
  const Split split = best({{{0}, 3}, {{1}, -9}, {{2}, 3}, {{2}, 3}}, {hand_feature(3, false, true)});
  EXPECT_TRUE(split.categorical);
  EXPECT_EQ(split.left_bins[0], 2u);
  EXPECT_EQ(split.gain, 108);  // 81 / 1 + 81 / 3 - 0
}

TEST_F(BestSplit, OrdersManyCategories) {
  std::vector<HandRow> rows;
  for (int bin = 0; bin < 6; ++bin)
    for (int copy = 0; copy < 60; ++copy) rows.push_back({{static_cast<std::uint8_t>(bin)}, bin % 2 == 0 ? -5 : 4, 1});
  FeatureBins feature = hand_feature(6, false, true);
  feature.trusted_rows = 1;
  const Split split = best(rows, {feature}, plain);
  EXPECT_TRUE(split.left_bins[0] == 0b010101u || split.left_bins[0] == 0b101010u) << split.left_bins[0];
}

TEST_F(BestSplit, TakesOneCategoryOutOfMany) {
  // By the order of means the best set has two; more of them are tried than a warp has lanes.
  std::vector<HandRow> rows;
  for (int bin = 0; bin < 200; ++bin)
    rows.push_back({{static_cast<std::uint8_t>(bin)}, bin == 70 ? -8 : bin == 170 ? -9 : 0, 1});
  FeatureBins feature = hand_feature(200, false, true);
  feature.one_hot = true;
  const Split split = best(rows, {feature});
  for (int word = 0; word < 4; ++word)
    EXPECT_EQ(split.left_bins[word], word == 170 / 64 ? std::uint64_t{1} << (170 % 64) : 0u) << word;
}

TEST_F(BestSplit, KeepsToTheSignOfItsFeature) {
  // A row's gradient is the negative of where it wants to go: values fall from bin 1 to bin 2 and rise at the end.
  const std::vector<HandRow> rows{{{0}, -5}, {{1}, -5}, {{2}, 5}, {{3}, 3}};
  EXPECT_EQ(best(rows, {hand_feature(4)}).bin, 1);
  EXPECT_EQ(best(rows, {hand_feature(4, false, false, -1)}).bin, 1);
  EXPECT_EQ(best(rows, {hand_feature(4, false, false, 1)}).gain, 0);
  const std::vector<HandRow> valley{{{0}, -5}, {{1}, 9}, {{2}, -5}};
  EXPECT_EQ(best(valley, {hand_feature(3, false, false, 1)}).bin, 1);
  EXPECT_EQ(best(valley, {hand_feature(3, false, false, -1)}).bin, 0);
}

TEST_F(BestSplit, KeepsToTheBoundsOfItsNode) {
  std::vector<HandRow> rows{{{0}, -8, 1}, {{1}, 8, 1}};  // values 8 and -8
  HandMadeTree tree(device(), rows, {hand_feature(2, false, false, -1)}, plain);
  tree.give_histogram(0);
  std::vector<GrowNode> nodes = tree.nodes();
  nodes[0].bounds.upper = 2;
  tree.set_nodes(nodes);
  tree.kernels().split(tree.context(), tree.memory());
  EXPECT_EQ(tree.nodes()[0].split.gain, 28 + 64);  // left at 2: -(2 * -8 * 2 + 2^2); right at -8: 64; both at 0: 0
}

}  // namespace
}  // namespace linden
