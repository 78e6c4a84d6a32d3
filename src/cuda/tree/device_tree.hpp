// What several of the GPU's kernels of trees do.
#pragma once

#include "backend/tree_kernels.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tree/scratch.hpp"

namespace linden::cuda {

/// New nodes that a step can have, for the size of its grids.
std::int32_t most_new_nodes(Context& context, const TreeMemory& tree);

/// Keeps the histograms of new leaves that may be split, as long as there is room.
void keep_histograms(Context& context, TreeMemory& tree);

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

/// Whether this block is the last of its grid that comes here: it then sees what all others have written, and does what
/// else a kernel of one block would be started for. By whole blocks.
__device__ __forceinline__ bool is_last_block(unsigned* arrived) {
  LINDEN_SHARED(is_last, bool);
  __threadfence();
  __syncthreads();
  if (threadIdx.x == 0) {
    is_last = atomicAdd(arrived, 1u) == gridDim.x * gridDim.y - 1;
    if (is_last) atomicExch(arrived, 0u);
  }
  __syncthreads();
  if (is_last) __threadfence();
  return is_last;
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
