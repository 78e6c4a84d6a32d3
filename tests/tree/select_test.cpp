// Which leaves are split, in which order, and which are expanded next.
#include <bit>

#include "tree/hand_made_tree.hpp"

namespace linden {
namespace {

class Select : public TreeKernel {
 protected:
  struct Selected {
    bool done;
    std::vector<std::int32_t> committed, batch;
  };

  // A root (0) with the children 1 and 2, of which 1 has 3 and 4, and 2 has 5 and 6, and so on: all are expanded, but
  // the last level is not. `gains`: of the splits of 0 .. 6 or more, 0 where there is none.
  Selected select(const std::vector<double>& gains, bool level_wise, std::int32_t max_leaves) {
    HandMadeTree tree(device(), std::vector<HandRow>(256, HandRow{{0}}), {hand_feature(2)},
                      {.level_wise = level_wise, .max_leaves = max_leaves});
    TreeState state = tree.state();
    state.node_count = state.first_new = static_cast<std::int32_t>(gains.size());
    tree.set_state(state);
    std::vector<GrowNode> nodes(gains.size());
    for (std::int32_t i = 0; i < std::ssize(nodes); ++i) {
      GrowNode& node = nodes[static_cast<std::size_t>(i)];
      node.split.gain = gains[static_cast<std::size_t>(i)];
      node.split.feature = 0;
      node.left = i < std::ssize(nodes) / 2 && node.split.gain > 0 ? 2 * i + 1 : -1;
      node.parent = i == 0 ? -1 : (i - 1) / 2;
      node.depth = i == 0 ? 0 : nodes[static_cast<std::size_t>(node.parent)].depth + 1;
      node.entries = node.rows = 256 >> node.depth;
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

// One at a time, by a search of all that are open; and a GPU's batch, which has room for them, is what comes next.
TEST_F(Select, OfManyLeavesHasTheOrderOfOneAtATime) {
  std::mt19937 random(3);
  for (const bool level_wise : {false, true})
    for (const std::int32_t max_leaves : {64, 100, 200}) {
      std::vector<double> gains;
      for (int i = 0; i < 255; ++i) gains.push_back(static_cast<double>(random() % 40));
      gains[0] = 7;
      const auto depth_of = [](std::int32_t node) { return std::bit_width(static_cast<unsigned>(node + 1)); };
      std::vector<std::int32_t> committed{0}, open{0};
      const auto next = [&] {  // open leaves stand in the order in which they were made
        return std::min_element(open.begin(), open.end(), [&](std::int32_t a, std::int32_t b) {
          if (level_wise && depth_of(a) != depth_of(b)) return depth_of(a) < depth_of(b);
          return gains[static_cast<std::size_t>(a)] > gains[static_cast<std::size_t>(b)];
        });
      };
      while (!open.empty() && *next() < 127 && (std::ssize(committed) + 1) / 2 < max_leaves) {
        const std::int32_t node = *next();
        open.erase(next());
        for (const std::int32_t child : {2 * node + 1, 2 * node + 2}) {
          committed.push_back(child);
          if (gains[static_cast<std::size_t>(child)] > 0) open.push_back(child);
        }
      }
      const Selected selected = select(gains, level_wise, max_leaves);
      EXPECT_EQ(selected.committed, committed);
      if (selected.done) continue;
      std::vector<std::int32_t> batch;
      for (; !open.empty() && batch.size() < selected.batch.size(); open.erase(next()))
        if (*next() >= 127) batch.push_back(*next());
      EXPECT_EQ(selected.batch, batch);
      if (device() != Device::cpu() && level_wise) {
        EXPECT_GT(selected.batch.size(), 10u);
      }
    }
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
