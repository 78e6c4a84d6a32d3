// What the GPU's kernels keep for themselves while a tree grows (TreeMemory::scratch).
#pragma once

#include <cstdint>

#include "backend/layout.hpp"
#include "backend/math/host_device.hpp"
#include "backend/tree/tree_state.hpp"

namespace linden::cuda {

/// A candidate of a new node whose rows are counted by bin of its feature, tile by tile.
struct CountJob {
  std::int32_t node, candidate;  ///< numbers among the new nodes, and among the node's candidates
  std::int32_t tiles_left;
};
struct CountList {
  unsigned long long* end;   ///< how many jobs there are, and tiles: see row_counts.hpp
  CountJob* jobs;            ///< [capacity]
  std::int64_t* first_tile;  ///< [capacity], ascending
  unsigned* rows;            ///< [capacity, 256]: by bin
  std::int32_t capacity;
};

inline constexpr std::int64_t count_tile = 4096;  ///< rows; nodes of no more are never listed
inline constexpr std::int64_t most_count_jobs = 4096;

/// Blocks that search wide features at once: as many as keep a GPU busy, if their sums take no more than this.
inline constexpr std::int64_t wide_sum_bytes = std::int64_t{1} << 28, most_wide_blocks = 512, least_wide_blocks = 16;
LINDEN_HD std::int32_t wide_blocks(const WideBins& wide) {
  if (wide.features == 0) return 0;
  const std::int64_t fit = wide_sum_bytes / (std::int64_t{wide.most_bins} * 20);
  return static_cast<std::int32_t>(fit > most_wide_blocks    ? most_wide_blocks
                                   : fit < least_wide_blocks ? least_wide_blocks
                                                             : fit);
}

/// Needs a tree's capacities; a null `scratch` measures.
struct StepScratch {
  explicit StepScratch(const TreeMemory& tree) {
    const std::int64_t rows = tree.bins.rows, batch = tree.batch_capacity;
    const bool is_renewed = tree.renewal.level > 0;
    Layout layout(tree.scratch);
    layout.place(done, 1);
    layout.place(arrived, 1);
    layout.place(first_tile, batch + 1);
    layout.place(right_entries, batch);
    layout.place(jobs, 1);
    layout.place(job_node, 2 * batch);
    layout.place(first_row, 2 * batch + 1);
    const std::int64_t fit = rows / count_tile, large = fit < 2 * batch ? fit : 2 * batch;
    for (CountList& list : counted) {
      const std::int64_t each = &list == counted ? 1 : tree.bins.features;
      const std::int64_t most = large * each < most_count_jobs ? large * each : most_count_jobs;
      list.capacity = static_cast<std::int32_t>(most);
      layout.place(list.end, 1);
      layout.place(list.jobs, most);
      layout.place(list.first_tile, most);
      layout.place(list.rows, 256 * most);
    }
    layout.place(counts_left, 2 * batch);
    const std::int64_t wide = std::int64_t{wide_blocks(tree.bins.wide)} * tree.bins.wide.most_bins;
    layout.place(wide_gradients, wide);
    layout.place(wide_curvatures, wide);
    layout.place(wide_rows, wide);
    layout.place(residual_keys, is_renewed ? rows : 0);
    layout.place(residual_weights, is_renewed && tree.renewal.weights != nullptr ? rows : 0);
    bytes = layout.bytes();
  }

  std::int32_t* done;              ///< whether select has finished the tree
  unsigned* arrived;               ///< blocks at the end of a kernel: see is_last_block; 0 between kernels
  std::int64_t* first_tile;        ///< [batch_capacity + 1] of each node of the batch, in partition
  std::int64_t* right_entries;     ///< [batch_capacity]: placed so far
  std::int32_t* jobs;              ///< how many new nodes are summed row by row
  std::int32_t* job_node;          ///< [2 * batch_capacity]: which
  std::int64_t* first_row;         ///< [2 * batch_capacity + 1]: entries of the jobs before each
  CountList counted[2];            ///< of each large node the most promising candidate, and then those that may beat it
  std::int32_t* counts_left;       ///< [2 * batch_capacity]: candidates of a new node in the second list
  std::int64_t* wide_gradients;    ///< [wide_blocks, bins.wide.most_bins]: a node's rows by bin of a wide feature
  std::int64_t* wide_curvatures;   ///< likewise
  unsigned* wide_rows;             ///< likewise
  std::uint64_t* residual_keys;    ///< [bins.rows], placed as the entries are
  std::int64_t* residual_weights;  ///< [bins.rows], where rows have weights
  std::int64_t bytes;
};

}  // namespace linden::cuda
