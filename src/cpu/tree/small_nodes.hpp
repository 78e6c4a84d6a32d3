// Small nodes: to sum their rows takes less time than to keep a histogram for their children. They keep none, and the
// rows of their children are summed where the split is searched, some features at a time, so that the cells never leave
// the first-level cache.
#pragma once

#include "backend/tree/grow_queue.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Rows of a small node for each bin of a feature, at most.
inline constexpr std::int64_t rows_of_a_bin = 2;

/// Features that are summed and searched as one task, at most and at least; their cells lie `most_bins` apart.
inline constexpr std::int32_t search_block = 16, least_search_block = 4;
inline constexpr int most_bins = 256;
inline constexpr std::int32_t plane_block = 8;  ///< the same of trees of several planes

/// Whether a node keeps no histogram once its split is known.
inline bool is_small(const TreeState& tree, const GrowNode& node) {
  return !counts_rows(tree) && !tree.limits.oblivious && tree.bins.sparse.features == 0 &&
         node.entries * tree.bins.features <= rows_of_a_bin * tree.bins.cells;
}

/// Whether the rows of a new node are summed where its split is searched.
inline bool is_summed_in_search(const TreeState& tree, const GrowNode& node) {
  return node.slot < 0 && node.parent >= 0 && tree.nodes[node.parent].slot < 0 && !tree.children_final &&
         is_small(tree, node) && may_split(tree, node);
}

/// Keeps the histograms of new leaves that may be split, but for small ones, as long as the next step has enough free
/// ones; a leaf without one has both its children summed row by row.
inline void keep_histograms(TreeState& tree) {
  for (std::int32_t i = tree.first_new; i < tree.node_count; ++i) {
    GrowNode& node = tree.nodes[i];
    const bool is_of_use = node.split.gain > 0 && !is_small(tree, node);
    if (node.slot < 0 || (is_of_use && tree.free_count >= 2 * tree.batch_capacity)) continue;
    tree.free_slots[tree.free_count++] = node.slot;
    node.slot = -1;
  }
}

/// The sums of a small node's rows by bin of some features, at most search_block: packed cells, or wide ones in a wide
/// tree, those of each feature most_bins behind those of the one before.
void sum_rows(const TreeState&, const GrowNode&, const std::int32_t* features, int count, WideCell* room);

LINDEN_LEVEL_END
}  // namespace linden
