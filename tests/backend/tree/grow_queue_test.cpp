// The queue: leaves come out in their order, and expanding several at once gives the tree of one at a time.
#include "backend/tree/grow_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace linden {
namespace {

// A full binary tree of gains: node i has the children 2 i + 1 and 2 i + 2; gains are drawn anew or shrink downwards.
std::vector<double> random_gains(std::mt19937& random, int count) {
  std::vector<double> gains(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    const int draw = static_cast<int>(random() % 8);
    gains[i] = draw == 0 ? 0 : draw < 4 ? draw : static_cast<double>(random() % 1000);  // some equal, some finished
  }
  return gains;
}

struct Memory {
  std::vector<GrowNode> nodes;
  std::vector<Candidate> queue, popped;
  std::vector<std::int32_t> batch, committed;
  TreeState tree;

  Memory(bool level_wise, int leaves, int batch_capacity) {
    tree.limits.level_wise = level_wise;
    tree.limits.max_leaves = leaves;
    tree.node_capacity = 4 * leaves + 2 * batch_capacity;
    tree.batch_capacity = batch_capacity;
    nodes.resize(tree.node_capacity);
    queue.resize(tree.node_capacity);
    popped.resize(4 * batch_capacity);
    batch.resize(batch_capacity);
    committed.resize(2 * leaves);
    tree.nodes = nodes.data();
    tree.queue = queue.data();
    tree.popped = popped.data();
    tree.batch = batch.data();
    tree.committed = committed.data();
    tree.node_count = 1;
  }
};

// The committed nodes, as places in the full tree.
std::vector<int> grow(const std::vector<double>& gains, bool level_wise, int leaves, int batch_capacity,
                      std::int64_t enough = 1000) {
  Memory memory(level_wise, leaves, batch_capacity);
  TreeState& tree = memory.tree;
  std::vector<int> place(static_cast<std::size_t>(tree.node_capacity));
  const auto gain_at = [&](int p) { return p < static_cast<int>(gains.size()) ? gains[p] : 0.0; };
  memory.nodes[0].split.gain = gains[0];
  memory.nodes[0].entries = 1;
  while (!commit(tree)) {
    fill_batch(tree, [&](std::int64_t) { return enough; });
    EXPECT_GT(tree.batch_size, 0);
    EXPECT_TRUE(level_wise || tree.batch_size <= std::max<std::int64_t>(enough, 1));  // a node has one entry
    for (int i = 0; i < tree.batch_size; ++i) {
      GrowNode& node = memory.nodes[tree.batch[i]];
      EXPECT_LT(node.left, 0);
      node.left = tree.node_count;
      EXPECT_LE(tree.node_count + 2, tree.node_capacity);
      if (tree.node_count + 2 > tree.node_capacity) return {};
      for (int side = 0; side < 2; ++side) {
        GrowNode& child = memory.nodes[tree.node_count] = GrowNode{};
        child.depth = node.depth + 1;
        child.entries = 1;
        place[tree.node_count] = 2 * place[tree.batch[i]] + 1 + side;
        child.split.gain = gain_at(place[tree.node_count++]);
      }
    }
  }
  std::vector<int> result;
  for (int i = 0; i < tree.committed_count; ++i) result.push_back(place[tree.committed[i]]);
  return result;
}

// The same by searching all open leaves for each split.
std::vector<int> grow_one_by_one(const std::vector<double>& gains, bool level_wise, int leaves) {
  std::vector<int> result{0}, open{0};  // positions in result
  const auto gain = [&](int i) { return result[i] < static_cast<int>(gains.size()) ? gains[result[i]] : 0.0; };
  const auto depth = [&](int i) { return 31 - __builtin_clz(static_cast<unsigned>(result[i]) + 1); };
  while (static_cast<int>(result.size() + 1) / 2 < leaves) {
    std::erase_if(open, [&](int i) { return gain(i) == 0; });
    if (open.empty()) break;
    const auto next = std::ranges::min_element(open, [&](int a, int b) {
      if (level_wise && depth(a) != depth(b)) return depth(a) < depth(b);
      return gain(a) != gain(b) ? gain(a) > gain(b) : a < b;
    });
    const int split = result[*next];
    open.erase(next);
    for (int side = 1; side <= 2; ++side) {
      open.push_back(static_cast<int>(result.size()));
      result.push_back(2 * split + side);
    }
  }
  return result;
}

TEST(GrowQueue, SeveralLeavesAtOnceGiveTheTreeOfOneAtATime) {
  std::mt19937 random(1);
  for (int i = 0; i < 1500; ++i) {
    const std::vector<double> gains = random_gains(random, 1 << (1 + random() % 12));
    const bool level_wise = i % 2 == 0;
    const int leaves = 2 + static_cast<int>(random() % (i % 3 == 0 ? 10 : 300));
    const std::vector<int> wanted = grow_one_by_one(gains, level_wise, leaves);
    for (const int batch : {1, 8, 32}) ASSERT_EQ(grow(gains, level_wise, leaves, batch), wanted) << i << " " << batch;
    for (const int enough : {0, 1, 3})
      ASSERT_EQ(grow(gains, level_wise, leaves, 8, enough), wanted) << i << " " << enough;
  }
}

TEST(GrowQueue, TheHeapGivesLeavesInOrder) {
  std::mt19937 random(2);
  for (const bool level_wise : {false, true})
    for (int count = 1; count < 60; ++count) {
      Memory memory(level_wise, 100, 8);
      std::vector<Candidate> leaves;
      for (int i = 0; i < count; ++i)
        leaves.push_back({static_cast<double>(random() % 5), static_cast<std::int32_t>(random() % 4), i, i});
      for (const Candidate& leaf : leaves) push(memory.tree, leaf);
      std::ranges::sort(leaves, [&](const Candidate& a, const Candidate& b) { return comes_first(level_wise, a, b); });
      for (const Candidate& leaf : leaves) EXPECT_EQ(pop(memory.tree).order, leaf.order);
      EXPECT_EQ(memory.tree.queue_size, 0);
    }
}

TEST(GrowQueue, ChildrenShareTheEntriesThatLieHereAndTheRowsInAll) {
  Memory memory(false, 4, 1);
  const FeatureBins feature{.has_missing = false};
  memory.tree.bins.feature = &feature;
  memory.tree.sample_rows = 40;
  memory.tree.root = {.rows = 100, .gradient = -7, .curvature = 90};
  GrowNode& root = memory.nodes[0] = root_of(memory.tree);
  EXPECT_EQ(root.entries, 40);
  EXPECT_EQ(root.rows, 100);
  root.split = {.gain = 1, .feature = 0, .bin = 0, .left_gradient = 5, .left_curvature = 30};
  make_children(memory.tree, 0, 1, 40, 25, 35);
  const GrowNode &left = memory.nodes[1], &right = memory.nodes[2];
  EXPECT_EQ(root.left, 1);
  EXPECT_EQ(left.begin, 40);
  EXPECT_EQ(left.entries, 25);
  EXPECT_EQ(left.rows, 35);
  EXPECT_EQ(left.gradient, 5);
  EXPECT_EQ(left.curvature, 30);
  EXPECT_EQ(right.begin, 65);
  EXPECT_EQ(right.entries, 15);
  EXPECT_EQ(right.rows, 65);
  EXPECT_EQ(right.gradient, -12);
  EXPECT_EQ(right.curvature, 60);
  EXPECT_FALSE(root.split.missing_left);  // the larger child by rows in all is the right one
}

}  // namespace
}  // namespace linden
