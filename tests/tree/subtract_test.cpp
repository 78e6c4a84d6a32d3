// The larger child's histogram is its parent's minus its sibling's, in the parent's slot.
#include "tree/hand_made_tree.hpp"

namespace linden {
namespace {

using Subtract = TreeKernel;

TEST_F(Subtract, LeavesTheSumsOfTheLargerChild) {
  const std::vector<FeatureBins> features{hand_feature(7), hand_feature(30), hand_feature(256, true)};
  for (const bool wide : {false, true})
    for (const std::int64_t left : {90, 200, 310}) {
      HandMadeTree tree(device(), random_rows(400, features, wide ? 1 << 23 : 1 << 14), features, {}, wide);
      tree.give_histogram(0);
      tree.divide_root(left);
      const std::size_t smaller = left <= 200 ? 1 : 2, larger = 3 - smaller;
      tree.give_histogram(smaller);
      const std::vector<GrowNode> before = tree.nodes();
      tree.kernels().subtract(tree.context(), tree.memory());
      const std::vector<GrowNode> nodes = tree.nodes();
      EXPECT_EQ(nodes[larger].slot, before[0].slot);
      EXPECT_EQ(nodes[0].slot, -1);
      EXPECT_EQ(nodes[smaller].slot, before[smaller].slot);
      EXPECT_EQ(tree.histogram(nodes[larger]), tree.summed(nodes[larger])) << "left " << left << ", wide " << wide;
      EXPECT_EQ(tree.histogram(nodes[smaller]), tree.summed(nodes[smaller]));
    }
}

TEST_F(Subtract, LeavesTheHistogramToTheChildThatHasAllRows) {
  const std::vector<FeatureBins> features{hand_feature(7), hand_feature(30)};
  GrowthLimits limits{.oblivious = true, .max_leaves = 4, .max_depth = 2};
  limits.min_rows_in_leaf = 0;
  for (const std::int64_t left : {0, 50}) {
    HandMadeTree tree(device(), random_rows(50, features, 10), features, limits);
    tree.give_histogram(0);
    tree.divide_root(left);
    const std::int32_t slot = tree.nodes()[0].slot;
    tree.kernels().subtract(tree.context(), tree.memory());
    const std::vector<GrowNode> nodes = tree.nodes();
    const GrowNode &full = nodes[left == 0 ? 2 : 1], &empty = nodes[left == 0 ? 1 : 2];
    EXPECT_EQ(full.slot, slot);
    EXPECT_EQ(empty.slot, -1);
    EXPECT_EQ(nodes[0].slot, -1);
    EXPECT_EQ(tree.histogram(full), tree.summed(full));
  }
}

TEST_F(Subtract, GivesBackTheSlotOfAParentWhoseChildrenNeedNone) {
  const std::vector<FeatureBins> features{hand_feature(3)};
  HandMadeTree tree(device(), random_rows(50, features, 10), features, {});
  tree.give_histogram(0);
  tree.divide_root(10);
  const std::int32_t slot = tree.nodes()[0].slot, free = tree.state().free_count;
  tree.kernels().subtract(tree.context(), tree.memory());
  EXPECT_EQ(tree.nodes()[0].slot, -1);
  EXPECT_EQ(tree.state().free_count, free + 1);
  EXPECT_EQ(tree.read(tree.memory().free_slots, free + 1).back(), slot);
}

}  // namespace
}  // namespace linden
