// Running sums along an axis. f32 runs in double and is rounded on store; f64 runs in double; whole numbers wrap.
//
// The order depends on the sizes and strides alone. Up to 1024 elements, or with 4096 lines and more, a line is added
// one element after the other: the CPU's bytes. A longer line is cut into tiles. Each tile's sum is taken, then the sum
// of all before it, and every element is that sum plus the running sum inside its tile. Where another dimension is
// denser than the axis, a tile is 256 elements, added one after the other. Else it is 2048: eight to a thread, one
// after the other; threads joined by steps of 1, 2, 4, 8, 16 lanes; warps one after the other. The sums of tiles are
// added 256 at a time, in the same way, to those before. Whole numbers have no order: always the CPU's bytes.
#include "cuda/tensor/nest.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tensor/steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned threads = 256;
constexpr int per_thread = 8;
constexpr std::int64_t tile_along = threads * per_thread, tile_down = 256;
constexpr std::int64_t short_axis = 1024, many_lines = 4096;

/// The lines of a task and their tiles; `before` [line][tile] has the sum in front of each.
template <class Sum>
struct Tiles {
  std::int64_t lines, count, size;
  Sum* before;
};

/// What stands in front of this thread in the sum over the block, and the sum of all. Nothing is subtracted: infinity
/// may be among them.
template <class Sum>
__device__ __forceinline__ Place<Sum> block_running_sum(Sum value) {
  LINDEN_SHARED(of_warp, Sum[32]);
  const Sum inclusive = warp_scan(value, cuda::Sum{});
  const Sum left = shuffle(inclusive, lane_index() == 0 ? 0 : lane_index() - 1);
  if (lane_index() == 31) of_warp[warp_index()] = inclusive;
  __syncthreads();
  Place<Sum> place{Sum(0), Sum(0)};
  for (unsigned warp = 0; warp < warps_in_block(); ++warp) {
    if (warp == warp_index()) place.before = place.total;
    place.total += of_warp[warp];
  }
  if (lane_index() > 0) place.before += left;
  __syncthreads();  // the next call may write `of_warp` again
  return place;
}

template <class T>
struct Line {
  T* out;
  const T* in;
  std::int64_t out_stride, in_stride;

  __device__ __forceinline__ Line(const AxisTask<2>& task, std::int64_t line)
      : out_stride(task.axis_stride[0]), in_stride(task.axis_stride[1]) {
    const Offsets<2> offsets = offsets_at(task, task.rank, line);
    out = static_cast<T*>(task.operand[0].data) + offsets.of[0];
    in = static_cast<const T*>(task.operand[1].data) + offsets.of[1];
  }
};

/// A thread has a tile of one line, its neighbour that of the next: its sum, or its running sums.
template <class T, class Sum, bool only_total>
__global__ void sum_down(__grid_constant__ const AxisTask<2> task, __grid_constant__ const Tiles<Sum> tiles) {
  constexpr int batch = 8;  // loads under way
  for (std::int64_t i = thread_of_grid(); i < tiles.lines * tiles.count; i += threads_of_grid()) {
    const auto [tile, line] = divided(i, tiles.lines);
    const Line<T> at(task, line);
    const std::int64_t begin = tile * tiles.size, rest = task.length - begin;
    const std::int64_t end = rest < tiles.size ? task.length : begin + tiles.size;
    Sum* const before = tiles.before + (line * tiles.count + tile);
    Sum sum = !only_total && tiles.count > 1 ? *before : Sum(0);
    for (std::int64_t first = begin; first < end; first += batch) {
      T x[batch];
#pragma unroll
      for (int u = 0; u < batch; ++u) x[u] = first + u < end ? at.in[(first + u) * at.in_stride] : T(0);
#pragma unroll
      for (int u = 0; u < batch; ++u) {
        if (first + u >= end) continue;
        sum += static_cast<Sum>(x[u]);
        if constexpr (!only_total) at.out[(first + u) * at.out_stride] = static_cast<T>(sum);
      }
    }
    if constexpr (only_total) *before = sum;
  }
}

/// A block has a tile of one line.
template <class T, class Sum, bool only_total>
__global__ void __launch_bounds__(threads)
    sum_tiles(__grid_constant__ const AxisTask<2> task, __grid_constant__ const Tiles<Sum> tiles) {
  LINDEN_SHARED(tile, Sum[tile_along + threads]);  // a gap after every eight: lanes fall on different banks
  for (std::int64_t i = blockIdx.x; i < tiles.lines * tiles.count; i += gridDim.x) {
    const auto [number, line] = divided(i, tiles.lines);
    const Line<T> at(task, line);
    const std::int64_t begin = number * tile_along, rest = task.length - begin;
    const unsigned count = unsigned(rest < tile_along ? rest : tile_along);
    for (unsigned k = threadIdx.x; k < tile_along; k += threads)
      tile[k + k / per_thread] = k < count ? static_cast<Sum>(at.in[(begin + k) * at.in_stride]) : Sum(0);
    __syncthreads();
    Sum* const mine = tile + threadIdx.x * (per_thread + 1);
    Sum sum = 0;
    for (int k = 0; k < per_thread; ++k) mine[k] = sum += mine[k];
    const Place<Sum> place = block_running_sum(sum);
    Sum* const before = tiles.before + (line * tiles.count + number);
    if constexpr (only_total) {
      if (threadIdx.x == 0) *before = place.total;
    } else {
      const Sum front = *before + place.before;
      for (int k = 0; k < per_thread; ++k) mine[k] = front + mine[k];
      __syncthreads();
      for (unsigned k = threadIdx.x; k < count; k += threads)
        at.out[(begin + k) * at.out_stride] = static_cast<T>(tile[k + k / per_thread]);
      __syncthreads();
    }
  }
}

/// A block has the tiles of one line: their sums become what stands in front of each.
template <class Sum>
__global__ void __launch_bounds__(threads) sum_before(__grid_constant__ const Tiles<Sum> tiles) {
  for (std::int64_t line = blockIdx.x; line < tiles.lines; line += gridDim.x) {
    Sum* const sums = tiles.before + line * tiles.count;
    Sum carry = 0;
    for (std::int64_t first = 0; first < tiles.count; first += threads) {
      const std::int64_t i = first + threadIdx.x;
      const Place<Sum> place = block_running_sum(i < tiles.count ? sums[i] : Sum(0));
      if (i < tiles.count) sums[i] = carry + place.before;
      carry += place.total;
    }
  }
}

/// A warp has 32 lines, a lane one: squares of 32 x 32 elements come through shared memory, so that neighbours in
/// memory are read and written together.
template <class T, class Sum>
__global__ void sum_lines(__grid_constant__ const AxisTask<2> task, std::int64_t lines) {
  constexpr unsigned warps = 4, side = 32;
  LINDEN_SHARED(squares, T[warps][side][side + 1]);
  auto& square = squares[warp_index()];
  const unsigned lane = lane_index();
  const std::int64_t step = std::int64_t{gridDim.x} * warps * side;
  for (std::int64_t first = (std::int64_t{blockIdx.x} * warps + warp_index()) * side; first < lines; first += step) {
    const unsigned height = unsigned(lines - first < side ? lines - first : side);
    const Offsets<2> mine = offsets_at(task, task.rank, lane < height ? first + lane : first);
    Sum sum = 0;
    for (std::int64_t begin = 0; begin < task.length; begin += side) {
      const std::int64_t column = begin + lane;
      const unsigned width = unsigned(task.length - begin < side ? task.length - begin : side);
#pragma unroll 8
      for (unsigned row = 0; row < side; ++row) {
        const T* const in = static_cast<const T*>(task.operand[1].data) + shuffle(mine.of[1], row);
        if (row < height && lane < width) square[row][lane] = in[column * task.axis_stride[1]];
      }
      __syncwarp();
      if (lane < height)
        for (unsigned k = 0; k < width; ++k) {
          sum += static_cast<Sum>(square[lane][k]);
          square[lane][k] = static_cast<T>(sum);
        }
      __syncwarp();
#pragma unroll 8
      for (unsigned row = 0; row < side; ++row) {
        T* const out = static_cast<T*>(task.operand[0].data) + shuffle(mine.of[0], row);
        if (row < height && lane < width) out[column * task.axis_stride[0]] = square[row][lane];
      }
      __syncwarp();
    }
  }
}

template <class T, class Sum>
void cumulative_sum_dtype(Context& context, const AxisTask<2>& task) {
  const auto size = [](std::int64_t stride) { return stride < 0 ? -stride : stride; };
  const bool is_along = task.rank == 0 || size(task.axis_stride[0]) <= size(task.operand[0].strides[task.rank - 1]);
  Tiles<Sum> tiles{positions(task, task.rank), 1, task.length, nullptr};
  const auto shape = [&](std::int64_t count, std::int64_t each, unsigned block = threads) {
    return LaunchShape{.grid = blocks_for(context, count, each), .block = block, .stream = stream_of(context)};
  };
  if (task.length <= short_axis || tiles.lines >= many_lines) {
    if (is_along)
      launch<sum_lines<T, Sum>>(shape(tiles.lines, 128, 128), task, tiles.lines);
    else
      launch<sum_down<T, Sum, false>>(shape(tiles.lines, threads), task, tiles);
    return;
  }
  tiles.size = is_along ? tile_along : tile_down;
  tiles.count = (task.length + tiles.size - 1) / tiles.size;
  const std::int64_t count = tiles.lines * tiles.count;
  const Scratch<Sum> before(context, count, "sums of tiles");
  tiles.before = before.data();
  if (is_along)
    launch<sum_tiles<T, Sum, true>>(shape(count, 1), task, tiles);
  else
    launch<sum_down<T, Sum, true>>(shape(count, threads), task, tiles);
  launch<sum_before<Sum>>(shape(tiles.lines, 1), tiles);
  if (is_along)
    launch<sum_tiles<T, Sum, false>>(shape(count, 1), task, tiles);
  else
    launch<sum_down<T, Sum, false>>(shape(count, threads), task, tiles);
}

}  // namespace

void cumulative_sum(Context& context, const AxisTask<2>& task) {
  if (task.length == 0 || positions(task, task.rank) == 0) return;
  switch (task.operand[1].dtype) {
    case DType::f32: return cumulative_sum_dtype<float, double>(context, task);
    case DType::f64: return cumulative_sum_dtype<double, double>(context, task);
    case DType::i32: return cumulative_sum_dtype<std::int32_t, std::uint32_t>(context, task);
    case DType::i64: return cumulative_sum_dtype<std::int64_t, std::uint64_t>(context, task);
    case DType::u8:
    case DType::boolean: return cumulative_sum_dtype<std::uint8_t, std::uint32_t>(context, task);
  }
}

}  // namespace linden::cuda
