// Where along an axis the largest or smallest element is: the first of equal ones, and of NaN if there is any.
//
// Along a dense axis a warp has one line; where another dimension is denser, or the axis short, a thread has. Long axes
// of few lines are cut into segments, whose bests a second launch compares. The answer is unique, so no order shows.
#include <type_traits>

#include "backend/math/convert.hpp"
#include "cuda/tensor/nest.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tensor/steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned block_threads = 256;

template <bool largest, class T>
__device__ __forceinline__ bool beats(T x, T best) {
  return (largest ? x > best : x < best) || (x != x && best == best);
}

/// An element and where it is; -1 if there is none.
template <class T>
struct Best {
  T value;
  std::int64_t position;
};

template <bool largest>
struct Better {
  template <class T>
  __device__ __forceinline__ Best<T> operator()(Best<T> a, Best<T> b) const {
    if (a.position < 0 || b.position < 0) return a.position < 0 ? b : a;
    if (beats<largest>(b.value, a.value)) return b;
    if (beats<largest>(a.value, b.value)) return a;
    return b.position < a.position ? b : a;
  }
};

/// The best of elements begin, begin + step, ... below end.
template <bool largest, class T>
__device__ __forceinline__ Best<T> best_of(const T* in, std::int64_t stride, std::int64_t begin, std::int64_t end,
                                           std::int64_t step) {
  constexpr int batch = 8;  // loads under way
  Best<T> best{T(0), -1};
  for (std::int64_t i = begin; i < end; i += batch * step) {
    T x[batch];
#pragma unroll
    for (int u = 0; u < batch; ++u) x[u] = i + u * step < end ? in[(i + u * step) * stride] : T(0);
#pragma unroll
    for (int u = 0; u < batch; ++u)
      if (i + u * step < end && (best.position < 0 || beats<largest>(x[u], best.value))) best = {x[u], i + u * step};
  }
  return best;
}

/// What stands beside a position without a gap between.
template <class T>
using Wide = std::conditional_t<is_floating<T>, double, std::int64_t>;

/// Lines cut into segments of `size`; with one segment the answer goes to the output, else to `bests`.
template <class T>
struct Segments {
  std::int64_t lines, count, size;
  Best<Wide<T>>* bests;  ///< [line][segment]
};

template <class T>
__device__ __forceinline__ const T* line_at(const AxisTask<2>& task, std::int64_t line) {
  return static_cast<const T*>(task.operand[1].data) + offsets_at(task, task.rank, line).of[1];
}

__device__ __forceinline__ void store_position(const AxisTask<2>& task, std::int64_t line, std::int64_t position) {
  static_cast<std::int64_t*>(task.operand[0].data)[offsets_at(task, task.rank, line).of[0]] = position;
}

template <class T>
__device__ __forceinline__ void store(const AxisTask<2>& task, const Segments<T>& segments, std::int64_t line,
                                      std::int64_t segment, Best<T> best) {
  if (segments.count > 1)
    segments.bests[line * segments.count + segment] = {static_cast<Wide<T>>(best.value), best.position};
  else
    store_position(task, line, best.position);
}

/// A warp for each segment of a line.
template <bool largest, class T>
__global__ void search_along(__grid_constant__ const AxisTask<2> task, __grid_constant__ const Segments<T> segments) {
  const std::int64_t units = segments.lines * segments.count, warps = threads_of_grid() / 32;
  for (std::int64_t unit = thread_of_grid() / 32; unit < units; unit += warps) {
    const auto [line, segment] = divided(unit, segments.count);
    const std::int64_t begin = segment * segments.size, end = begin + segments.size;
    const Best<T> best = best_of<largest>(line_at<T>(task, line), task.axis_stride[1], begin + lane_index(),
                                          end < task.length ? end : task.length, 32);
    const Best<T> best_of_all = warp_reduce(best, Better<largest>{});
    if (lane_index() == 0) store(task, segments, line, segment, best_of_all);
  }
}

/// A thread for each segment of a line, neighbouring lines side by side.
template <bool largest, class T>
__global__ void search_down(__grid_constant__ const AxisTask<2> task, __grid_constant__ const Segments<T> segments) {
  const std::int64_t units = segments.lines * segments.count;
  for (std::int64_t unit = thread_of_grid(); unit < units; unit += threads_of_grid()) {
    const auto [segment, line] = divided(unit, segments.lines);
    const std::int64_t begin = segment * segments.size, end = begin + segments.size;
    store(
        task, segments, line, segment,
        best_of<largest>(line_at<T>(task, line), task.axis_stride[1], begin, end < task.length ? end : task.length, 1));
  }
}

/// A warp for each line: the best of its segments.
template <bool largest, class T>
__global__ void join_segments(__grid_constant__ const AxisTask<2> task, __grid_constant__ const Segments<T> segments) {
  const std::int64_t warps = threads_of_grid() / 32;
  for (std::int64_t line = thread_of_grid() / 32; line < segments.lines; line += warps) {
    Best<Wide<T>> best{0, -1};
    for (std::int64_t i = lane_index(); i < segments.count; i += 32)
      best = Better<largest>{}(best, segments.bests[line * segments.count + i]);
    best = warp_reduce(best, Better<largest>{});
    if (lane_index() == 0) store_position(task, line, best.position);
  }
}

template <bool largest, class T>
void arg_reduce_dtype(Context& context, const AxisTask<2>& task) {
  const auto size = [](std::int64_t stride) { return stride < 0 ? -stride : stride; };
  const std::int64_t other = task.rank > 0 ? size(task.operand[1].strides[task.rank - 1]) : 0;
  const bool is_down = (other != 0 && other < size(task.axis_stride[1])) || task.length <= 16;
  // As many segments as keep the device busy, but none shorter than is worth a unit of work.
  const std::int64_t unit_threads = is_down ? 1 : 32, shortest = is_down ? 64 : 2048;
  Segments<T> segments{positions(task, task.rank), 1, task.length, nullptr};
  const std::int64_t busy = std::int64_t{1024} * context.stream->multiprocessors();
  const std::int64_t wanted = busy / (segments.lines * unit_threads), most = task.length / shortest;
  segments.count = wanted < most ? wanted : most;
  if (segments.count < 1) segments.count = 1;
  segments.size = (task.length + segments.count - 1) / segments.count;
  segments.count = (task.length + segments.size - 1) / segments.size;
  const Scratch<Best<Wide<T>>> bests(context, segments.count > 1 ? segments.lines * segments.count : 0,
                                     "best elements");
  segments.bests = bests.data();
  const auto shape = [&](std::int64_t threads) {
    return LaunchShape{
        .grid = blocks_for(context, threads, block_threads), .block = block_threads, .stream = stream_of(context)};
  };
  if (is_down)
    launch<search_down<largest, T>>(shape(segments.lines * segments.count), task, segments);
  else
    launch<search_along<largest, T>>(shape(segments.lines * segments.count * 32), task, segments);
  if (segments.count > 1) launch<join_segments<largest, T>>(shape(segments.lines * 32), task, segments);
}

template <class T>
void arg_reduce_either(Context& context, bool largest, const AxisTask<2>& task) {
  if (largest)
    arg_reduce_dtype<true, T>(context, task);
  else
    arg_reduce_dtype<false, T>(context, task);
}

}  // namespace

void arg_reduce(Context& context, bool largest, const AxisTask<2>& task) {
  if (task.length == 0 || positions(task, task.rank) == 0) return;
  switch (task.operand[1].dtype) {
    case DType::f32: return arg_reduce_either<float>(context, largest, task);
    case DType::f64: return arg_reduce_either<double>(context, largest, task);
    case DType::i32: return arg_reduce_either<std::int32_t>(context, largest, task);
    case DType::i64: return arg_reduce_either<std::int64_t>(context, largest, task);
    case DType::u8:
    case DType::boolean: return arg_reduce_either<std::uint8_t>(context, largest, task);
  }
}

}  // namespace linden::cuda
