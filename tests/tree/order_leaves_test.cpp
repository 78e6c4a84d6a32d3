// The order of leaves: which must not be above which, and what those that are get.
#include "backend/tree/leaf_order.hpp"
#include "tree/hand_made_tree.hpp"

namespace linden {
namespace {

using OrderLeaves = TreeKernel;

/// A split of a node by a feature after a bin.
struct HandSplit {
  std::int32_t node, feature, bin;
};

/// The tree that such splits make, in order; those below the first are numbered 1 and 2, and so on.
class SplitTree {
 public:
  SplitTree(const Device& device, const std::vector<FeatureBins>& features, const std::vector<HandSplit>& splits)
      : tree_(device, random_rows(64, features, 5), features, limits()) {
    TreeState state = tree_.state();
    state.node_count = static_cast<std::int32_t>(2 * splits.size() + 1);
    tree_.set_state(state);
    std::vector<GrowNode> nodes(2 * splits.size() + 1);
    std::int32_t next = 1;
    for (const HandSplit& split : splits) {
      GrowNode& node = nodes[static_cast<std::size_t>(split.node)];
      node.left = next;
      node.split.feature = split.feature;
      mark_first(node.split, split.bin + 1);
      for (int side = 0; side < 2; ++side, ++next) {
        nodes[static_cast<std::size_t>(next)].parent = split.node;
        nodes[static_cast<std::size_t>(next)].depth = node.depth + 1;
      }
    }
    tree_.set_nodes(nodes);
    std::vector<std::int32_t> order, leaf_of_node;
    for (std::int32_t i = 0; i < next; ++i) order.push_back(i);
    tree_.commit(order);
    for (const GrowNode& node : nodes) leaf_of_node.push_back(node.left < 0 ? leaves_++ : -1);
    tree_.write(tree_.memory().leaf_of_node, leaf_of_node);
    state = tree_.state();
    state.leaf_count = leaves_;
    tree_.set_state(state);
  }

  /// What becomes of these values, one a leaf in the order of nodes, with such weights.
  std::vector<double> ordered(const std::vector<double>& values, std::vector<double> weights = {}) {
    if (weights.empty()) weights.assign(values.size(), 1);
    tree_.write(tree_.memory().leaf_values, values);
    tree_.write(tree_.memory().leaf_curvatures, weights);
    tree_.kernels().order_leaves(tree_.context(), tree_.memory());
    return tree_.read(tree_.memory().leaf_values, leaves_);
  }

 private:
  static GrowthLimits limits() {
    GrowthLimits limits;
    limits.l2 = 0;
    limits.intermediate = true;
    return limits;
  }

  HandMadeTree tree_;
  std::int32_t leaves_ = 0;
};

// Pool adjacent violators, from the left, over and over.
std::vector<double> isotonic(std::vector<double> values, std::vector<double> weights) {
  std::vector<std::size_t> counts(values.size(), 1);
  for (std::size_t i = 0; i + 1 < values.size();) {
    if (values[i] <= values[i + 1]) {
      ++i;
      continue;
    }
    values[i] = (values[i] * weights[i] + values[i + 1] * weights[i + 1]) / (weights[i] + weights[i + 1]);
    weights[i] += weights[i + 1];
    counts[i] += counts[i + 1];
    for (auto* list : {&values, &weights}) list->erase(list->begin() + static_cast<std::ptrdiff_t>(i) + 1);
    counts.erase(counts.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    i = 0;
  }
  std::vector<double> all;
  for (std::size_t i = 0; i < values.size(); ++i) all.insert(all.end(), counts[i], values[i]);
  return all;
}

TEST_F(OrderLeaves, OfAChainAreIsotonicRegression) {
  std::vector<HandSplit> splits;  // leaves 0, 1, ... by value: each split takes one off on the left
  for (std::int32_t i = 0; i < 9; ++i) splits.push_back({2 * i, 0, i});
  SplitTree rising(device(), {hand_feature(12, false, false, 1)}, splits);
  SplitTree falling(device(), {hand_feature(12, false, false, -1)}, splits);
  std::mt19937 random(3);
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<double> values, weights;
    for (int leaf = 0; leaf < 10; ++leaf) {
      values.push_back(static_cast<double>(random() % 100) - 50);
      weights.push_back(1 + static_cast<double>(random() % 7));
    }
    const std::vector<double> expected = isotonic(values, weights), found = rising.ordered(values, weights);
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-12);
    std::ranges::reverse(values);
    std::ranges::reverse(weights);
    std::vector<double> other = falling.ordered(values, weights);
    std::ranges::reverse(other);
    for (std::size_t i = 0; i < other.size(); ++i) EXPECT_NEAR(other[i], expected[i], 1e-12);
  }
}

// Feature 1 parts both sides of a split by the monotone feature 0: of the four leaves those that share values of
// feature 1 are compared.
TEST_F(OrderLeaves, ComparesThoseBetweenWhichOneFeatureLeads) {
  const std::vector<FeatureBins> features{hand_feature(8, false, false, 1), hand_feature(8)};
  SplitTree apart(device(), features, {{0, 0, 3}, {1, 1, 3}, {2, 1, 3}});
  EXPECT_EQ(apart.ordered({5, 1, 3, 2}), (std::vector<double>{4, 1, 4, 2}));
  EXPECT_EQ(apart.ordered({1, 9, 3, 5}, {1, 3, 1, 1}), (std::vector<double>{1, 8, 3, 8}));
  SplitTree across(device(), features, {{0, 0, 3}, {1, 1, 5}, {2, 1, 3}});  // the left one below 5 meets both
  EXPECT_EQ(across.ordered({4, 1, 5, 2}), (std::vector<double>{3, 1, 5, 3}));
  SplitTree above(device(), features, {{0, 1, 3}, {1, 0, 3}, {2, 0, 5}});
  EXPECT_EQ(above.ordered({2, 1, 1, 2}), (std::vector<double>{1.5, 1.5, 1, 2}));
}

TEST_F(OrderLeaves, LeavesThatAreInOrderStay) {
  SplitTree tree(device(), {hand_feature(8, false, false, -1), hand_feature(8)}, {{0, 0, 3}, {1, 1, 3}, {2, 1, 3}});
  EXPECT_EQ(tree.ordered({3, 0.1, 2, -7}), (std::vector<double>{3, 0.1, 2, -7}));
  EXPECT_EQ(tree.ordered({2, 0.1, 2, 0.1}), (std::vector<double>{2, 0.1, 2, 0.1}));
}

// Random trees and values: nothing is out of order afterwards, and no value leaves those that were there.
TEST_F(OrderLeaves, KeepAllThatTheySay) {
  std::mt19937 random(5);
  for (int trial = 0; trial < 10; ++trial) {
    const std::vector<FeatureBins> features{hand_feature(8, false, false, 1), hand_feature(8, true, false, -1),
                                            hand_feature(8)};
    struct Box {
      int low[3] = {0, 0, 0}, high[3] = {7, 7, 7};
    };
    std::vector<Box> boxes(1);
    std::vector<HandSplit> splits;
    for (int attempt = 0; attempt < 60 && splits.size() < 20; ++attempt) {
      const auto node = static_cast<std::size_t>(random() % boxes.size());
      const auto f = static_cast<int>(random() % 3);
      const bool is_leaf =
          std::ranges::none_of(splits, [&](const HandSplit& s) { return s.node == std::int32_t(node); });
      if (!is_leaf || boxes[node].low[f] == boxes[node].high[f]) continue;
      const int bin =
          boxes[node].low[f] + static_cast<int>(random() % unsigned(boxes[node].high[f] - boxes[node].low[f]));
      splits.push_back({static_cast<std::int32_t>(node), f, bin});
      Box left = boxes[node], right = boxes[node];
      left.high[f] = bin;
      right.low[f] = bin + 1;
      boxes.push_back(left);
      boxes.push_back(right);
    }
    SplitTree tree(device(), features, splits);
    std::vector<Box> leaves;
    std::vector<double> values;
    for (std::size_t node = 0; node < boxes.size(); ++node)
      if (std::ranges::none_of(splits, [&](const HandSplit& s) { return s.node == std::int32_t(node); })) {
        leaves.push_back(boxes[node]);
        values.push_back(static_cast<double>(random() % 1000) / 7);
      }
    const std::vector<double> found = tree.ordered(values);
    for (const double value : found) {
      EXPECT_GE(value, *std::ranges::min_element(values));
      EXPECT_LE(value, *std::ranges::max_element(values));
    }
    for (std::size_t a = 0; a < leaves.size(); ++a)
      for (std::size_t b = 0; b < leaves.size(); ++b)
        for (int f = 0; f < 2; ++f) {
          bool leads = leaves[a].high[f] < leaves[b].low[f];
          for (int other = 0; other < 3; ++other)
            leads &= other == f ||
                     (leaves[a].low[other] <= leaves[b].high[other] && leaves[b].low[other] <= leaves[a].high[other]);
          if (leads) {
            EXPECT_LE((f == 0 ? 1 : -1) * (found[a] - found[b]), 0) << "trial " << trial;
          }
        }
  }
}

}  // namespace
}  // namespace linden
