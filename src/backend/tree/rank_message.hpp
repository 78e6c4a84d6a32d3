// What machines that grow a tree together tell each other in a step (backend/comms.hpp): the sums of the nodes that
// were summed row by row, of which each rank gets those of its own features; and the best splits that each found among
// these.
//
// The message of sums has a part for each rank, and in it, node by node, the cells of the rank's features: their sums,
// a word or two a cell, and then how many rows each has, several to a word. Sums of such words are words of sums. The
// largest node of the step decides how many bits there are, so that all ranks, whatever their device, send the same.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"
#include "backend/tree/tree_math.hpp"

namespace linden {

/// What a message of sums has of the nodes of a step.
struct MessageShape {
  std::int64_t new_nodes = 0;  ///< of the step
  std::int64_t nodes = 0;      ///< of these, in the message
  bool packed = false;         ///< whether a cell's sums are one word
  int bits = 0;                ///< of a cell's rows; 0: they are told by the first plane
};

/// The best split that a rank has found for a new node. A list of them has one for each, behind one whose gain is what
/// the best split of a level gains. Nothing is left between its members: it is copied whole.
struct RankSplit {
  double gain = 0;
  std::int32_t feature = -1, bin = -1;
  std::int64_t signs = 0;  ///< bits: categorical, missing_left, counted
  std::int64_t left_gradient = 0, left_curvature = 0, left_rows = 0;
  std::uint64_t left_bins[4] = {};
  double forced_gain = 0;
};
static_assert(sizeof(RankSplit) == 11 * sizeof(double));

LINDEN_LEVEL_BEGIN

/// The ranks that grow a tree together, as one of them sees them.
LINDEN_HD bool has_ranks(const TreeMemory& tree) { return tree.ranks > 0; }

/// Whether this rank searches a feature: all are searched where there are no others.
LINDEN_HD bool is_own(const TreeMemory& tree, const FeatureBins& feature) {
  return !has_ranks(tree) || (feature.first_cell >= tree.own_cell && feature.first_cell < tree.own_cell_end);
}

/// Whose feature a cell is of.
LINDEN_HD std::int32_t owner_of_cell(const TreeMemory& tree, std::int32_t cell) {
  std::int32_t low = 0;
  for (std::int32_t high = tree.ranks; high - low > 1;) {
    const std::int32_t middle = (low + high) / 2;
    if (tree.rank_cells[middle] <= cell)
      low = middle;
    else
      high = middle;
  }
  return low;
}

LINDEN_HD int rows_of_a_word(const MessageShape& shape) { return 63 / shape.bits; }
LINDEN_HD std::int64_t words_of_sums(const MessageShape& shape, std::int64_t cells) {
  return shape.packed ? cells : 2 * cells;
}
LINDEN_HD std::int64_t words_of_rows(const MessageShape& shape, std::int64_t cells) {
  return shape.bits == 0 ? 0 : (cells + rows_of_a_word(shape) - 1) / rows_of_a_word(shape);
}
/// Of a node, where a rank has so many cells.
LINDEN_HD std::int64_t words_of_node(const MessageShape& shape, std::int64_t cells) {
  return words_of_sums(shape, cells) + words_of_rows(shape, cells);
}

/// Where the largest node of the message has so many rows.
LINDEN_HD MessageShape shape_of(const TreeMemory& tree, std::int64_t new_nodes, std::int64_t nodes,
                                std::int64_t most_rows) {
  MessageShape shape{new_nodes, nodes, !tree.wide && most_rows <= packed_rows, 0};
  if (tree.slot_rows != nullptr) shape.bits = 64 - __builtin_clzll(static_cast<unsigned long long>(most_rows | 1));
  return shape;
}

/// What a message has of one node for one rank.
struct NodeMessage {
  std::int64_t* sums;
  std::int64_t* rows;
  std::int32_t first_cell, cells;
  MessageShape shape;

  LINDEN_HD NodeMessage(const TreeMemory& tree, const MessageShape& its_shape, std::int64_t node, std::int32_t rank)
      : first_cell(tree.rank_cells[rank]), cells(tree.rank_cells[rank + 1] - first_cell), shape(its_shape) {
    // Parts of whole cells: only those of rows are rounded up, rank by rank.
    std::int64_t before = words_of_sums(shape, first_cell);
    for (std::int32_t r = 0; r < rank && shape.bits > 0; ++r)
      before += words_of_rows(shape, tree.rank_cells[r + 1] - tree.rank_cells[r]);
    sums = tree.message + shape.nodes * before + node * words_of_node(shape, cells);
    rows = sums + words_of_sums(shape, cells);
  }

  /// `cell`: among all.
  LINDEN_HD void put(std::int32_t cell, std::int64_t gradient, std::int64_t curvature) const {
    const std::int64_t i = cell - first_cell;
    if (shape.packed) {
      sums[i] = pack(gradient, curvature);
    } else {
      sums[2 * i] = gradient;
      sums[2 * i + 1] = curvature;
    }
  }
  LINDEN_HD WideCell at(std::int32_t cell) const {
    const std::int64_t i = cell - first_cell;
    if (!shape.packed) return {sums[2 * i], sums[2 * i + 1]};
    const PackedCell both{sums[i]};
    return {gradient_of(both), curvature_of(both)};
  }

  /// The word-th word of rows, of those of all cells of the node.
  LINDEN_HD void put_rows(std::int64_t word, const std::int64_t* node_rows) const {
    const int each = rows_of_a_word(shape);
    std::int64_t all = 0;
    for (int i = each - 1; i >= 0; --i) {
      const std::int64_t cell = word * each + i;
      all = all << (each == 1 ? 0 : shape.bits) | (cell < cells ? node_rows[first_cell + cell] : 0);
    }
    rows[word] = all;
  }
  /// The way back.
  LINDEN_HD void take_rows(std::int64_t word, std::int64_t* node_rows) const {
    const int each = rows_of_a_word(shape);
    const std::int64_t mask = (std::int64_t{1} << shape.bits) - 1;
    std::int64_t all = rows[word];
    for (std::int64_t cell = word * each; cell < (word + 1) * each && cell < cells; ++cell) {
      node_rows[first_cell + cell] = all & mask;
      all >>= shape.bits;
    }
  }
};

LINDEN_HD RankSplit told_split(const Split& split, std::int64_t left_rows) {
  RankSplit told;
  told.gain = split.gain;
  told.feature = split.feature;
  told.bin = split.bin;
  told.signs = (split.categorical ? 1 : 0) + (split.missing_left ? 2 : 0) + (split.counted ? 4 : 0);
  told.left_gradient = split.left_gradient;
  told.left_curvature = split.left_curvature;
  told.left_rows = left_rows;
  for (int word = 0; word < 4; ++word) told.left_bins[word] = split.left_bins[word];
  told.forced_gain = split.forced_gain;
  return told;
}

LINDEN_HD void take_split(const RankSplit& told, Split& split) {
  split.gain = told.gain;
  split.feature = told.feature;
  split.bin = told.bin;
  split.categorical = (told.signs & 1) != 0;
  split.missing_left = (told.signs & 2) != 0;
  split.counted = (told.signs & 4) != 0;
  split.left_gradient = told.left_gradient;
  split.left_curvature = told.left_curvature;
  for (int word = 0; word < 4; ++word) split.left_bins[word] = told.left_bins[word];
  split.forced_gain = told.forced_gain;
}

/// The list of a rank, of so many new nodes.
LINDEN_HD RankSplit* splits_of_rank(const TreeMemory& tree, std::int64_t new_nodes, std::int32_t rank) {
  return tree.rank_splits + (1 + new_nodes) * (1 + rank);
}
/// What this rank tells: it stands before what it hears of all.
LINDEN_HD RankSplit* told_splits(const TreeMemory& tree) { return tree.rank_splits; }

/// Whose split a new node takes: of equal gains that of the first rank, whose features are the lowest. In an oblivious
/// tree all nodes take the same rank's.
LINDEN_HD std::int32_t rank_of_best(const TreeState& tree, std::int64_t new_nodes, std::int64_t node) {
  const std::int64_t asked = tree.limits.oblivious ? 0 : 1 + node;
  std::int32_t best = 0;
  for (std::int32_t rank = 1; rank < tree.ranks; ++rank)
    if (splits_of_rank(tree, new_nodes, rank)[asked].gain > splits_of_rank(tree, new_nodes, best)[asked].gain)
      best = rank;
  return best;
}

LINDEN_LEVEL_END
}  // namespace linden
