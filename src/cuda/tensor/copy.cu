// Copies between any two dtypes and strides; what becomes of a value is written in backend/math/convert.hpp.
//
// A copy that keeps the dtype and transposes runs in square tiles through shared memory, so that reads and writes are
// both along memory.
#include "backend/math/convert.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tensor/strided.hpp"
#include "cuda/tensor/steps.hpp"

namespace linden::cuda {
namespace {

template <class To>
struct Converted {
  template <class From>
  __device__ __forceinline__ To operator()(From x) const {
    return converted<To>(x);
  }
};

template <class To, class From>
__global__ void copy_of(Walk<2> walk) {
  for_each_element<group_elements<To, From>(), To, From>(walk, Converted<To>());
}

template <class To, class From>
void run(Context& context, const ElementwiseTask<2>& task) {
  run_elements<copy_of<To, From>, group_elements<To, From>(), To, From>(context, task);
}

struct Table {
  void (*run[6][6])(Context&, const ElementwiseTask<2>&);  // [output][input] in the order of DType
};

/// What only moves bytes moves whole numbers, and all dtypes of a size share the kernel.
constexpr Table make() {
  using i32 = std::int32_t;
  using i64 = std::int64_t;
  using u8 = std::uint8_t;
  using b = Boolean;
  return {{{run<i32, i32>, run<float, double>, run<float, i32>, run<float, i64>, run<float, u8>, run<float, u8>},
           {run<double, float>, run<i64, i64>, run<double, i32>, run<double, i64>, run<double, u8>, run<double, u8>},
           {run<i32, float>, run<i32, double>, run<i32, i32>, run<i32, i64>, run<i32, u8>, run<i32, u8>},
           {run<i64, float>, run<i64, double>, run<i64, i32>, run<i64, i64>, run<i64, u8>, run<i64, u8>},
           {run<u8, float>, run<u8, double>, run<u8, i32>, run<u8, i64>, run<u8, u8>, run<u8, u8>},
           {run<b, float>, run<b, double>, run<b, i32>, run<b, i64>, run<b, u8>, run<u8, u8>}}};
}

constexpr Table table = make();

constexpr int tile = 32, tile_lines = 8;  // a block has 8 lines of 32 threads
constexpr std::int64_t least_transposed = 16;

/// out[row, column] = in[row, column] for every position of the walk: the output is dense along columns, the input
/// along rows.
struct Matrices {
  Walk<2> outer;
  std::int64_t rows, columns, out_row, in_column;
};

template <class T>
__global__ void transpose(Matrices matrices) {
  LINDEN_SHARED(lines, T[tile][tile + 1]);  // an odd length: columns meet all banks
  const int lane = int(threadIdx.x % tile), line = int(threadIdx.x / tile);
  const std::int64_t down = (matrices.rows + tile - 1) / tile, across = (matrices.columns + tile - 1) / tile;
  const std::int64_t tiles = down * across * matrices.outer.elements;
  for (std::int64_t t = blockIdx.x; t < tiles; t += gridDim.x) {
    const std::int64_t matrix = t / (down * across), place = t - matrix * (down * across);
    const std::int64_t top = place / across * tile, left = place % across * tile;
    std::int64_t at[2];
    offsets_of(matrices.outer, std::uint32_t(matrix), at);
    T* out = static_cast<T*>(matrices.outer.data[0]) + at[0];
    const T* in = static_cast<const T*>(matrices.outer.data[1]) + at[1];
    for (int i = line; i < tile; i += tile_lines) {
      const std::int64_t row = top + lane, column = left + i;
      if (row < matrices.rows && column < matrices.columns) lines[i][lane] = in[column * matrices.in_column + row];
    }
    __syncthreads();
    for (int i = line; i < tile; i += tile_lines) {
      const std::int64_t row = top + i, column = left + lane;
      if (row < matrices.rows && column < matrices.columns) out[row * matrices.out_row + column] = lines[lane][i];
    }
    __syncthreads();  // the next tile overwrites the lines
  }
}

/// The dimension along which the input is dense, if tiles are worth it; else -1.
std::int32_t dense_input(const ElementwiseTask<2>& task) {
  const std::int32_t last = task.rank - 1;
  const std::int64_t* strides = task.operand[1].strides;
  if (last < 1 || task.operand[0].strides[last] != 1 || strides[last] == 1 || strides[last] == 0 ||
      task.sizes[last] < least_transposed)
    return -1;
  for (std::int32_t i = last - 1; i >= 0; --i)
    if (strides[i] == 1) return task.sizes[i] < least_transposed ? -1 : i;
  return -1;
}

template <class T>
void transpose_along(Context& context, const ElementwiseTask<2>& task, std::int32_t dense) {
  const std::int32_t last = task.rank - 1;
  Matrices matrices;
  matrices.rows = task.sizes[dense], matrices.columns = task.sizes[last];
  matrices.out_row = task.operand[0].strides[dense], matrices.in_column = task.operand[1].strides[last];
  ElementwiseTask<2> outer = task;
  outer.rank = 0;
  for (std::int32_t d = 0; d < last; ++d) {
    if (d == dense) continue;
    outer.sizes[outer.rank] = task.sizes[d];
    for (Operand& operand : outer.operand) operand.strides[outer.rank] = operand.strides[d];
    ++outer.rank;
  }
  const std::int64_t down = (matrices.rows + tile - 1) / tile, across = (matrices.columns + tile - 1) / tile;
  each_part(outer, {sizeof(T), sizeof(T)}, most_elements, [&](const ElementwiseTask<2>& part) {
    matrices.outer = walk_over(part, {sizeof(T), sizeof(T)}, 1);
    launch<transpose<T>>({.grid = blocks_for(context, down * across * matrices.outer.elements, 1),
                          .block = tile * tile_lines,
                          .stream = stream_of(context)},
                         matrices);
  });
}

}  // namespace

void copy(Context& context, const ElementwiseTask<2>& task) {
  const DType to = task.operand[0].dtype, from = task.operand[1].dtype;
  const std::int32_t dense = to == from ? dense_input(task) : -1;
  if (dense < 0) return table.run[static_cast<int>(to)][static_cast<int>(from)](context, task);
  switch (size_of(to)) {
    case 8: return transpose_along<std::uint64_t>(context, task, dense);
    case 4: return transpose_along<std::uint32_t>(context, task, dense);
    default: return transpose_along<std::uint8_t>(context, task, dense);
  }
}

}  // namespace linden::cuda
