// Sums, products, maxima and minima over dimensions, with the same bytes as the CPU's: the order is that of
// cpu/tensor/reduce.cpp. It depends on the sizes and on which dimension is dense, never on the grid.
//
// Along elements, chunks of 4096 are folded by the lanes of a warp. Where positions are many, a group of lanes has one
// from its first chunk to its last; where they are few, every chunk is a group's own, and a second launch puts them
// together. Down columns: fold_columns.hpp.
#include "cuda/tensor/fold_columns.hpp"
#include "cuda/tensor/fold_run.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tensor/steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned fold_block = 256;
constexpr std::int64_t enough_groups = 32;  // for each multiprocessor, to keep the device busy

template <class T, bool is_nest>
__device__ __forceinline__ RunOf<T, is_nest> run_at(const ReduceTask& task, std::int64_t position) {
  return {static_cast<const T*>(task.in.data) + offset_at(position, task.sizes, task.in.strides, task.kept),
          task.sizes + task.kept, task.in.strides + task.kept, task.reduced};
}

template <class F>
__device__ __forceinline__ void store(const ReduceTask& task, std::int64_t position, typename F::Total total) {
  static_cast<typename F::Out*>(task.out.data)[offset_at(position, task.sizes, task.out.strides, task.kept)] =
      static_cast<typename F::Out>(total);
}

/// The elements of chunk number `chunk` as one value.
template <class F, unsigned group, class T, bool is_nest>
__device__ __forceinline__ typename F::Total chunk_total(const RunOf<T, is_nest>& run, const LaneGroup<group>& mine,
                                                         std::int64_t chunk, std::int64_t count) {
  const std::int64_t begin = chunk * RunCut::chunk_elements, end = begin + RunCut::chunk_elements;
  return fold_run<F>(run, mine, begin, end < count ? end : count);
}

template <class F, class T, bool is_nest, unsigned group>
__global__ void __launch_bounds__(fold_block)
    fold_positions(__grid_constant__ const ReduceTask task, __grid_constant__ const RunCut cut, std::int64_t kept) {
  using Total = typename F::Total;
  const LaneGroup<group> mine;
  const auto neutral = static_cast<Total>(F::neutral());
  for (std::int64_t position = thread_of_grid() / group; position < kept; position += threads_of_grid() / group) {
    const RunOf<T, is_nest> run = run_at<T, is_nest>(task, position);
    Total total = neutral, of_block = neutral;
    std::int64_t in_block = 0;
    for (std::int64_t chunk = 0; chunk < cut.chunks; ++chunk) {
      of_block = F::combined(of_block, chunk_total<F>(run, mine, chunk, cut.count));
      if (++in_block == cut.chunks_per_block || chunk == cut.chunks - 1) {
        total = F::combined(total, of_block);
        of_block = neutral;
        in_block = 0;
      }
    }
    if (mine.lane() == 0) store<F>(task, position, total);
  }
}

/// parts[position][chunk]
template <class F, class T, bool is_nest>
__global__ void __launch_bounds__(fold_block)
    fold_parts(__grid_constant__ const ReduceTask task, __grid_constant__ const RunCut cut, std::int64_t kept,
               typename F::Total* parts) {
  constexpr unsigned group = wide_lanes<T>;
  const LaneGroup<group> mine;
  for (std::int64_t i = thread_of_grid() / group; i < kept * cut.chunks; i += threads_of_grid() / group) {
    const Quotient by = divided(i, cut.chunks);
    const auto total = chunk_total<F>(run_at<T, is_nest>(task, by.quotient), mine, by.rest, cut.count);
    if (mine.lane() == 0) parts[i] = total;
  }
}

/// A block of threads has one position, a thread of it one block of chunks: they come through shared memory, so that
/// neighbours in memory are read together.
template <class F>
__global__ void __launch_bounds__(RunCut::most_blocks)
    join_parts(__grid_constant__ const ReduceTask task, __grid_constant__ const RunCut cut,
               const typename F::Total* parts) {
  using Total = typename F::Total;
  constexpr int threads = RunCut::most_blocks, width = 16;
  LINDEN_SHARED(tile, Total[threads * (width + 1)]);
  LINDEN_SHARED(totals, Total[threads]);
  const std::int64_t position = blockIdx.x, per_block = cut.chunks_per_block;
  const int thread = int(threadIdx.x);
  parts += position * cut.chunks;
  auto total = static_cast<Total>(F::neutral());
  for (std::int64_t first = 0; first < per_block; first += width) {
    const int column = thread % width;
    for (int k = 0; k < width; ++k) {
      const int row = k * (threads / width) + thread / width;
      const std::int64_t chunk = row * per_block + first + column;
      if (first + column < per_block && chunk < cut.chunks) tile[row * (width + 1) + column] = parts[chunk];
    }
    __syncthreads();
    for (int k = 0; k < width; ++k)
      if (first + k < per_block && thread * per_block + first + k < cut.chunks)
        total = F::combined(total, tile[thread * (width + 1) + k]);
    __syncthreads();
  }
  totals[thread] = total;
  __syncthreads();
  if (thread == 0) {
    auto all = static_cast<Total>(F::neutral());
    for (int block = 0; block < int(cut.blocks); ++block) all = F::combined(all, totals[block]);
    store<F>(task, position, all);
  }
}

template <class F, class T, bool is_nest>
void reduce_along(Context& context, const ReduceTask& task) {
  const std::int64_t kept = positions_of(task.sizes, task.kept);
  const RunCut cut(positions_of(task.sizes + task.kept, task.reduced));
  if (kept == 0) return;
  const auto shape = [&](std::int64_t groups, unsigned group) {
    return LaunchShape{
        .grid = blocks_for(context, groups, fold_block / group), .block = fold_block, .stream = stream_of(context)};
  };
  constexpr unsigned wide = wide_lanes<T>, narrow = narrow_lanes<T>;
  if (cut.count < 256) {
    launch<fold_positions<F, T, is_nest, narrow>>(shape(kept, narrow), task, cut, kept);
  } else if (cut.chunks == 1 || kept >= enough_groups * context.stream->multiprocessors()) {
    launch<fold_positions<F, T, is_nest, wide>>(shape(kept, wide), task, cut, kept);
  } else {
    const Scratch<typename F::Total> parts(context, kept * cut.chunks, "parts of sums");
    launch<fold_parts<F, T, is_nest>>(shape(kept * cut.chunks, wide), task, cut, kept, parts.data());
    launch<join_parts<F>>(
        {.grid = unsigned(kept), .block = unsigned(RunCut::most_blocks), .stream = stream_of(context)}, task, cut,
        parts.data());
  }
}

template <ReduceOp op, class T>
void reduce_dtype(Context& context, const ReduceTask& task) {
  using F = Fold<op, T>;
  if (is_denser_down_columns(task))
    reduce_columns<F, T>(context, task);
  else if (task.reduced > 1)
    reduce_along<F, T, true>(context, task);
  else
    reduce_along<F, T, false>(context, task);
}

template <ReduceOp op>
void reduce_op(Context& context, const ReduceTask& task) {
  switch (task.in.dtype) {
    case DType::f32: return reduce_dtype<op, float>(context, task);
    case DType::f64: return reduce_dtype<op, double>(context, task);
    case DType::i32: return reduce_dtype<op, std::int32_t>(context, task);
    case DType::i64: return reduce_dtype<op, std::int64_t>(context, task);
    case DType::u8:
    case DType::boolean: return reduce_dtype<op, std::uint8_t>(context, task);
  }
}

}  // namespace

void reduce(Context& context, const ReduceTask& task) {
  switch (task.op) {
    case ReduceOp::sum: return reduce_op<ReduceOp::sum>(context, task);
    case ReduceOp::product: return reduce_op<ReduceOp::product>(context, task);
    case ReduceOp::maximum: return reduce_op<ReduceOp::maximum>(context, task);
    case ReduceOp::minimum: return reduce_op<ReduceOp::minimum>(context, task);
  }
}

}  // namespace linden::cuda
