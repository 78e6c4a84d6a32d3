// The rows of selected leaves go where their split says, and the children know them.
#include "backend/tree/grow_queue.hpp"
#include "tree/hand_made_tree.hpp"

namespace linden {
namespace {

class Partition : public TreeKernel {
 protected:
  // Expands the root by a split; returns its children, whose rows are checked.
  std::vector<GrowNode> children(HandMadeTree& tree, const Split& split) {
    std::vector<GrowNode> nodes = tree.nodes();
    nodes[0].split = split;
    tree.set_nodes(nodes);
    tree.kernels().select(tree.context(), tree.memory());  // the root has a gain
    tree.kernels().partition(tree.context(), tree.memory());
    tree.kernels().expand(tree.context(), tree.memory());
    const TreeState state = tree.state();
    EXPECT_EQ(state.first_new, 1);
    EXPECT_EQ(state.node_count, 3);
    nodes = tree.nodes();
    std::vector<std::int32_t> wanted[2];
    for (std::size_t row = 0; row < tree.rows().size(); ++row)
      wanted[goes_left(split, tree.rows()[row].bins[static_cast<std::size_t>(split.feature)]) ? 0 : 1].push_back(
          static_cast<std::int32_t>(row));
    for (const int side : {0, 1}) {
      const GrowNode& node = nodes[static_cast<std::size_t>(1 + side)];
      EXPECT_EQ(node.entries, std::ssize(wanted[side]));
      EXPECT_EQ(node.rows, node.entries);
      EXPECT_EQ(node.parent, 0);
      EXPECT_EQ(node.depth, 1);
      EXPECT_EQ(tree.rows_of(node), wanted[side]);
    }
    EXPECT_EQ(nodes[0].left, 1);
    EXPECT_EQ(nodes[1].gradient, split.left_gradient);
    EXPECT_EQ(nodes[2].gradient, nodes[0].gradient - split.left_gradient);
    EXPECT_EQ(nodes[2].curvature, nodes[0].curvature - split.left_curvature);
    return {nodes[1], nodes[2]};
  }

  static Split cut(std::int32_t feature, int bin) {
    Split split;
    split.gain = 1;
    split.feature = feature;
    split.bin = bin;
    for (int b = 0; b <= bin; ++b) split.left_bins[b / 64] |= std::uint64_t{1} << (b % 64);
    split.left_gradient = 17;
    split.left_curvature = 5;
    return split;
  }
};

TEST_F(Partition, DividesByACut) {
  const std::vector<FeatureBins> features{hand_feature(3), hand_feature(200)};
  for (const int rows : {2, 8, 15, 33, 34, 2500})
    for (const bool wide : {false, true})
      for (const int bin : {0, 99, 199}) {
        HandMadeTree tree(device(), random_rows(rows, features, 100, static_cast<unsigned>(rows + bin)), features, {},
                          wide);
        children(tree, cut(1, bin));
      }
}

TEST_F(Partition, SendsMissingValuesWhereTheSplitSays) {
  const std::vector<FeatureBins> features{hand_feature(6, true)};
  for (const bool missing_left : {false, true}) {
    HandMadeTree tree(device(), random_rows(300, features, 100), features, {});
    Split split = cut(0, 2);
    split.missing_left = missing_left;
    if (missing_left) split.left_bins[0] |= 1 << 5;
    children(tree, split);
    EXPECT_EQ(tree.nodes()[0].split.missing_left, missing_left);
  }
}

TEST_F(Partition, SendsMissingValuesThatTrainingNeverSawWithTheMany) {
  const std::vector<FeatureBins> features{hand_feature(4)};
  for (const int bin : {0, 2}) {
    HandMadeTree tree(device(), random_rows(300, features, 100), features, {});
    children(tree, cut(0, bin));
    EXPECT_EQ(tree.nodes()[0].split.missing_left, bin == 2);
  }
}

TEST_F(Partition, DividesByCategories) {
  const std::vector<FeatureBins> features{hand_feature(150, false, true)};
  HandMadeTree tree(device(), random_rows(900, features, 100), features, {});
  Split split = cut(0, 0);
  split.categorical = true;
  for (std::uint64_t& word : split.left_bins) word = 0x9e3779b97f4a7c15;
  children(tree, split);
}

TEST_F(Partition, HandsDownBoundsByTheSignOfTheFeature) {
  for (const int sign : {-1, 0, 1}) {
    const std::vector<FeatureBins> features{hand_feature(2, false, false, sign), hand_feature(2, false, false, 1)};
    HandMadeTree tree(device(), {{{0, 0}, 6, 2}, {{1, 0}, -9, 3}}, features, {.l2 = 0});
    std::vector<GrowNode> nodes = tree.nodes();
    nodes[0].bounds = {-10, 10};
    tree.set_nodes(nodes);
    Split split = cut(0, 0);
    split.left_gradient = 6;
    split.left_curvature = 2;
    const std::vector<GrowNode> both = children(tree, split);  // values -3 and 3, in the middle 0
    EXPECT_EQ(both[0].bounds.lower, sign < 0 ? 0 : -10);
    EXPECT_EQ(both[0].bounds.upper, sign > 0 ? 0 : 10);
    EXPECT_EQ(both[1].bounds.lower, sign > 0 ? 0 : -10);
    EXPECT_EQ(both[1].bounds.upper, sign < 0 ? 0 : 10);
  }
}

#ifndef LINDEN_TEST_ON_GPU  // where nodes are not divided in chunks that threads share

TEST_F(Partition, ANodeIsDividedBesideOneWithoutRows) {
  const std::vector<FeatureBins> features{hand_feature(3), hand_feature(200)};
  HandMadeTree tree(device(), random_rows(20'000, features, 100), features, {});
  tree.divide_root(0);
  std::vector<GrowNode> nodes = tree.nodes();
  nodes[1].split = nodes[2].split = cut(1, 99);
  tree.set_nodes(nodes);
  tree.write(tree.memory().batch, std::vector<std::int32_t>{1, 2});
  TreeState state = tree.state();
  state.batch_size = 2;
  tree.set_state(state);
  tree.kernels().partition(tree.context(), tree.memory());
  tree.kernels().expand(tree.context(), tree.memory());
  nodes = tree.nodes();
  ASSERT_EQ(nodes.size(), 7u);
  EXPECT_EQ(nodes[3].entries + nodes[4].entries, 0);
  std::vector<std::int32_t> wanted[2];
  for (std::size_t row = 0; row < tree.rows().size(); ++row)
    wanted[tree.rows()[row].bins[1] <= 99 ? 0 : 1].push_back(static_cast<std::int32_t>(row));
  EXPECT_EQ(tree.rows_of(nodes[5]), wanted[0]);
  EXPECT_EQ(tree.rows_of(nodes[6]), wanted[1]);
}

#endif

}  // namespace
}  // namespace linden
