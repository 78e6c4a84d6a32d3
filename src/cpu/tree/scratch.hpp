// What the CPU's kernels keep for themselves while a tree grows: TreeMemory::scratch.
#pragma once

#include "backend/math/order_statistic.hpp"
#include "backend/tree_kernels.hpp"
#include "backend/layout.hpp"
#include "backend/tree/sparse_bins.hpp"
#include "cpu/tree/small_nodes.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// One node's rows, or a part of them, to be summed for some of the features.
struct HistogramJob {
  const GrowNode* node;
  std::int64_t begin, end;   ///< entries
  std::int32_t first, last;  ///< positions in TreeInput::features
  void* cells;               ///< of the whole histogram, packed or wide
};

/// What a feature of a block of sparse ones may gain, before its bins are summed; 0: it is not to be searched.
struct Promise {
  double most = 0;
  std::int32_t feature = -1;  ///< among sparse ones
};

/// What a node's rows of a bin of a wide feature add up to, in the order of FourSums.
struct WideBinSums {
  std::int64_t gradient, curvature, rows, padding;
};

/// Rows that partition divides as one task, at most; and, where threads would have nothing to do, at least.
inline constexpr std::int64_t partition_chunk = 32768, least_partition_chunk = 8192;

/// Features whose cells in all planes are summed side by side, at most.
inline constexpr std::int32_t most_features_of_words = 16;

/// How many words a row, or a cell, may have in all planes of a tree.
inline std::int64_t words_of_planes(const TreeMemory& tree) { return (2 * tree.planes + 3) / 4 * 4; }

/// The words that have a bit for each bin of a wide feature.
inline std::int64_t wide_words(const WideBins& wide) { return (wide.most_bins + 63) / 64; }

/// Needs a tree's capacities; a null `scratch` measures.
struct StepScratch {
  StepScratch(const Context& context, const TreeMemory& tree) {
    const std::int64_t rows = tree.bins.rows, batch = tree.batch_capacity, leaves = tree.limits.max_leaves;
    const std::int64_t cells = tree.bins.cells, sparse = tree.bins.sparse.features, threads = context.workers.threads();
    const std::int64_t parts = 2 * threads;
    const WideBins& wide = tree.bins.wide;
    const bool is_renewed = tree.renewal.level > 0;
    Layout layout(tree.scratch);
    layout.place(chunk_counts, rows / least_partition_chunk + batch + 1);
    layout.place(jobs, 2 * batch + parts);
    layout.place(whole_jobs, 2 * batch + parts);
    layout.place(part_histograms, parts * cells);
    layout.place(worker_cells, threads * cells);
    const bool has_planes = tree.planes > 0;
    layout.place(plane_words, has_planes ? rows * words_of_planes(tree) : 0);
    words_of_a_room = has_planes ? most_features_of_words * most_bins * words_of_planes(tree) : 0;
    layout.place(plane_cells, threads * words_of_a_room);
    layout.place(side_bounds, tree.slots * sparse);
    layout.place(sparse_parts, parts * sparse);
    layout.place(promises, sparse > 0 ? 2 * batch * sparse_blocks(tree.bins) : 0);
    layout.place(wide_sums, threads * wide.most_bins);
    layout.place(wide_filled, threads * wide_words(wide));
    layout.place(worker_totals, 2 * leaves * threads);
    layout.place(residual_keys, is_renewed ? rows : 0);
    layout.place(residual_weights, is_renewed && tree.renewal.weights != nullptr ? rows : 0);
    layout.place(digit_sums, is_renewed ? threads * select_digits : 0);
    bytes_before_rows = layout.bytes();
    layout.place(right_entries, rows);
    bytes = layout.bytes();
  }

  std::int64_t* chunk_counts;  ///< of the chunks of all nodes of a batch: rows going left
  HistogramJob* jobs;          ///< parts of nodes
  HistogramJob* whole_jobs;    ///< nodes whose parts are added up afterwards; begin and end number these
  WideCell* part_histograms;   ///< [2 * threads, bins.cells]: of parts of large nodes, one a task
  PackedCell* worker_cells;    ///< [threads, bins.cells]
  std::int64_t* plane_words;   ///< [bins.rows, words_of_planes]: what each row adds in all planes (plane_words.hpp)
  std::int64_t* plane_cells;   ///< [threads, words_of_a_room]: cells of some features in all planes
  std::int64_t words_of_a_room;
  SideBounds* side_bounds;         ///< [slots, bins.sparse.features]
  SparseCell* sparse_parts;        ///< [2 * threads, bins.sparse.features]
  Promise* promises;               ///< [2 * batch_capacity, sparse_blocks]: of each block of a new node
  WideBinSums* wide_sums;          ///< [threads, bins.wide.most_bins]: 0 between searches
  std::uint64_t* wide_filled;      ///< [threads, wide_words]: a bit for each bin with rows; 0 between searches
  std::int64_t* worker_totals;     ///< [threads, max_leaves, 2]: parts of TreeMemory::leaf_totals
  std::uint64_t* residual_keys;    ///< [bins.rows], placed as the entries are
  std::int64_t* residual_weights;  ///< [bins.rows], where rows have weights
  std::int64_t* digit_sums;        ///< [threads, select_digits]
  WideEntry* right_entries;        ///< [bins.rows], or as many narrow ones: where rows going right wait
  std::int64_t bytes, bytes_before_rows;
};

/// What a worker keeps for itself where leaves are expanded apart. That of worker w lies behind the StepScratch of all.
std::int64_t scratch_bytes_apart(const TreeMemory&);

LINDEN_LEVEL_END
}  // namespace linden
