// The one header that kernels include: CUDA's own words, the few that Linden adds, and what a warp or a block does
// together (reduce, scan, the best of all).
//
// nvcc takes CUDA's words from its toolkit. Elsewhere the same source is compiled as C++ for the executor of
// tests/simt, which runs it on the CPU with one fiber per thread; its header defines the words.
//
//     template <class T>
//     __global__ void total(const T* values, int count, T* sum) {
//       const int i = int(blockIdx.x * blockDim.x + threadIdx.x);
//       const T mine = block_reduce(i < count ? values[i] : T(0), Sum{});
//       if (threadIdx.x == 0) atomicAdd(sum, mine);
//     }
//     launch<total<float>>({.grid = blocks, .block = 256, .stream = stream}, values, count, sum);
//
// Rules that keep both sides honest: no return before a barrier or a warp operation; explicit masks whose lanes all
// arrive, at the same line; shuffles order no memory; between blocks only atomics, a release store read by an acquire
// load, or data + __threadfence + an atomic counter; spin only on load_acquire; no containers, no writable globals.
#pragma once

#ifdef __CUDACC__
#include "cuda/runtime/simt_nvcc.hpp"
#else
#include "simt/device.hpp"
#endif

#include "cuda/runtime/launch.hpp"

namespace linden::cuda {

inline constexpr unsigned all_lanes = 0xffffffffu;

/// The number of this thread in its (one-dimensional) block, of its warp, and of its lane.
__device__ __forceinline__ unsigned lane_index() { return threadIdx.x % 32; }
__device__ __forceinline__ unsigned warp_index() { return threadIdx.x / 32; }
__device__ __forceinline__ unsigned warps_in_block() { return blockDim.x / 32; }

/// The same pointer, known to lead to global memory. Of one that a kernel has read from memory nvcc does not know, and
/// makes each atomic a question of which memory it is, with a loop for shared memory.
template <class T>
__device__ __forceinline__ T* global(T* pointer) {
#ifdef __CUDA_ARCH__
  __builtin_assume(__isGlobal(pointer));
#endif
  return pointer;
}

/// Sixteen bytes as values: one memory transaction where the address is a multiple of 16.
template <class T>
struct alignas(16) Pack {
  T values[16 / sizeof(T)];
};

template <class T>
__device__ __forceinline__ Pack<T> load_pack(const T* aligned) {
  const uint4 raw = *reinterpret_cast<const uint4*>(aligned);
  Pack<T> pack;
  __builtin_memcpy(&pack, &raw, 16);
  return pack;
}

template <class T>
__device__ __forceinline__ void store_pack(T* aligned, const Pack<T>& pack) {
  uint4 raw;
  __builtin_memcpy(&raw, &pack, 16);
  *reinterpret_cast<uint4*>(aligned) = raw;
}

/// Shuffles of any trivial type, word by word.
template <class T>
__device__ __forceinline__ T shuffle(T value, unsigned source) {
  static_assert(sizeof(T) % 4 == 0);
  unsigned words[sizeof(T) / 4];
  __builtin_memcpy(words, &value, sizeof(T));
  for (unsigned& word : words) word = __shfl_sync(all_lanes, word, int(source));
  __builtin_memcpy(&value, words, sizeof(T));
  return value;
}

struct Sum {
  template <class T>
  __device__ __forceinline__ T operator()(T a, T b) const {
    return a + b;
  }
};
struct Min {
  template <class T>
  __device__ __forceinline__ T operator()(T a, T b) const {
    return b < a ? b : a;
  }
};
struct Max {
  template <class T>
  __device__ __forceinline__ T operator()(T a, T b) const {
    return a < b ? b : a;
  }
};

/// The values of a full warp joined pairwise, lane i with lane i ^ 16, then 8, 4, 2, 1; every lane gets the result.
/// The order is fixed, and join(a, b) always has the lower lane's value first.
template <class T, class Join>
__device__ __forceinline__ T warp_reduce(T value, Join join) {
  for (unsigned step = 16; step > 0; step /= 2) {
    const T other = shuffle(value, lane_index() ^ step);
    value = (lane_index() & step) == 0 ? join(value, other) : join(other, value);
  }
  return value;
}

/// The join of the values of lanes 0 up to this one.
template <class T, class Join>
__device__ __forceinline__ T warp_scan(T value, Join join) {
  for (unsigned step = 1; step < 32; step *= 2) {
    const bool has_left = lane_index() >= step;
    const T left = shuffle(value, has_left ? lane_index() - step : lane_index());
    if (has_left) value = join(left, value);
  }
  return value;
}

/// The values of a block of whole warps joined, warps in order; every thread gets the result. To find the best of all,
/// join candidates (a gain and who has it) with the function that picks the better one; ties must be broken in it.
template <class T, class Join>
__device__ T block_reduce(T value, Join join) {
  LINDEN_SHARED(partial, T[32]);
  value = warp_reduce(value, join);
  if (lane_index() == 0) partial[warp_index()] = value;
  __syncthreads();
  T result = partial[0];
  for (unsigned warp = 1; warp < warps_in_block(); ++warp) result = join(result, partial[warp]);
  __syncthreads();  // the next call may write `partial` again
  return result;
}

/// What stands before this thread in the running sum over the block (whole warps), and the sum of all.
template <class T>
struct Place {
  T before, total;
};

template <class T>
__device__ Place<T> block_exclusive_sum(T value) {
  LINDEN_SHARED(partial, T[32]);
  const T inclusive = warp_scan(value, Sum{});
  if (lane_index() == 31) partial[warp_index()] = inclusive;
  __syncthreads();
  Place<T> place{inclusive - value, T(0)};
  for (unsigned warp = 0; warp < warps_in_block(); ++warp) {
    if (warp < warp_index()) place.before += partial[warp];
    place.total += partial[warp];
  }
  __syncthreads();  // the next call may write `partial` again
  return place;
}

}  // namespace linden::cuda
