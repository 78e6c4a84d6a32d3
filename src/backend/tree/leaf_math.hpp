// The leaves of a finished tree: which nodes they are, where a row ends, what they are worth.
#pragma once

#include "backend/tree/grow_queue.hpp"
#include "backend/tree/tree_math.hpp"
#include "backend/tree/wide_bins.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Whether a committed node is a leaf. It may have children, from an expansion that came to nothing.
LINDEN_HD bool is_leaf(const TreeMemory& tree, const GrowNode& node) {
  return node.left < 0 || tree.nodes[node.left].order < 0;
}

/// The leaf of a row that was not in the sample: it goes down the tree by its bins.
LINDEN_HD std::int32_t leaf_by_bins(const TreeMemory& tree, std::int64_t row) {
  const GrowNode* node = tree.nodes;
  while (!is_leaf(tree, *node)) {
    const std::uint8_t bin = bin_at(tree.bins, node->split, row);
    node = tree.nodes + node->left + (goes_left(node->split, bin) ? 0 : 1);
  }
  return tree.leaf_of_node[node - tree.nodes];
}

/// In which the unrounded gradients of a leaf are added up: powers of two.
struct LeafUnits {
  double gradient, curvature;
};
LINDEN_HD LeafUnits leaf_units(const TreeInput& tree) {
  return {sum_unit(tree.range.max_gradient, tree.root.rows), sum_unit(tree.range.max_curvature, tree.root.rows)};
}

/// Value and curvature of a committed node, if it is a leaf, from its sums in these units. The value is smoothed
/// towards that of its parent and stays within the node's bounds, both of which come of rounded sums. (Where bounds are
/// intermediate, it is put in order later.)
LINDEN_HD void set_leaf(const TreeMemory& tree, std::int32_t node, const LeafUnits& units) {
  const std::int64_t leaf = tree.leaf_of_node[node];
  if (leaf < 0) return;
  const double g = static_cast<double>(tree.leaf_totals[2 * leaf]) * units.gradient;
  const double h = static_cast<double>(tree.leaf_totals[2 * leaf + 1]) * units.curvature;
  const GrowNode& grown = tree.nodes[node];
  double value = grown.rows > 0 ? leaf_value(g, h, tree.limits.l1, tree.limits.l2) : 0.0;
  if (tree.limits.path_smooth > 0 && grown.parent >= 0)
    value = smoothed(value, grown.rows, tree.nodes[grown.parent].value, tree.limits.path_smooth);
  const ValueBounds bounds = tree.limits.intermediate ? root_bounds(tree.limits) : grown.bounds;
  tree.leaf_values[leaf] = tree.limits.learning_rate * within(bounds, value);
  tree.leaf_curvatures[leaf] = h;
}

/// Bounds the values of renewed leaves anew, by one thread: Newton steps, on which the bounds of growth stand, may be
/// of another size than they. What stands between the two sides of a split is the middle of their means over rows.
LINDEN_HD void bound_renewed(const TreeState& tree) {
  for (std::int32_t i = tree.committed_count - 1; i >= 0; --i) {  // children come after their parents
    GrowNode& node = tree.nodes[tree.committed[i]];
    const std::int32_t leaf = tree.leaf_of_node[tree.committed[i]];
    node.bounds = {};
    if (leaf >= 0) {
      node.mean = tree.leaf_values[leaf];
      continue;
    }
    const GrowNode &left = tree.nodes[node.left], &right = tree.nodes[node.left + 1];
    node.mean = (static_cast<double>(left.rows) * left.mean + static_cast<double>(right.rows) * right.mean) /
                static_cast<double>(node.rows > 0 ? node.rows : 1);
  }
  ValueBounds& all = tree.nodes[0].bounds;
  all = root_bounds(tree.limits);
  all.lower *= tree.limits.learning_rate;  // as the values of leaves are by now
  all.upper *= tree.limits.learning_rate;
  for (std::int32_t i = 0; i < tree.committed_count; ++i) {
    const GrowNode& node = tree.nodes[tree.committed[i]];
    const std::int32_t leaf = tree.leaf_of_node[tree.committed[i]];
    if (leaf >= 0) {
      tree.leaf_values[leaf] = within(node.bounds, tree.leaf_values[leaf]);
      continue;
    }
    GrowNode &left = tree.nodes[node.left], &right = tree.nodes[node.left + 1];
    left.bounds = right.bounds = node.bounds;
    if (tree.limits.intermediate) continue;  // the order of leaves is what counts
    const double middle = within(node.bounds, (left.mean + right.mean) / 2);
    divide_bounds(tree.bins.feature[node.split.feature].monotone, middle, middle, left, right);
  }
}

LINDEN_LEVEL_END
}  // namespace linden
