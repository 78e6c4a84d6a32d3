// The two steps of which a Cholesky factor and a triangular system are made, 64 rows at a time: solve with a diagonal
// block, and subtract what the solution adds to the rows below.
//
// Both see matrices through strides, so that an upper triangle is a lower one read backwards, and the panel below a
// Cholesky block is a system with many right-hand columns. Sums have one order whatever the GPU. Products are fused
// with their sums: these are not kernels of equal bytes.
#pragma once

#include <cmath>

#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"

namespace linden::cuda {

inline constexpr int triangular_block = 64;

template <class T>
struct Strided {
  T* data;
  std::int64_t row_stride, column_stride;

  __host__ __device__ T& at(std::int64_t i, std::int64_t j) const { return data[i * row_stride + j * column_stride]; }
  __host__ __device__ Strided block(std::int64_t i, std::int64_t j) const {
    return {data + i * row_stride + j * column_stride, row_stride, column_stride};
  }
  __host__ __device__ Strided transposed() const { return {data, column_stride, row_stride}; }
};

// Included by cholesky.cu and solve_triangular.cu: each has its own copies.
namespace {

constexpr int solve_threads = 256;
constexpr int columns_of_warp = 4;
constexpr int columns_of_block = solve_threads / 32 * columns_of_warp;

__device__ __forceinline__ float multiply_add(float a, float b, float c) { return ::fmaf(a, b, c); }
__device__ __forceinline__ double multiply_add(double a, double b, double c) { return ::fma(a, b, c); }

/// x = solution of l x = b in place of b, for the lower triangle l [width, width] and `columns` columns, by forward
/// substitution. A warp takes a few columns: lane i has rows i and i + 32 of each.
template <class T>
__global__ void solve_block(Strided<const T> l, int width, Strided<T> x, std::int64_t columns) {
  constexpr int size = triangular_block;
  LINDEN_SHARED(lower, T[size][size + 1]);
  const bool by_rows = l.column_stride == 1 || l.column_stride == -1;
  for (int cell = int(threadIdx.x); cell < size * size; cell += int(blockDim.x)) {
    const int i = by_rows ? cell / size : cell % size, j = by_rows ? cell % size : cell / size;
    lower[i][j] = j <= i && i < width ? l.at(i, j) : T(i == j);
  }
  __syncthreads();
  const int lane = int(lane_index());
  const std::int64_t first = std::int64_t{blockIdx.x} * columns_of_block + warp_index() * columns_of_warp;
  T low[columns_of_warp], high[columns_of_warp];
#pragma unroll
  for (int c = 0; c < columns_of_warp; ++c) {
    const bool exists = first + c < columns;
    low[c] = exists && lane < width ? x.at(lane, first + c) : T(0);
    high[c] = exists && lane + 32 < width ? x.at(lane + 32, first + c) : T(0);
  }
  for (int j = 0; j < 32 && j < width; ++j) {
    const T pivot = lower[j][j], down = lower[lane][j], further = lower[lane + 32][j];
#pragma unroll
    for (int c = 0; c < columns_of_warp; ++c) {
      const T value = __shfl_sync(all_lanes, low[c], j) / pivot;
      low[c] = lane == j ? value : lane > j ? multiply_add(-down, value, low[c]) : low[c];
      high[c] = multiply_add(-further, value, high[c]);
    }
  }
  for (int j = 32; j < width; ++j) {
    const T pivot = lower[j][j], down = lower[lane + 32][j];
#pragma unroll
    for (int c = 0; c < columns_of_warp; ++c) {
      const T value = __shfl_sync(all_lanes, high[c], j - 32) / pivot;
      high[c] = lane + 32 == j ? value : lane + 32 > j ? multiply_add(-down, value, high[c]) : high[c];
    }
  }
#pragma unroll
  for (int c = 0; c < columns_of_warp; ++c) {
    const bool exists = first + c < columns;
    if (exists && lane < width) x.at(lane, first + c) = low[c];
    if (exists && lane + 32 < width) x.at(lane + 32, first + c) = high[c];
  }
}

constexpr int tile_size = 64, tile_depth = 16;

/// A tile [64, 16] of `from` into shared memory, turned: shared[l][i] = from(row + i, depth + l), 0 outside.
template <class T>
__device__ __forceinline__ void load_tile(T (&shared)[tile_depth][tile_size + 1], const Strided<const T>& from,
                                          std::int64_t row, std::int64_t rows, int depth, int width) {
  const bool by_rows = from.column_stride == 1 || from.column_stride == -1;
#pragma unroll
  for (int part = 0; part < tile_size * tile_depth / solve_threads; ++part) {
    const int cell = int(threadIdx.x) + part * solve_threads;
    const int i = by_rows ? cell / tile_depth : cell % tile_size, l = by_rows ? cell % tile_depth : cell / tile_size;
    shared[l][i] = row + i < rows && depth + l < width ? from.at(row + i, depth + l) : T(0);
  }
}

/// c -= a b for c [rows, columns], a [rows, width], b [width, columns]; with `lower_half`, only where the row is not
/// less than the column. A block has a tile of c, a thread 4 x 4 of its elements, 16 apart.
template <class T>
__global__ void subtract_product(Strided<T> c, Strided<const T> a, Strided<const T> b, std::int64_t rows,
                                 std::int64_t columns, int width, bool lower_half) {
  LINDEN_SHARED(of_a, T[tile_depth][tile_size + 1]);
  LINDEN_SHARED(of_b, T[tile_depth][tile_size + 1]);
  const std::int64_t row = std::int64_t{blockIdx.y} * tile_size, column = std::int64_t{blockIdx.x} * tile_size;
  const int down = int(threadIdx.x) / 16, across = int(threadIdx.x) % 16;
  if (!lower_half || column <= row) {  // the same for the whole block
    T sums[4][4] = {};
    for (int depth = 0; depth < width; depth += tile_depth) {
      load_tile(of_a, a, row, rows, depth, width);
      load_tile(of_b, b.transposed(), column, columns, depth, width);
      __syncthreads();
#pragma unroll
      for (int l = 0; l < tile_depth; ++l) {
        T left[4], right[4];
#pragma unroll
        for (int i = 0; i < 4; ++i) {
          left[i] = of_a[l][down + 16 * i];
          right[i] = of_b[l][across + 16 * i];
        }
#pragma unroll
        for (int i = 0; i < 4; ++i)
#pragma unroll
          for (int j = 0; j < 4; ++j) sums[i][j] = multiply_add(left[i], right[j], sums[i][j]);
      }
      __syncthreads();  // the next tiles go to the same place
    }
#pragma unroll
    for (int i = 0; i < 4; ++i)
#pragma unroll
      for (int j = 0; j < 4; ++j) {
        const std::int64_t at_row = row + down + 16 * i, at_column = column + across + 16 * j;
        if (at_row < rows && at_column < columns && (!lower_half || at_column <= at_row))
          c.at(at_row, at_column) -= sums[i][j];
      }
  }
}

template <class T>
void launch_solve(Context& context, const Strided<const T>& l, int width, const Strided<T>& x, std::int64_t columns) {
  const std::int64_t blocks = (columns + columns_of_block - 1) / columns_of_block;
  launch<solve_block<T>>({.grid = unsigned(blocks), .block = solve_threads, .stream = stream_of(context)}, l, width, x,
                         columns);
}

template <class T>
void launch_subtract(Context& context, const Strided<T>& c, const Strided<const T>& a, const Strided<const T>& b,
                     std::int64_t rows, std::int64_t columns, int width, bool lower_half) {
  const auto tiles = [](std::int64_t count) { return unsigned((count + tile_size - 1) / tile_size); };
  launch<subtract_product<T>>(
      {.grid = {tiles(columns), tiles(rows)}, .block = solve_threads, .stream = stream_of(context)}, c, a, b, rows,
      columns, width, lower_half);
}

}  // namespace
}  // namespace linden::cuda
