// The memory of boosting as plain views: what a device kernel sees. src/boosting/train/tree_storage.hpp owns it.
//
// Pointers are to memory of the device. Of a TreeMemory on a GPU the host's copy has the input and the quantisation;
// what changes while a tree grows, kernels keep in a copy of their own, `on_device`.
//
// While a tree grows, its nodes are numbered in the order in which they were made ("node"); several leaves are
// expanded at once, some of them in advance, and `select` replays the order that one-at-a-time growth would have
// taken. What it commits is the tree; everything else is dropped.
#pragma once

#include <cstdint>

namespace linden {

enum class NumberKind : std::uint8_t { f32, f64, i32 };

/// The largest |gradient| and the largest curvature of an output, for its quantisation.
struct GradientRange {
  double max_gradient = 0;
  double max_curvature = 0;
  std::int64_t first_bad_row = -1;  ///< the first row whose gradient or curvature is not finite, or -1
};

/// Raw values of the features that a kernel asks for, numbered by the kernel's own list of features: dense columns,
/// or compressed sparse rows (an absent value is 0).
struct ColumnView {
  const void* values = nullptr;
  std::int64_t stride = 1;  ///< in elements
  NumberKind kind = NumberKind::f64;
  std::int32_t codes = 0;              ///< categorical: how many codes the data has
  const std::int32_t* code = nullptr;  ///< categorical: the model's code of each of the data's, -1 unknown; null: equal
};
struct RowsView {
  std::int64_t rows = 0;
  std::int32_t features = 0;
  const ColumnView* columns = nullptr;    ///< [features], or null when the rows are sparse
  const std::int64_t* offsets = nullptr;  ///< sparse [rows + 1]
  const std::int32_t* entry_columns = nullptr;
  const void* entry_values = nullptr;
  NumberKind entry_kind = NumberKind::f64;
  const std::int32_t* feature_of_column =
      nullptr;  ///< sparse: the kernel's feature, or -1 for a column it has no use for
};

/// How a feature's bins lie in a histogram.
struct FeatureBins {
  std::int32_t first_cell = 0;  ///< of bin 0 in the histogram of a node
  std::int16_t bins = 0;        ///< 2 .. 256, the bin of missing values included
  bool has_missing = false;     ///< whether the last bin is that of missing values
  bool categorical = false;
  std::uint8_t usual_bin = 0;  ///< sparse: of the rows that have no entry
  std::int32_t source = 0;     ///< the data's feature: of equal gains, the lowest wins
  double trusted_rows = 0;     ///< categorical: rows from which on a category speaks for itself (category_bins.hpp)
};

/// The entries of sparse features: the rows that do not lie in their feature's usual bin, twice, by row and by feature.
/// Features are numbered from 0 here; among all features they follow the dense ones.
struct SparseBins {
  std::int32_t features = 0;
  std::int64_t entries = 0;
  const std::int64_t* row_first = nullptr;      ///< [rows + 1]
  const std::int32_t* row_features = nullptr;   ///< [entries], ascending within a row
  const std::int64_t* feature_first = nullptr;  ///< [features + 1]
  const std::uint32_t* feature_rows = nullptr;  ///< [entries], ascending within a feature
  const std::uint8_t* feature_bins = nullptr;   ///< [entries]
};

/// All rows as bins, twice: row by row for histograms, feature by feature for partition. Features that lie mostly in
/// one bin are kept apart, by their other rows.
struct BinsView {
  std::uint8_t* by_row = nullptr;  ///< row r at by_row + r * row_stride
  std::int64_t row_stride = 0;
  std::uint8_t* by_feature = nullptr;  ///< feature f at by_feature + f * rows
  std::int64_t rows = 0;
  std::int32_t features = 0;   ///< dense ones
  std::int32_t cells = 0;      ///< of a histogram: the bins of all dense features
  std::int32_t most_bins = 0;  ///< of any dense feature
  SparseBins sparse;
  const FeatureBins* feature = nullptr;  ///< [features + sparse.features]
};

/// The fields of BoostingConfig that shape a tree.
struct GrowthLimits {
  bool level_wise = false;
  std::int32_t max_leaves = 31;
  std::int32_t max_depth = 0;
  double l1 = 0;
  double l2 = 1;
  double min_gain = 0;
  double min_child_weight = 0;
  std::int64_t min_rows_in_leaf = 1;
  double learning_rate = 0.1;
};

/// What leaf values are renewed from, for losses that need it.
struct Renewal {
  double level = 0;                 ///< in (0, 1); 0: leaves keep their Newton steps
  const double* labels = nullptr;   ///< [bins.rows]
  const double* weights = nullptr;  ///< [bins.rows], or null for all one
  double weight_unit = 1;           ///< a power of two: weights are added up in whole units
  const double* scores = nullptr;   ///< [bins.rows] of the tree's output, before the tree
};

/// A split of a node into two children. `left_bins` says for every bin whether it goes left.
struct Split {
  double gain = 0;  ///< 0: there is no split
  std::int32_t feature = -1;
  std::int32_t bin = -1;  ///< numeric: the last bin that goes left
  bool categorical = false;
  bool missing_left = false;
  bool counted = false;  ///< whether the rows of its children were counted (else the curvature proves them enough)
  std::int64_t left_gradient = 0, left_curvature = 0;  ///< quantised sums
  std::uint64_t left_bins[4] = {};
};

/// A node of a growing tree.
struct GrowNode {
  std::int64_t begin = 0, rows = 0;          ///< its entries
  std::int64_t gradient = 0, curvature = 0;  ///< quantised sums
  Split split;
  std::int32_t parent = -1;
  std::int32_t left = -1;  ///< its left child once expanded; the right one is left + 1
  std::int32_t depth = 0;
  std::int32_t slot = -1;   ///< its histogram, or -1
  std::int32_t order = -1;  ///< its number in the committed tree, or -1
  std::int32_t label = -1;  ///< what its rows have in TreeMemory::row_sums, once its histogram was made
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

/// What a node's entries of a sparse feature add up to, whatever their bins: positive and negative gradients apart, so
/// that they bound the sums of any of these rows.
struct SparseCell {
  std::int64_t rise, fall;  ///< the sums of positive and of negative gradients, the latter without its sign
  std::int64_t curvature;
  std::int64_t rows;
};

/// What is known of the cuts of a sparse feature in a node, from the side that has none of the usual bin's rows.
struct SideBounds {
  std::int64_t low, high;  ///< bounds on the sum of its gradients
  double away;             ///< bounds shrink(G) / sqrt(H + l2)
};

/// A row's quantised sums, for those who come by its number; and the label of the node that it is in.
struct RowSums {
  std::int32_t gradient, curvature, rows;  ///< of this one row
  std::int32_t label;                      ///< -1: not in the sample
};

/// An open leaf in the queue.
struct Candidate {
  double gain;
  std::int32_t depth;
  std::int32_t order;
  std::int32_t node;
};

/// One node's rows, or a part of them, to be summed for some of the features.
struct HistogramJob {
  const GrowNode* node;
  std::int64_t begin, end;   ///< entries
  std::int32_t first, last;  ///< positions in TreeMemory::features
  void* cells;               ///< of the whole histogram, packed or wide
};

/// Entries after the last that may be read: kernels fetch bin rows so far ahead.
inline constexpr std::int64_t prefetch_rows = 24;

/// Sparse features that are searched as one task.
inline constexpr std::int32_t sparse_block = 256;

/// Rows that partition divides as one task.
inline constexpr std::int64_t partition_chunk = 32768;

struct TreeMemory {
  BinsView bins;
  GrowthLimits limits;

  // Input of one tree.
  const float* gradients = nullptr;   ///< [bins.rows]
  const float* curvatures = nullptr;  ///< [bins.rows]
  GradientRange range;
  const std::uint32_t* sample = nullptr;  ///< ascending rows of the sample, or null for all rows
  std::int64_t sample_rows = 0;
  const std::int32_t* features = nullptr;  ///< ascending features of this tree
  std::int32_t feature_count = 0;
  const std::uint8_t* sparse_use = nullptr;  ///< [bins.sparse.features]: whether this tree may split by it
  Renewal renewal;

  // Quantisation: value = q * unit, units are powers of two.
  bool wide = false;  ///< 24-bit entries
  double gradient_unit = 1, curvature_unit = 1;
  std::int64_t max_curvature = 0;        ///< the largest quantised curvature of a row
  void* entries = nullptr;               ///< [sample_rows] NarrowEntry or WideEntry, grouped by node; on a GPU two such
                                         ///< halves: a node's entries lie in the other half than its parent's
  void* spare_entries = nullptr;         ///< [2, sample_rows]: where partition writes first
  std::int64_t* chunk_counts = nullptr;  ///< [sample_rows / partition_chunk + batch_capacity]: rows going left

  // Nodes, the queue and the histograms.
  GrowNode* nodes = nullptr;
  std::int32_t node_capacity = 0, node_count = 0;
  std::int32_t first_new = 0;  ///< nodes from here on have been made by the last step; siblings lie side by side
  Candidate* queue = nullptr;  ///< a heap [node_capacity]
  std::int32_t queue_size = 0;
  Candidate* popped = nullptr;    ///< [4 * batch_capacity]
  std::int32_t* batch = nullptr;  ///< nodes being expanded, [batch_capacity]
  std::int32_t batch_capacity = 0, batch_size = 0;
  bool children_final = false;     ///< whether the children of the batch are leaves for certain
  WideCell* histograms = nullptr;  ///< [slots, bins.cells]
  std::int32_t* free_slots = nullptr;
  std::int32_t slots = 0, free_count = 0;
  WideCell* part_histograms = nullptr;  ///< [parts, bins.cells]: parts of large nodes, one a task
  std::int32_t parts = 0;
  Split* candidates = nullptr;   ///< [2 * batch_capacity, feature_count]: the best split of each feature
  HistogramJob* jobs = nullptr;  ///< [2, job_capacity]
  std::int32_t job_capacity = 0;
  PackedCell* worker_cells = nullptr;  ///< [threads, bins.cells]

  // Where there are sparse features.
  RowSums* row_sums = nullptr;           ///< [bins.rows]
  SparseCell* sparse_cells = nullptr;    ///< [slots, bins.sparse.features]
  SideBounds* side_bounds = nullptr;     ///< [slots, bins.sparse.features], kept by the CPU alone
  SparseCell* sparse_parts = nullptr;    ///< [parts, bins.sparse.features]
  Split* sparse_candidates = nullptr;    ///< [2 * batch_capacity, sparse_blocks]: the best split of each block
  std::uint64_t* sparse_best = nullptr;  ///< [2 * batch_capacity]: the bits of the best gain known of each new node

  // The committed tree: order -> node, and leaves numbered in that order.
  std::int32_t* committed = nullptr;  ///< [2 * max_leaves]
  std::int32_t committed_count = 0, leaf_count = 0;
  std::int32_t* leaf_of_node = nullptr;  ///< [node_capacity]: the leaf's number, -1 for a split
  std::int32_t* leaf_of_row = nullptr;   ///< [bins.rows]
  double* leaf_values = nullptr;         ///< [max_leaves]
  double* leaf_curvatures = nullptr;     ///< [max_leaves]
  std::int64_t* leaf_totals = nullptr;   ///< [threads, 2 * max_leaves]: sums of gradients and curvatures

  // Scratch of renew, where leaves are renewed; placed as the entries are.
  std::uint64_t* residual_keys = nullptr;    ///< [sample_rows]
  std::int64_t* residual_weights = nullptr;  ///< [sample_rows], where rows have weights
  std::int64_t* digit_sums = nullptr;        ///< [threads, select_digits]

  // On a GPU.
  TreeMemory* on_device = nullptr;  ///< the device's copy
  void* own = nullptr;              ///< [TreeKernels::own_bytes]: for the kernels alone
};

/// A node of a forest ready for prediction, as a descent sees it. Children lie side by side: right = left + 1. A leaf
/// points to itself, so that rows that have arrived need no branch.
struct ForestNode {
  double threshold = 0;            ///< value <= threshold goes left; infinite for a leaf
  std::uint32_t feature : 30 = 0;  ///< among the features used
  std::uint32_t missing_left : 1 = 0;
  std::uint32_t categorical : 1 = 0;
  std::int32_t left = 0;  ///< index of the left child
};

/// The rest of a node: a leaf's value and its number within its tree, or a categorical split's set of left codes.
struct ForestDetail {
  double value = 0;
  std::int32_t leaf = -1;
  std::int32_t first_word = 0, words = 0;  ///< of the set, 32 codes a word
  std::int32_t codes = 0;                  ///< categories that the feature has
};

struct ForestView {
  const ForestNode* nodes = nullptr;
  const ForestDetail* details = nullptr;  ///< one a node
  const std::int32_t* roots = nullptr;    ///< [trees]
  const std::int32_t* outputs = nullptr;  ///< [trees]
  const std::uint32_t* categories = nullptr;
  std::int32_t trees = 0;
  std::int32_t features = 0;  ///< how many features are used
  bool has_categories = false;
};

}  // namespace linden
