// The leaves of a tree: whose rows they have, what these add up to, and what the leaves are worth.
#include "backend/tree/leaf_math.hpp"
#include "tree/hand_made_tree.hpp"

namespace linden {
namespace {

using LeafSums = TreeKernel;

TEST_F(LeafSums, AreThoseOfTheRowsOfEachLeaf) {
  const std::vector<FeatureBins> features{hand_feature(2)};
  for (const std::int64_t left : {1, 700, 2999}) {
    HandMadeTree tree(device(), random_rows(3000, features, 1000), features, {.l1 = 3, .l2 = 2, .learning_rate = 0.5});
    tree.divide_root(left);
    tree.commit({0, 1, 2});
    tree.kernels().leaf_sums(tree.context(), tree.memory());
    tree.kernels().set_leaves(tree.context(), tree.memory());
    ASSERT_EQ(tree.state().leaf_count, 2);
    EXPECT_EQ(tree.read(tree.memory().leaf_of_node, 3), (std::vector<std::int32_t>{-1, 0, 1}));
    const std::vector<std::int32_t> leaf = tree.read(tree.memory().leaf_of_row, 3000);
    const std::vector<std::int64_t> totals = tree.read(tree.memory().leaf_totals, 4);
    const std::vector<double> values = tree.read(tree.memory().leaf_values, 2);
    const std::vector<double> curvatures = tree.read(tree.memory().leaf_curvatures, 2);
    const LeafUnits units = leaf_units(tree.memory());
    for (const int side : {0, 1}) {
      const GrowNode node = tree.nodes()[static_cast<std::size_t>(1 + side)];
      for (const std::int32_t row : tree.rows_of(node)) EXPECT_EQ(leaf[static_cast<std::size_t>(row)], side);
      const auto at = static_cast<std::size_t>(side);
      const auto g = static_cast<double>(node.gradient), h = static_cast<double>(node.curvature);
      EXPECT_EQ(static_cast<double>(totals[2 * at]) * units.gradient, g);
      EXPECT_EQ(static_cast<double>(totals[2 * at + 1]) * units.curvature, h);
      const double top = g > 3 ? g - 3 : g < -3 ? g + 3 : 0;
      EXPECT_EQ(values[at], 0.5 * (-top / (h + 2)));
      EXPECT_EQ(curvatures[at], h);
    }
  }
}

TEST_F(LeafSums, OfAnExpansionThatWasNotCommittedBelongToTheLeafAboveIt) {
  const std::vector<FeatureBins> features{hand_feature(2)};
  HandMadeTree tree(device(), random_rows(300, features, 10), features, {.l2 = 0, .learning_rate = 1});
  tree.divide_root(120);
  tree.commit({0});
  tree.kernels().leaf_sums(tree.context(), tree.memory());
  tree.kernels().set_leaves(tree.context(), tree.memory());
  EXPECT_EQ(tree.read(tree.memory().leaf_of_node, 3), (std::vector<std::int32_t>{0, 0, 0}));
  const GrowNode root = tree.nodes()[0];
  EXPECT_EQ(tree.read(tree.memory().leaf_values, 1)[0],
            -static_cast<double>(root.gradient) / static_cast<double>(root.curvature));
}

TEST_F(LeafSums, StayWithinTheBoundsOfTheirNodes) {
  HandMadeTree tree(device(), {{{0}, -8}, {{0}, 8}}, {hand_feature(2)}, {.l2 = 0, .learning_rate = 0.5});
  tree.divide_root(1);
  tree.commit({0, 1, 2});
  std::vector<GrowNode> nodes = tree.nodes();
  nodes[1].bounds.upper = 3;
  nodes[2].bounds.lower = -20;
  tree.set_nodes(nodes);
  tree.kernels().leaf_sums(tree.context(), tree.memory());
  tree.kernels().set_leaves(tree.context(), tree.memory());
  EXPECT_EQ(tree.read(tree.memory().leaf_values, 2), (std::vector<double>{1.5, -4}));
}

}  // namespace
}  // namespace linden
