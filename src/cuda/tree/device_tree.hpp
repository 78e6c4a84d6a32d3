// A growing tree on the GPU: the kernels' copy of TreeMemory, and what they keep beside it (TreeMemory::own).
#pragma once

#include "backend/tree_kernels.hpp"
#include "cuda/runtime/queue.hpp"
#include "cuda/runtime/simt.hpp"

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

/// Views into TreeMemory::own.
struct Own {
  std::int32_t* done;              ///< whether select has finished the tree
  std::int64_t* first_tile;        ///< [batch_capacity + 1] of each node of the batch, in partition
  unsigned long long* left_rows;   ///< [batch_capacity]: rows placed so far
  unsigned long long* right_rows;  ///< [batch_capacity]
  std::int32_t* jobs;              ///< how many new nodes are summed row by row
  std::int32_t* job_node;          ///< [2 * batch_capacity]: which
  std::int64_t* first_row;         ///< [2 * batch_capacity + 1]: rows of the jobs before each
  CountList counted[2];            ///< of each large node the most promising candidate, and then those that may beat it
  std::int32_t* counts_left;       ///< [2 * batch_capacity]: candidates of a new node in the second list
};

/// Splits `own` up; `bytes` gets its size. (A null `own` measures.)
inline Own own_of(const TreeMemory& tree, std::int64_t& bytes) {
  char* at = static_cast<char*>(tree.own);
  std::int64_t used = 0;
  const auto take = [&]<class T>(T*& array, std::int64_t count) {
    array = at == nullptr ? nullptr : reinterpret_cast<T*>(at + used);
    used += (count * static_cast<std::int64_t>(sizeof(T)) + 255) / 256 * 256;
  };
  Own own;
  const std::int64_t batch = tree.batch_capacity;
  take(own.done, 1);
  take(own.first_tile, batch + 1);
  take(own.left_rows, batch);
  take(own.right_rows, batch);
  take(own.jobs, 1);
  take(own.job_node, 2 * batch);
  take(own.first_row, 2 * batch + 1);
  const std::int64_t fit = tree.bins.rows / count_tile, large = fit < 2 * batch ? fit : 2 * batch;
  for (CountList& list : own.counted) {
    const std::int64_t each = &list == own.counted ? 1 : tree.bins.features;
    const std::int64_t most = large * each < most_count_jobs ? large * each : most_count_jobs;
    list.capacity = static_cast<std::int32_t>(most);
    take(list.end, 1);
    take(list.jobs, most);
    take(list.first_tile, most);
    take(list.rows, 256 * most);
  }
  take(own.counts_left, 2 * batch);
  bytes = used;
  return own;
}
inline Own own_of(const TreeMemory& tree) {
  std::int64_t bytes = 0;
  return own_of(tree, bytes);
}

/// Copies the host's TreeMemory (its input, its quantisation) to tree.on_device and makes the root, whose quantised
/// sums are given. Its entries are the first half.
void begin_tree(Context& context, TreeMemory& tree, std::int64_t gradient, std::int64_t curvature);

/// New nodes that a step can have, for the size of its grids.
std::int32_t most_new_nodes(Context& context, const TreeMemory& tree);

/// Where the entries of a node's children begin: in the other half.
LINDEN_HD std::int64_t other_half(const TreeMemory& tree, std::int64_t begin) {
  return begin < tree.sample_rows ? begin + tree.sample_rows : begin - tree.sample_rows;
}

/// Which of `count` ascending ranges, the first at first[0], holds `position`.
__device__ __forceinline__ std::int32_t range_of(const std::int64_t* first, std::int32_t count, std::int64_t position) {
  std::int32_t low = 0;
  for (std::int32_t high = count; high - low > 1;) {
    const std::int32_t middle = (low + high) / 2;
    if (first[middle] <= position)
      low = middle;
    else
      high = middle;
  }
  return low;
}

/// Calls f(i, before) for i in [0, count) by the threads of one block, in turns, `before` being the sum of value(j)
/// over j < i; returns the sum of all. Every thread of the block calls it.
template <class Value, class F>
__device__ __forceinline__ std::int64_t each_with_sum(std::int32_t count, const Value& value, const F& f) {
  std::int64_t carry = 0;
  for (std::int32_t first = 0; first < count; first += std::int32_t(blockDim.x)) {
    const std::int32_t i = first + std::int32_t(threadIdx.x);
    const std::int64_t mine = i < count ? value(i) : 0;
    const auto place = block_exclusive_sum(static_cast<long long>(mine));
    if (i < count) f(i, carry + place.before);
    carry += place.total;
  }
  return carry;
}

/// An entry as it is loaded, in one piece where it has eight bytes. Kernels that have several in flight keep them so:
/// the parts of an entry would each be unpacked, and waited for, before the next one is loaded.
template <class E>
struct RawEntry {
  E value;
  __device__ __forceinline__ E unpacked() const { return value; }
};
template <>
struct RawEntry<NarrowEntry> {
  uint2 words;
  __device__ __forceinline__ NarrowEntry unpacked() const {
    NarrowEntry entry;
    __builtin_memcpy(&entry, &words, 8);
    return entry;
  }
};

template <class E>
__device__ __forceinline__ RawEntry<E> load_raw(const E* entry) {
  if constexpr (sizeof(E) == 8)
    return {*reinterpret_cast<const uint2*>(entry)};
  else
    return {*entry};
}
template <class E>
__device__ __forceinline__ E load_entry(const E* entry) {
  return load_raw(entry).unpacked();
}
template <class E>
__device__ __forceinline__ void store_entry(E* to, const E& entry) {
  if constexpr (sizeof(E) == 8) {
    uint2 raw;
    __builtin_memcpy(&raw, &entry, 8);
    *reinterpret_cast<uint2*>(to) = raw;
  } else {
    *to = entry;
  }
}

}  // namespace linden::cuda
