// Which trees are oblivious.
#include "boosting/predict/levels.hpp"

#include <gtest/gtest.h>

#include <linden/boosting.hpp>
#include <vector>

#include "boosting/predict/forest.hpp"

namespace linden {
namespace {

// Two levels: feature 0 up to 5, then a category of feature 1.
Tree two_levels() {
  Tree tree;
  tree.nodes.resize(7);
  for (int i = 0; i < 3; ++i) {
    TreeNode& node = tree.nodes[static_cast<std::size_t>(i)];
    node.feature = i > 0;
    node.categorical = i > 0;
    node.left = 2 * i + 1;
    node.right = node.left + 1;
    if (i > 0) node.left_categories = {0, 2};
  }
  tree.nodes[0].threshold = 5;
  for (int leaf = 0; leaf < 4; ++leaf) tree.nodes[static_cast<std::size_t>(3 + leaf)].leaf = leaf;
  tree.leaf_values = {1, 2, 3, 4};
  return tree;
}

std::int32_t levels(const Tree& tree) {
  const std::vector<Tree> trees{tree};
  const std::vector<std::vector<std::string>> categories{{}, {"a", "b", "c"}};
  const std::vector<std::vector<int>> groups(2);
  const Forest forest(trees, categories, groups);
  return levels_of(forest.view(1), 0, static_cast<std::int32_t>(tree.nodes.size()));
}

TEST(Levels, OfATreeWhoseNodesOfALevelAreAlike) {
  EXPECT_EQ(levels(two_levels()), 2);
  Tree leaf;
  leaf.nodes.resize(1);
  leaf.nodes[0].leaf = 0;
  leaf.leaf_values = {1};
  EXPECT_EQ(levels(leaf), 0);
}

TEST(Levels, AreNoneWhereANodeIsAnother) {
  const auto changed = [](const auto& change) {
    Tree tree = two_levels();
    change(tree.nodes);
    return levels(tree);
  };
  using Nodes = std::vector<TreeNode>;
  EXPECT_EQ(changed([](Nodes& nodes) { nodes[2].missing_left = true; }), -1);
  EXPECT_EQ(changed([](Nodes& nodes) { nodes[2].left_categories = {0, 1}; }), -1);
  EXPECT_EQ(changed([](Nodes& nodes) { nodes[2].left_categories = {0}; }), -1);
  EXPECT_EQ(changed([](Nodes& nodes) { nodes[2].feature = 0, nodes[2].categorical = false; }), -1);
  EXPECT_EQ(changed([](Nodes& nodes) { std::swap(nodes[3].leaf, nodes[4].leaf); }), -1);
  EXPECT_EQ(changed([](Nodes& nodes) { std::swap(nodes[1].left, nodes[2].left); }), -1);
  EXPECT_EQ(changed([](Nodes& nodes) { nodes[0].zero_missing = true; }), 2);
}

TEST(Levels, AreNoneWhereALevelIsNotFull) {
  Tree tree = two_levels();
  tree.nodes.resize(5);
  tree.nodes[1] = tree.nodes[0];
  tree.nodes[1].left = 3;
  tree.nodes[1].right = 4;
  tree.nodes[2] = {};
  for (int leaf = 0; leaf < 3; ++leaf) tree.nodes[static_cast<std::size_t>(2 + leaf)].leaf = leaf;
  tree.leaf_values = {1, 2, 3};
  EXPECT_EQ(levels(tree), -1);
}

}  // namespace
}  // namespace linden
