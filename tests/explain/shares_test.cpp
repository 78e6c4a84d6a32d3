// How training rows divide at splits.
#include "explain/shares.hpp"

#include <gtest/gtest.h>

namespace linden {
namespace {

Tree two_splits() {
  Tree tree;
  tree.nodes.resize(5);
  const auto set = [&](int at, int left, double cover, std::int64_t rows) {
    TreeNode& node = tree.nodes[static_cast<std::size_t>(at)];
    node.cover = cover;
    node.rows = rows;
    if (left > 0) {
      node.feature = 0;
      node.left = left;
      node.right = left + 1;
    } else {
      node.leaf = static_cast<int>(tree.leaf_values.size());
      tree.leaf_values.push_back(node.leaf + 1);
    }
  };
  set(0, 1, 8, 100);
  set(1, 0, 2, 50);
  set(2, 3, 6, 50);
  set(3, 0, 0, 10);
  set(4, 0, 0, 40);
  return tree;
}

TEST(Shares, AreThoseOfCurvaturesOrRowsAndElseOfTheOther) {
  Tree tree = two_splits();
  EXPECT_EQ(left_shares(tree, false), (std::vector<double>{0.25, 0, 0.2, 0, 0}));
  EXPECT_EQ(left_shares(tree, true), (std::vector<double>{0.5, 0, 0.2, 0, 0}));
  tree.nodes[3].rows = tree.nodes[4].rows = 0;
  EXPECT_EQ(left_shares(tree, true), (std::vector<double>{0.5, 0, 0.5, 0, 0}));
}

TEST(Shares, WeighTheMean) {
  EXPECT_EQ(mean_values(two_splits(), left_shares(two_splits(), false)),
            (std::vector<double>{0.25 * 1 + 0.75 * (0.2 * 2 + 0.8 * 3)}));
}

}  // namespace
}  // namespace linden
