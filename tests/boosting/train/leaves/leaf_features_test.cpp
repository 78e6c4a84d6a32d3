// Which features leaves are linear in, of trees made by hand.
#include "boosting/train/leaves/leaf_features.hpp"

#include <gtest/gtest.h>

namespace linden {
namespace {

TreeNode split(int feature, double gain, int left, bool categorical = false) {
  TreeNode node;
  node.feature = feature;
  node.gain = gain;
  node.left = left;
  node.right = left + 1;
  node.categorical = categorical;
  return node;
}

TreeNode leaf(int number) {
  TreeNode node;
  node.leaf = number;
  return node;
}

TEST(LeafFeatures, AreTheNumbersOnTheWayByWhatTheyGained) {
  Tree tree;
  tree.nodes = {split(3, 5, 1), split(1, 4, 3), split(7, 9, 5, true), leaf(0), leaf(1),
                leaf(2),        split(1, 6, 7), split(2, 1, 9),       leaf(3), leaf(4),
                leaf(5)};
  const LeafFeatures all = leaf_features(tree, 8);
  EXPECT_EQ(all.width, 3);
  EXPECT_EQ(all.features, (std::vector<std::int32_t>{3, 1, -1, 3, 1, -1, 3, -1, -1, 1, 3, -1, 1, 3, 2, 1, 3, 2}));
  const LeafFeatures two = leaf_features(tree, 2);
  EXPECT_EQ(two.width, 2);
  EXPECT_EQ(two.features, (std::vector<std::int32_t>{3, 1, 3, 1, 3, -1, 1, 3, 1, 3, 1, 3}));
}

TEST(LeafFeatures, GainsOfAFeatureAddUpAndOfEqualOnesTheLowestIsFirst) {
  Tree tree;
  tree.nodes = {split(5, 2, 1), leaf(0),        split(4, 3, 3), leaf(1), split(5, 2, 5),
                leaf(2),        split(2, 3, 7), leaf(3),        leaf(4)};
  EXPECT_EQ(leaf_features(tree, 3).features,
            (std::vector<std::int32_t>{5, -1, -1, 4, 5, -1, 5, 4, -1, 5, 2, 4, 5, 2, 4}));
}

TEST(LeafFeatures, ATreeWithoutSplitsHasNone) {
  Tree tree;
  tree.nodes = {leaf(0)};
  EXPECT_EQ(leaf_features(tree, 8).width, 0);
}

}  // namespace
}  // namespace linden
