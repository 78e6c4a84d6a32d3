// Small nodes: to sum their rows takes less time than to keep a histogram for their children. They keep none, and the
// rows of their children are summed where the split is searched, some features at a time, so that the cells never leave
// the first-level cache.
#pragma once

#include "backend/tree/tree_math.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Rows of a small node for each bin of a feature, at most.
inline constexpr std::int64_t rows_of_a_bin = 2;

/// Features that are summed and searched as one task, at most and at least; their cells lie `most_bins` apart.
inline constexpr std::int32_t search_block = 16, least_search_block = 4;
inline constexpr int most_bins = 256;

/// Whether a node keeps no histogram once its split is known.
inline bool is_small(const TreeState& tree, const GrowNode& node) {
  return tree.exchange == nullptr && tree.bins.sparse.features == 0 &&
         node.entries * tree.bins.features <= rows_of_a_bin * tree.bins.cells;
}

/// Whether the rows of a new node are summed where its split is searched.
inline bool is_summed_in_search(const TreeState& tree, const GrowNode& node) {
  return node.slot < 0 && node.parent >= 0 && tree.nodes[node.parent].slot < 0 && !tree.children_final &&
         is_small(tree, node) && may_split(tree, node);
}

/// The sums of a small node's rows by bin of some features, at most search_block: packed cells, or wide ones in a wide
/// tree, those of each feature most_bins behind those of the one before.
void sum_rows(const TreeState&, const GrowNode&, const std::int32_t* features, int count, WideCell* room);

LINDEN_LEVEL_END
}  // namespace linden
