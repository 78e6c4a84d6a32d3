// A tree while it grows, as plain memory: nodes, rows in their order, histograms, the queue of leaves.
//
// TreeMemory says where all that lies: it stays as it is while a tree grows, and the host and the kernels have the same
// one. TreeState adds what changes from step to step, and lies in the memory of the device, where kernels alone read
// and write it. src/boosting/train/growth/tree_storage.hpp owns the memory.
//
// Nodes are numbered in the order in which they were made ("node"); several leaves are expanded at once, some of them
// in advance, and `select` replays the order that one-at-a-time growth would have taken. What it commits is the tree;
// everything else is dropped.
#pragma once

#include "backend/tree/tree_input.hpp"

namespace linden {

/// A split of a node into two children. `left_bins` says for every bin whether it goes left; of a wide feature, whose
/// bins it has no room for, see wide_bins.hpp.
struct Split {
  double gain = 0;  ///< 0: there is no split; infinite: it is forced, and gains forced_gain
  std::int32_t feature = -1;
  std::int32_t bin = -1;  ///< numeric: the last bin that goes left
  bool categorical = false;
  bool missing_left = false;
  bool counted = false;  ///< whether the rows of its children were counted (else the curvature proves them enough)
  std::int64_t left_gradient = 0, left_curvature = 0;  ///< quantised sums
  std::uint64_t left_bins[4] = {};
  double forced_gain = 0;
};

/// What the value of a leaf, without the learning rate, may be.
struct ValueBounds {
  double lower = -1.7976931348623157e308, upper = 1.7976931348623157e308;
};

/// A node of a growing tree. Its rows may lie on several machines: what lies here are its entries.
struct GrowNode {
  std::int64_t begin = 0, entries = 0;       ///< here
  std::int64_t rows = 0;                     ///< in all
  std::int64_t gradient = 0, curvature = 0;  ///< quantised sums, of all rows
  ValueBounds bounds;                        ///< of all leaves below it, from the monotone features above
  double mean = 0;                           ///< of its renewed leaves, where bounds ask for it
  double value = 0;                          ///< of its rounded sums, where children are smoothed towards it
  std::uint64_t key = 0;                     ///< what is drawn for it comes from this
  Split split;
  std::int32_t parent = -1;
  std::int32_t left = -1;  ///< its left child once expanded; the right one is left + 1
  std::int32_t depth = 0;
  std::int32_t slot = -1;    ///< its histogram, or -1
  std::int32_t order = -1;   ///< its number in the committed tree, or -1
  std::int32_t forced = -1;  ///< which of GrowthRules::forced it must have, or -1
  std::int32_t label = -1;   ///< what its rows have in TreeMemory::row_sums, once its histogram was made
};

/// A row of the sample as histograms read it: which one, and its quantised gradient and curvature.
template <class Integer>
struct Entry {
  std::uint32_t row;
  Integer gradient;
  Integer curvature;
};
using NarrowEntry = Entry<std::int16_t>;  ///< |q| <= 2^14: 15 bits with the sign
using WideEntry = Entry<std::int32_t>;    ///< |q| <= 2^23, for rounds whose mean |gradient| is under 64 units

/// A histogram cell of a node of fewer than 2^17 rows: the gradient sum in the high half, the curvature sum in the
/// low. Adding and subtracting such words adds and subtracts both sums exactly.
struct PackedCell {
  std::int64_t sums;
};
/// A histogram cell of any node.
struct WideCell {
  std::int64_t gradient, curvature;
};

/// What a node's entries of a sparse feature add up to, whatever their bins: positive and negative centred gradients
/// (sparse_bins.hpp) apart, so that they bound the sums of any of these rows.
struct SparseCell {
  std::int64_t rise, fall;  ///< the sums of positive and of negative ones, the latter without its sign
  std::int64_t curvature;
  std::int64_t rows;
};

/// A row's quantised sums, for those who come by its number; and the label of the node that it is in.
struct RowSums {
  std::int32_t gradient, curvature, rows;  ///< of this one row
  std::int32_t label;                      ///< -1: not in the sample
};

/// Of an oblivious tree, which cut of a feature's categories may follow a place in their order, and what goes left of
/// it.
enum class LevelCut : std::uint8_t {
  none,
  absent,  ///< the tree has no row of this bin
  before,  ///< everything up to here
  behind,  ///< everything after it
  alone    ///< this bin
};
struct LevelPlace {
  std::uint8_t bin;
  LevelCut cut;
};

/// An open leaf in the queue.
struct Candidate {
  double gain;
  std::int32_t depth;
  std::int32_t order;
  std::int32_t node;
};

/// The leaves of a finished tree in an order in which none comes before one that must not be above it
/// (leaf_order.hpp), and the pools of those that share a value.
struct LeafOrder {
  std::int32_t words = 0;          ///< 64 leaves each
  std::int32_t* node = nullptr;    ///< [max_leaves]: the node of a leaf
  std::int32_t* leaf = nullptr;    ///< [max_leaves]: by place
  std::int32_t* pool = nullptr;    ///< [max_leaves]: a leaf's
  double* weight = nullptr;        ///< [max_leaves]: a pool's
  std::uint64_t* below = nullptr;  ///< [max_leaves, words]: the leaves that must not be above a leaf
  std::uint64_t* reach = nullptr;  ///< [words]: those that must not be above a pool
};

struct TreeState;
struct RankSplit;  // rank_message.hpp

struct TreeMemory : TreeInput {
  std::int32_t node_capacity = 0, batch_capacity = 0, slots = 0;
  std::int32_t planes =
      0;  ///< of the tree whose first plane this is (planes.hpp); -1: a further one; 0: a tree of its own

  /// [2, sample_rows] NarrowEntry or WideEntry, grouped by node. A GPU has a node's entries in the other half than its
  /// parent's; the CPU in the first, and uses the second while it divides them.
  void* entries = nullptr;
  GrowNode* nodes = nullptr;             ///< [node_capacity]
  Candidate* queue = nullptr;            ///< a heap [node_capacity]
  Candidate* popped = nullptr;           ///< [4 * batch_capacity]
  std::int32_t* batch = nullptr;         ///< nodes being expanded, [batch_capacity]
  std::int64_t* left_entries = nullptr;  ///< [batch_capacity]: how many of a node's entries go left
  WideCell* histograms = nullptr;        ///< [slots, bins.cells]
  std::int32_t* free_slots = nullptr;    ///< [slots]
  Split* candidates = nullptr;           ///< [2 * batch_capacity, feature_count]: the best split of each feature
  std::int32_t* committed = nullptr;     ///< [2 * max_leaves]: the tree, order -> node
  std::int32_t* leaf_of_node = nullptr;  ///< [node_capacity]: its number in the order of growth, -1 for a split
  std::int32_t* leaf_of_row = nullptr;   ///< [bins.rows]
  std::int64_t* leaf_totals = nullptr;   ///< [max_leaves, 2]: sums of gradients and curvatures, in leaf_units
  double* leaf_values = nullptr;         ///< [max_leaves]
  double* leaf_curvatures = nullptr;     ///< [max_leaves]
  LeafOrder order;                       ///< where bounds are intermediate

  // Where there are sparse features.
  RowSums* row_sums = nullptr;           ///< [bins.rows]
  SparseCell* sparse_cells = nullptr;    ///< [slots, bins.sparse.features]
  Split* sparse_candidates = nullptr;    ///< [2 * batch_capacity, sparse_blocks]: the best split of each block
  std::uint64_t* sparse_best = nullptr;  ///< [2 * batch_capacity]: the bits of the best gain known of each new node

  Split* wide_candidates = nullptr;  ///< [2 * batch_capacity, bins.wide.features]: the best split of each

  // Where rules ask for them.
  std::uint64_t* node_groups = nullptr;  ///< [node_capacity, rules.group_words]: those in common on the way to a node
  std::uint64_t* draw_ranks = nullptr;   ///< [2 * batch_capacity, all features], and ...
  std::uint64_t* draw_limits = nullptr;  ///< ... [2 * batch_capacity]: see growth_rules.hpp

  LevelPlace* level_places = nullptr;  ///< [bins.cells] of an oblivious tree: by feature, its categories in order

  /// [new nodes, bins.cells]: rows of each new node by bin, which stay until its split was found. Where they are asked
  /// for (values are smoothed, rows go by in pages), and all rows lie here.
  std::int64_t* exchange = nullptr;

  // Where rows lie on several machines (rank_message.hpp). Histograms and rows by bin are sums over all rows in the
  // cells of the rank's own features, and elsewhere over the rows that lie here.
  std::int32_t ranks = 0, rank = 0;               ///< 0 ranks: there are no other machines
  std::int32_t own_cell = 0, own_cell_end = 0;    ///< of the features that are this rank's to search
  bool ends_late = false;                         ///< whether any rank learns late that a tree is done
  const std::int32_t* rank_cells = nullptr;       ///< [ranks + 1]: the first cell of each rank's features
  const std::int32_t* rank_cells_here = nullptr;  ///< the same in the host's memory
  std::int64_t* slot_rows = nullptr;              ///< [slots, bins.cells]: rows by bin; of further planes null
  std::int64_t* rows_left_of = nullptr;           ///< [node_capacity]: how many of a node's rows go left, in all
  std::int64_t* message = nullptr;                ///< what is summed over ranks
  RankSplit* rank_splits = nullptr;               ///< [1 + ranks, 1 + new nodes]

  TreeState* state = nullptr;  ///< the device's: on a GPU the host cannot read it
  void* scratch = nullptr;     ///< [TreeKernels::scratch_bytes]: what is in it is the kernels' own business
};

/// What kernels grow: where things lie, as it was when the tree began, and how far they have come.
struct TreeState : TreeMemory {
  std::int32_t node_count = 0;
  std::int32_t first_new = 0;  ///< nodes from here on have been made by the last step; siblings lie side by side
  std::int32_t queue_size = 0, batch_size = 0, free_count = 0;
  bool children_final = false;  ///< whether the children of the batch are leaves for certain
  /// Of an oblivious tree: where later missing values of the feature go that the last level was split by, if training
  /// saw none.
  bool level_missing_left = false;
  std::int32_t committed_count = 0, leaf_count = 0;
  std::int64_t centre = 0;  ///< of the gradients in the cells of sparse features (sparse_bins.hpp)
  double level_score = 0;   ///< of an oblivious tree: what the level that was split last scores
  double level_gain = 0;    ///< ... and what the best split of the new one gains, of this rank's features
};

}  // namespace linden
