// The leaves of a finished tree: which nodes they are, where a row ends, what they are worth.
#pragma once

#include "backend/tree/sparse_bins.hpp"
#include "backend/tree/tree_math.hpp"

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
    const std::uint8_t bin = bin_of_row(tree.bins, node->split.feature, row);
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

/// A leaf's value and curvature from its sums in these units.
LINDEN_HD void set_leaf(const TreeMemory& tree, std::int64_t leaf, const LeafUnits& units, std::int64_t gradient,
                        std::int64_t curvature) {
  const double g = static_cast<double>(gradient) * units.gradient;
  const double h = static_cast<double>(curvature) * units.curvature;
  tree.leaf_values[leaf] = tree.limits.learning_rate * leaf_value(g, h, tree.limits.l1, tree.limits.l2);
  tree.leaf_curvatures[leaf] = h;
}

LINDEN_LEVEL_END
}  // namespace linden
