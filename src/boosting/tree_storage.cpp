#include "boosting/tree_storage.hpp"

#include <algorithm>

#include "backend/order_statistic.hpp"

namespace linden {
namespace {

constexpr std::int64_t histogram_budget = std::int64_t{1} << 30;  // bytes kept for histograms of open leaves
constexpr std::int32_t leaf_wise_batch = 8;                       // leaves expanded at once
constexpr std::int32_t level_wise_batch = 32;

// No tree has more leaves than its depth and its rows allow.
std::int32_t most_leaves(const GrowthLimits& limits, std::int64_t rows) {
  std::int64_t most = std::min<std::int64_t>(limits.max_leaves, rows / limits.min_rows_in_leaf);
  if (limits.max_depth > 0 && limits.max_depth < 31) most = std::min(most, std::int64_t{1} << limits.max_depth);
  return static_cast<std::int32_t>(std::max<std::int64_t>(most, 1));
}

}  // namespace

template <class T>
T* TreeStorage::allocate(std::int64_t count) {
  return blocks_.emplace_back(static_cast<std::size_t>(count) * sizeof(T)).template as<T>();
}

TreeStorage::TreeStorage(const BinsView& bins, const GrowthLimits& limits, const Renewal& renewal, int threads) {
  tree_.bins = bins;
  tree_.limits = limits;
  tree_.renewal = renewal;
  const std::int64_t rows = bins.rows, leaves = most_leaves(limits, rows);
  tree_.limits.max_leaves = static_cast<std::int32_t>(leaves);
  tree_.batch_capacity = limits.level_wise ? level_wise_batch : leaf_wise_batch;
  tree_.node_capacity = static_cast<std::int32_t>(4 * leaves + 2 * tree_.batch_capacity);

  tree_.entries = allocate<WideEntry>(rows + prefetch_rows);
  tree_.spare_entries = allocate<WideEntry>(2 * rows);
  tree_.chunk_counts = allocate<std::int64_t>(rows / partition_chunk + tree_.batch_capacity + 1);
  tree_.nodes = allocate<GrowNode>(tree_.node_capacity);
  tree_.queue = allocate<Candidate>(tree_.node_capacity);
  tree_.popped = allocate<Candidate>(4 * tree_.batch_capacity);
  tree_.batch = allocate<std::int32_t>(tree_.batch_capacity);

  const std::int64_t cells = std::max(bins.cells, 1);
  const std::int64_t affordable = histogram_budget / (cells * static_cast<std::int64_t>(sizeof(WideCell)));
  tree_.slots = static_cast<std::int32_t>(
      std::clamp<std::int64_t>(affordable, 4 * tree_.batch_capacity, 2 * leaves + 4 * tree_.batch_capacity));
  tree_.histograms = allocate<WideCell>(tree_.slots * cells);
  tree_.free_slots = allocate<std::int32_t>(tree_.slots);
  tree_.parts = 2 * threads;
  tree_.part_histograms = allocate<WideCell>(tree_.parts * cells);
  tree_.job_capacity = 2 * tree_.batch_capacity + tree_.parts;
  tree_.jobs = allocate<HistogramJob>(2 * tree_.job_capacity);
  tree_.worker_cells = allocate<PackedCell>(threads * cells);
  tree_.candidates = allocate<Split>(2 * tree_.batch_capacity * std::int64_t{std::max(bins.features, 1)});

  tree_.committed = allocate<std::int32_t>(2 * leaves);
  tree_.leaf_of_node = allocate<std::int32_t>(tree_.node_capacity);
  tree_.leaf_of_row = allocate<std::int32_t>(rows);
  tree_.leaf_values = allocate<double>(leaves);
  tree_.leaf_curvatures = allocate<double>(leaves);
  tree_.leaf_totals = allocate<std::int64_t>(2 * leaves * threads);

  if (renewal.level == 0) return;
  tree_.residual_keys = allocate<std::uint64_t>(rows);
  if (renewal.weights != nullptr) tree_.residual_weights = allocate<std::int64_t>(rows);
  tree_.digit_sums = allocate<std::int64_t>(std::int64_t{threads} * select_digits);
}

}  // namespace linden
