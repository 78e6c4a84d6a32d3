// Which leaves are split, in which order, and which are expanded next.
#include "tree/hand_made_tree.hpp"

namespace linden {
namespace {

class Select : public TreeKernel {
 protected:
  struct Selected {
    bool done;
    std::vector<std::int32_t> committed, batch;
  };

  // A root (0) with the children 1 and 2, of which 1 has 3 and 4, and 2 has 5 and 6: all are expanded, and the next
  // leaves are not. `gains`: of the splits of 0 .. 6, 0 where there is none.
  Selected select(const std::vector<double>& gains, bool level_wise, std::int32_t max_leaves) {
    HandMadeTree tree(device(), std::vector<HandRow>(64, HandRow{{0}}), {hand_feature(2)},
                      {.level_wise = level_wise, .max_leaves = max_leaves});
    TreeState state = tree.state();
    state.node_count = state.first_new = 7;
    tree.set_state(state);
    std::vector<GrowNode> nodes(7);
    for (std::int32_t i = 0; i < 7; ++i) {
      GrowNode& node = nodes[static_cast<std::size_t>(i)];
      node.split.gain = gains[static_cast<std::size_t>(i)];
      node.split.feature = 0;
      node.left = i < 3 && node.split.gain > 0 ? 2 * i + 1 : -1;
      node.parent = i == 0 ? -1 : (i - 1) / 2;
      node.depth = i == 0 ? 0 : i < 3 ? 1 : 2;
      node.entries = node.rows = 64 >> node.depth;
    }
    tree.set_nodes(nodes);
    Selected selected;
    const bool done = tree.kernels().select(tree.context(), tree.memory());
    state = tree.state();
    selected.done = state.batch_size == 0;
    EXPECT_TRUE(device() != Device::cpu() || done == selected.done);  // a GPU says so some steps later
    selected.committed = tree.read(tree.memory().committed, state.committed_count);
    if (!selected.done) selected.batch = tree.read(tree.memory().batch, state.batch_size);
    return selected;
  }
};

TEST_F(Select, TakesTheLargestGainNext) {
  const Selected selected = select({9, 2, 5, 0, 0, 3, 1}, false, 64);
  EXPECT_FALSE(selected.done);
  EXPECT_EQ(selected.committed, (std::vector<std::int32_t>{0, 1, 2, 5, 6}));  // 5 of gain 3 comes before 1 of gain 2
  EXPECT_EQ(selected.batch.at(0), 5);
}

TEST_F(Select, TakesALevelFirst) {
  const Selected selected = select({9, 2, 5, 8, 0, 3, 1}, true, 64);
  EXPECT_FALSE(selected.done);
  EXPECT_EQ(selected.committed, (std::vector<std::int32_t>{0, 1, 2, 5, 6, 3, 4}));
  EXPECT_EQ(selected.batch, (std::vector<std::int32_t>{3, 5, 6}));
}

TEST_F(Select, OfEqualGainsTakesTheLeafThatWasMadeFirst) {
  const Selected selected = select({9, 4, 4, 0, 0, 0, 0}, false, 64);
  EXPECT_TRUE(selected.done);
  EXPECT_EQ(selected.committed, (std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 6}));
}

TEST_F(Select, EndsWithTheLeavesThatATreeMayHave) {
  const Selected selected = select({9, 2, 5, 8, 8, 3, 1}, false, 3);
  EXPECT_TRUE(selected.done);
  EXPECT_EQ(selected.committed, (std::vector<std::int32_t>{0, 1, 2, 5, 6}));
}

TEST_F(Select, EndsWhereNothingGains) {
  const Selected selected = select({0, 0, 0, 0, 0, 0, 0}, false, 64);
  EXPECT_TRUE(selected.done);
  EXPECT_EQ(selected.committed, (std::vector<std::int32_t>{0}));
}

}  // namespace
}  // namespace linden
