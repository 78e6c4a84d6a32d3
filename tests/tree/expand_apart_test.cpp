// Leaves that are expanded apart, a thread at each, become what a step that threads share makes of them.
#include "backend/tree/grow_queue.hpp"
#include "tree/hand_made_tree.hpp"

namespace linden {
namespace {

using ExpandApart = TreeKernel;

#ifdef LINDEN_TEST_ON_GPU

TEST_F(ExpandApart, IsNotWhatAGpuDoes) {
  const std::vector<FeatureBins> features{hand_feature(30)};
  HandMadeTree tree(device(), random_rows(100, features, 100), features, {});
  EXPECT_FALSE(tree.kernels().expand_apart(tree.context(), tree.memory()));
}

#else

// Grows a tree, some steps apart if asked for. How many those were.
int grow(HandMadeTree& tree, bool apart) {
  const TreeKernels& kernels = tree.kernels();
  Context& context = tree.context();
  TreeMemory& memory = tree.memory();
  const auto search = [&] {
    kernels.histogram(context, memory);
    kernels.subtract(context, memory);
    if (memory.rules.draws()) kernels.admit(context, memory);
    kernels.split(context, memory);
  };
  int steps = 0;
  search();
  while (!kernels.select(context, memory)) {
    if (apart && kernels.expand_apart(context, memory)) {
      ++steps;
      continue;
    }
    kernels.partition(context, memory);
    kernels.expand(context, memory);
    search();
  }
  return steps;
}

void expect_same(HandMadeTree& apart, HandMadeTree& shared) {
  const std::vector<GrowNode> nodes = apart.nodes(), wanted = shared.nodes();
  ASSERT_EQ(nodes.size(), wanted.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const GrowNode &node = nodes[i], &other = wanted[i];
    SCOPED_TRACE(i);
    EXPECT_EQ(node.parent, other.parent);
    EXPECT_EQ(node.left, other.left);
    EXPECT_EQ(node.order, other.order);
    EXPECT_EQ(node.gradient, other.gradient);
    EXPECT_EQ(node.curvature, other.curvature);
    EXPECT_EQ(node.split.gain, other.split.gain);
    EXPECT_EQ(node.split.feature, other.split.feature);
    EXPECT_EQ(node.split.bin, other.split.bin);
    EXPECT_EQ(apart.rows_of(node), shared.rows_of(other));
  }
  EXPECT_EQ(apart.state().free_count, shared.state().free_count);
}

TEST_F(ExpandApart, MakesTheNodesOfASharedStep) {
  std::vector<FeatureBins> features;
  for (const int bins : {250, 40, 3, 120, 7}) features.push_back(hand_feature(bins, bins % 2 == 1, bins == 7));
  for (int f = 0; f < 15; ++f) features.push_back(hand_feature(60));
  GrowthLimits limits;
  limits.max_leaves = 60;
  GrowthRules drawn;
  drawn.by_node = 0.5;
  drawn.key = 77;
  for (const bool level_wise : {false, true})
    for (const bool wide : {false, true})
      for (const GrowthRules& rules : {GrowthRules{}, drawn}) {
        limits.level_wise = level_wise;
        const std::vector<HandRow> rows = random_rows(6000, features, 100);
        HandMadeTree apart(device(), rows, features, limits, wide, 0, rules);
        HandMadeTree shared(device(), rows, features, limits, wide, 0, rules);
        EXPECT_GT(grow(apart, true), 3);
        EXPECT_EQ(grow(shared, false), 0);
        expect_same(apart, shared);
      }
}

TEST_F(ExpandApart, LeavesOneLeafToAll) {
  const std::vector<FeatureBins> features(20, hand_feature(60));
  HandMadeTree tree(device(), random_rows(6000, features, 100), features, {});
  tree.kernels().histogram(tree.context(), tree.memory());
  tree.kernels().subtract(tree.context(), tree.memory());
  tree.kernels().split(tree.context(), tree.memory());
  ASSERT_FALSE(tree.kernels().select(tree.context(), tree.memory()));
  EXPECT_FALSE(tree.kernels().expand_apart(tree.context(), tree.memory()));
  EXPECT_EQ(tree.state().node_count, 1);
}

TEST_F(ExpandApart, LeavesALevelToAll) {
  const std::vector<FeatureBins> features(20, hand_feature(60));
  GrowthLimits limits;
  limits.oblivious = true;
  limits.max_depth = 5;
  limits.max_leaves = 32;
  limits.min_rows_in_leaf = 0;
  HandMadeTree tree(device(), random_rows(3000, features, 100), features, limits);
  EXPECT_EQ(grow(tree, true), 0);
  EXPECT_EQ(tree.state().node_count, 63);
}

#endif

}  // namespace
}  // namespace linden
