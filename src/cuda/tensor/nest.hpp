// Where numbered positions of a loop nest lie in memory, and how threads are laid over them.
#pragma once

#include <cstdint>

#include "backend/tensor/axis_walk.hpp"
#include "cuda/runtime/simt.hpp"

namespace linden::cuda {

/// Position number `position` of `rank` dimensions, in elements.
__device__ __forceinline__ std::int64_t offset_at(std::int64_t position, const std::int64_t* sizes,
                                                  const std::int64_t* strides, std::int32_t rank) {
  std::int64_t offset = 0;
#pragma unroll 1
  for (std::int32_t d = rank - 1; d > 0; --d) {
    const Quotient by = divided(position, sizes[d]);
    offset += by.rest * strides[d];
    position = by.quotient;
  }
  return rank > 0 ? offset + position * strides[0] : 0;
}

/// The product of `rank` sizes.
inline std::int64_t positions_of(const std::int64_t* sizes, std::int32_t rank) {
  std::int64_t product = 1;
  for (std::int32_t d = 0; d < rank; ++d) product *= sizes[d];
  return product;
}

/// The number of this thread in a grid of one dimension, and how many there are.
__device__ __forceinline__ std::int64_t thread_of_grid() { return std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; }
__device__ __forceinline__ std::int64_t threads_of_grid() { return std::int64_t{gridDim.x} * blockDim.x; }

}  // namespace linden::cuda
