// Histograms against sums row by row: which nodes are summed, and what comes of it.
#include "tree/hand_made_tree.hpp"

namespace linden {
namespace {

using Histogram = TreeKernel;

TEST_F(Histogram, OfTheRootHasTheSumsOfItsRows) {
  for (const int features : {1, 3, 8, 20, 40})
    for (const bool wide : {false, true}) {
      std::vector<FeatureBins> all;
      for (int f = 0; f < features; ++f) all.push_back(hand_feature(2 + 37 * f % 200));
      HandMadeTree tree(device(), random_rows(700, all, wide ? 1 << 23 : 1 << 14), all, {}, wide);
      const std::int32_t free = tree.state().free_count;
      tree.kernels().histogram(tree.context(), tree.memory());
      const GrowNode root = tree.nodes()[0];
      ASSERT_GE(root.slot, 0);
      EXPECT_EQ(tree.state().free_count, free - 1);
      EXPECT_EQ(tree.histogram(root), tree.summed(root)) << features << " features, wide " << wide;
    }
}

TEST_F(Histogram, OfTwoChildrenIsThatOfTheSmaller) {
  const std::vector<FeatureBins> features{hand_feature(5), hand_feature(9, true)};
  for (const std::int64_t left : {100, 250, 300}) {
    HandMadeTree tree(device(), random_rows(500, features, 1000), features, {});
    tree.give_histogram(0);
    tree.divide_root(left);
    tree.kernels().histogram(tree.context(), tree.memory());
    const std::vector<GrowNode> nodes = tree.nodes();
    const std::size_t smaller = left <= 250 ? 1 : 2;
    ASSERT_GE(nodes[smaller].slot, 0);
    EXPECT_EQ(nodes[3 - smaller].slot, -1);
    EXPECT_EQ(tree.histogram(nodes[smaller]), tree.summed(nodes[smaller]));
  }
}

TEST_F(Histogram, OfChildrenWhoseParentHasNoneIsMadeForBoth) {
  const std::vector<FeatureBins> features{hand_feature(256)};
  HandMadeTree tree(device(), random_rows(3000, features, 16000), features, {});
  tree.divide_root(1300);
  tree.kernels().histogram(tree.context(), tree.memory());
  for (const std::size_t child : {1, 2}) {
    const GrowNode node = tree.nodes()[child];
    ASSERT_GE(node.slot, 0);
    EXPECT_EQ(tree.histogram(node), tree.summed(node));
  }
}

// On a GPU rows are divided between blocks: some nodes have blocks in common, some have one to themselves, some
// several.
TEST_F(Histogram, OfNodesThatShareBlocks) {
  for (const auto& [features, wide] : {std::pair{3, false}, std::pair{3, true}, std::pair{40, false}}) {
    std::vector<FeatureBins> all;
    for (int f = 0; f < features; ++f) all.push_back(hand_feature(f % 3 == 0 ? 77 : 2));
    for (const std::int64_t left : {8192, 6000, 100}) {
      if (features > 32 && left != 6000) continue;
      HandMadeTree tree(device(), random_rows(9000, all, wide ? 1 << 23 : 1 << 14), all, {}, wide);
      tree.divide_root(left);
      tree.kernels().histogram(tree.context(), tree.memory());
      for (const std::size_t child : {1, 2}) {
        const GrowNode node = tree.nodes()[child];
        ASSERT_GE(node.slot, 0);
        EXPECT_EQ(tree.histogram(node), tree.summed(node))
            << features << " features, wide " << wide << ", " << left << " rows on the left, child " << child;
      }
    }
  }
}

TEST_F(Histogram, IsNotMadeForFinalChildren) {
  const std::vector<FeatureBins> features{hand_feature(4)};
  HandMadeTree tree(device(), random_rows(60, features, 10), features, {});
  tree.give_histogram(0);
  tree.divide_root(20);
  TreeState state = tree.state();
  state.children_final = true;
  tree.set_state(state);
  tree.kernels().histogram(tree.context(), tree.memory());
  for (const std::size_t child : {1, 2}) EXPECT_EQ(tree.nodes()[child].slot, -1);
}

}  // namespace
}  // namespace linden
