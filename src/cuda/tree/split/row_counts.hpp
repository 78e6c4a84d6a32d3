// Counting a node's rows by bin of one feature: what tells whether both sides of a split have enough, where their
// curvature does not.
//
// A block counts a small node itself. The rows of a larger one are counted by many: candidates are listed, and the next
// kernel takes the tiles of all that are.
#pragma once

#include "cuda/tree/device_tree.hpp"

namespace linden::cuda {

inline constexpr unsigned count_threads = 256;  ///< one for each bin
inline constexpr int count_items = 8;           ///< rows of a thread that are under way
static_assert(count_tile % (count_threads * count_items) == 0);

/// Counts entries [begin, end) of a node in `rows`, shared memory that is zero. By whole blocks.
template <class E>
__device__ __forceinline__ void count_rows(const TreeState& tree, const GrowNode& node, std::int32_t feature,
                                           std::int64_t begin, std::int64_t end, unsigned* rows) {
  const E* const entries = global(static_cast<const E*>(tree.entries)) + node.begin;
  const std::uint8_t* const bins = global(tree.bins.by_feature) + feature * tree.bins.rows;
  for (std::int64_t first = begin + threadIdx.x; first < end; first += count_items * count_threads) {
    std::uint32_t row[count_items];
    unsigned bin[count_items];
#pragma unroll
    for (int u = 0; u < count_items; ++u) {
      const std::int64_t i = first + u * int(count_threads);
      row[u] = entries[i < end ? i : first].row;
    }
#pragma unroll
    for (int u = 0; u < count_items; ++u) bin[u] = bins[row[u]];
#pragma unroll
    for (int u = 0; u < count_items; ++u)
      if (first + u * int(count_threads) < end) atomicAdd(rows + bin[u], 1u);
  }
}

/// How many jobs a list has, and how many tiles.
struct CountEnd {
  std::int32_t jobs;
  std::int64_t tiles;
};
constexpr int count_job_bit = 40;  // of a list's end: jobs from there on, tiles below

__device__ __forceinline__ CountEnd end_of(const CountList& list) {
  const unsigned long long end = *list.end, jobs = end >> count_job_bit;
  const auto most = static_cast<unsigned long long>(list.capacity);
  return {static_cast<std::int32_t>(jobs < most ? jobs : most),
          static_cast<std::int64_t>(end & ((1ull << count_job_bit) - 1))};
}

/// Puts a candidate of new node `n` into the list; false if that is full. By whole blocks.
__device__ __forceinline__ bool is_listed(const CountList& list, std::int32_t n, std::int64_t entries,
                                          std::int32_t candidate) {
  LINDEN_SHARED(place, std::int32_t);
  if (threadIdx.x == 0) {
    const auto tiles = static_cast<unsigned long long>((entries + count_tile - 1) / count_tile);
    const auto most = static_cast<unsigned long long>(list.capacity);
    unsigned long long end = most << count_job_bit;  // once full, it is not added to for ever
    if (atomicAdd(list.end, 0ull) >> count_job_bit < most) end = atomicAdd(list.end, (1ull << count_job_bit) + tiles);
    place = end >> count_job_bit < most ? static_cast<std::int32_t>(end >> count_job_bit) : -1;
    if (place >= 0) {
      list.jobs[place] = {n, candidate, static_cast<std::int32_t>(tiles)};
      list.first_tile[place] = static_cast<std::int64_t>(end & ((1ull << count_job_bit) - 1));
    }
  }
  __syncthreads();
  const std::int32_t job = place;
  if (job >= 0) list.rows[std::int64_t{job} * count_threads + threadIdx.x] = 0;
  __syncthreads();  // the next call may write `place` again
  return job >= 0;
}

}  // namespace linden::cuda
