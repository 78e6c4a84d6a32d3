// out[index[i]] += in[i] along an axis, for every position of the other dimensions, with the CPU's bytes: what goes to
// one element is added in ascending i.
//
// Whole numbers wrap around, so their order does not matter: atomics on unsigned words. Floating numbers: a short axis,
// or one of many lines, is walked by a thread for each line. Else positions are sorted by index, once for all lines
// that share it, and a thread for each element of `out` that is met adds what belongs to it.
#include "cuda/tensor/nest.hpp"
#include "cuda/runtime/radix_sort.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tensor/steps.hpp"

namespace linden::cuda {
namespace {

constexpr std::int64_t short_axis = 64, very_many_lines = 131072;
constexpr int index_bits = 40;  // 2^40 elements are more than any device has room for
constexpr int batch = 8;        // loads under way

template <class T>
__global__ void add_whole(__grid_constant__ const AxisTask<3> task, std::int64_t lines, bool across) {
  const std::int64_t width = across ? task.sizes[task.rank - 1] : 1, loop = task.length * width;
  for (std::int64_t n = thread_of_grid(); n < lines * task.length; n += threads_of_grid()) {
    const auto [outer, inside] = divided(n, loop);
    const auto [i, j] = divided(inside, width);
    const IndexedMemory<T> at(task, offsets_at(task, task.rank, outer * width + j));
    atomicAdd(at.out + at.index[i * task.axis_stride[1]] * task.axis_stride[0], at.in[i * task.axis_stride[2]]);
  }
}

/// A thread for each line.
template <class T>
__global__ void walk_lines(__grid_constant__ const AxisTask<3> task, std::int64_t lines) {
  for (std::int64_t line = thread_of_grid(); line < lines; line += threads_of_grid()) {
    const IndexedMemory<T> at(task, offsets_at(task, task.rank, line));
    for (std::int64_t first = 0; first < task.length; first += batch) {
      std::int64_t to[batch];
      T x[batch];
#pragma unroll
      for (int u = 0; u < batch; ++u) {
        const std::int64_t i = first + u < task.length ? first + u : first;
        to[u] = at.index[i * task.axis_stride[1]] * task.axis_stride[0];
        x[u] = at.in[i * task.axis_stride[2]];
      }
#pragma unroll
      for (int u = 0; u < batch; ++u)
        if (first + u < task.length) at.out[to[u]] += x[u];
    }
  }
}

/// Lines [first, first + records.lines) of the index as records; they are the first dimensions of the task.
__global__ void read_index(__grid_constant__ const AxisTask<3> task, std::int32_t rank, std::int64_t first,
                           __grid_constant__ const RadixRecords<std::uint64_t> records) {
  for (std::int64_t n = thread_of_grid(); n < records.lines * records.length; n += threads_of_grid()) {
    const auto [line, i] = divided(n, records.length);
    const std::int64_t offset = offset_at(first + line, task.sizes, task.operand[1].strides, rank);
    const auto* const index = static_cast<const std::int64_t*>(task.operand[1].data) + offset;
    records.keys[n] = static_cast<std::uint64_t>(index[i * task.axis_stride[1]]);
    records.positions[n] = unsigned(i);
  }
}

/// A thread for each record of a line of the index and each of the `sharing` lines that have it: the first record of an
/// index adds all that follow with the same.
template <class T>
__global__ void add_sorted(__grid_constant__ const AxisTask<3> task, std::int64_t first, std::int64_t sharing,
                           __grid_constant__ const RadixRecords<std::uint64_t> records) {
  const std::int64_t length = records.length;
  for (std::int64_t n = thread_of_grid(); n < records.lines * length * sharing; n += threads_of_grid()) {
    const auto [record, lane] = divided(n, sharing);
    const auto [line, begin] = divided(record, length);
    const std::uint64_t* const keys = records.keys_of(line);
    const std::uint64_t key = keys[begin];
    if (begin > 0 && keys[begin - 1] == key) continue;
    const unsigned* const positions = records.positions_of(line);
    const IndexedMemory<T> at(task, offsets_at(task, task.rank, (first + line) * sharing + lane));
    T* const out = at.out + static_cast<std::int64_t>(key) * task.axis_stride[0];
    T sum = *out;
    for (std::int64_t k = begin; k < length && keys[k] == key; k += batch) {
      T x[batch];
      bool is_mine[batch];
#pragma unroll
      for (int u = 0; u < batch; ++u) {
        is_mine[u] = k + u < length && keys[k + u] == key;
        x[u] = is_mine[u] ? at.in[positions[k + u] * task.axis_stride[2]] : T(0);
      }
#pragma unroll
      for (int u = 0; u < batch; ++u)
        if (is_mine[u]) sum += x[u];
    }
    *out = sum;
  }
}

/// Puts the dimensions along which the index changes first; returns how many they are.
std::int32_t index_dimensions_first(AxisTask<3>& task) {
  const AxisTask<3> before = task;
  std::int32_t rank = 0, changing = 0;
  for (const bool changes : {true, false})
    for (std::int32_t d = 0; d < task.rank; ++d) {
      if ((before.operand[1].strides[d] != 0) != changes) continue;
      task.sizes[rank] = before.sizes[d];
      for (int o = 0; o < 3; ++o) task.operand[o].strides[rank] = before.operand[o].strides[d];
      ++rank;
      changing += changes;
    }
  return changing;
}

template <class T>
void add_floating(Context& context, const AxisTask<3>& before) {
  AxisTask<3> task = before;
  const auto shape = [&](std::int64_t threads) {
    return LaunchShape{.grid = blocks_for(context, threads, 256), .block = 256, .stream = stream_of(context)};
  };
  const std::int64_t lines = positions(task, task.rank), length = task.length;
  const std::int32_t rank = index_dimensions_first(task);
  const std::int64_t indices = positions(task, rank), sharing = lines / indices;
  // The walk takes its time for each element of the axis, the sort for each line of the index.
  if (length <= short_axis + indices || lines >= very_many_lines) {
    launch<walk_lines<T>>(shape(lines), before, lines);
    return;
  }
  check_radix_length("scatter_add", length);
  const std::int64_t together = radix_lines_together(length);
  for (std::int64_t first = 0; first < indices; first += together) {
    const std::int64_t count = indices - first < together ? indices - first : together;
    RadixSort<std::uint64_t> sorted(context, count, length);
    launch<read_index>(shape(count * length), task, rank, first, sorted.records());
    sorted.run(context, index_bits);
    launch<add_sorted<T>>(shape(count * length * sharing), task, first, sharing, sorted.records());
  }
}

template <class T>
void add_unsigned(Context& context, const AxisTask<3>& task) {
  const std::int64_t lines = positions(task, task.rank);
  launch<add_whole<T>>(
      {.grid = blocks_for(context, lines * task.length, 256), .block = 256, .stream = stream_of(context)}, task, lines,
      axis_is_outer(task));
}

}  // namespace

void scatter_add(Context& context, const AxisTask<3>& task) {
  if (task.length == 0 || positions(task, task.rank) == 0) return;
  switch (task.operand[0].dtype) {
    case DType::f32: return add_floating<float>(context, task);
    case DType::f64: return add_floating<double>(context, task);
    case DType::i32: return add_unsigned<unsigned>(context, task);
    case DType::i64: return add_unsigned<unsigned long long>(context, task);
    case DType::u8:
    case DType::boolean: return;  // the ops refuse them
  }
}

}  // namespace linden::cuda
