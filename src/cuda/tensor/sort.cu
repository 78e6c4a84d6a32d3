// A stable sort along an axis: values, and where each came from. NaN comes last in either direction; -0.0 equals 0.0.
//
// Elements become the unsigned keys of backend/math/sort_key.hpp, each with its position. Lines of up to 2048 elements
// are sorted in shared memory, several to a block (a network of exchanges: positions break ties, so it is stable);
// longer ones by radix_sort.hpp. The scratch that the table hands over is the CPU's: here memory comes from the pool.
#include "backend/math/sort_key.hpp"
#include "cuda/tensor/nest.hpp"
#include "cuda/runtime/radix_sort.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tensor/steps.hpp"

namespace linden::cuda {
namespace {

constexpr std::int64_t short_line = 2048, least_tile = 512;

/// Keys as records have them.
template <class T>
using KeyOf = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;

/// A key and its position, in the order of both; no gap between them.
template <class Key>
struct Record {
  Key key, position;

  __device__ __forceinline__ bool is_behind(const Record& other) const {
    return key != other.key ? key > other.key : position > other.position;
  }
};

template <class T>
struct Line {
  T* values;
  std::int64_t* indices;
  const T* in;
  std::int64_t value_stride, index_stride, in_stride;

  __device__ __forceinline__ Line(const AxisTask<3>& task, std::int64_t line)
      : value_stride(task.axis_stride[0]), index_stride(task.axis_stride[1]), in_stride(task.axis_stride[2]) {
    const Offsets<3> offsets = offsets_at(task, task.rank, line);
    values = static_cast<T*>(task.operand[0].data) + offsets.of[0];
    indices = static_cast<std::int64_t*>(task.operand[1].data) + offsets.of[1];
    in = static_cast<const T*>(task.operand[2].data) + offsets.of[2];
  }

  __device__ __forceinline__ void store(Order<T> order, std::int64_t i, KeyOf<T> key, std::int64_t position) const {
    values[i * value_stride] = order.value(static_cast<typename Order<T>::Bits>(key), in[position * in_stride]);
    indices[i * index_stride] = position;
  }
};

/// Two elements for each thread: as many lines as fit, each filled up to `width`, a power of two.
template <class T>
__global__ void __launch_bounds__(short_line / 2)
    sort_short(__grid_constant__ const AxisTask<3> task, std::int64_t lines, unsigned width, Order<T> order,
               bool across) {
  LINDEN_DYNAMIC_SHARED(records, Record<KeyOf<T>>);
  const unsigned tile = 2 * blockDim.x, height = tile / width;
  const std::int64_t first = std::int64_t{blockIdx.x} * height;
  // Neighbouring threads take what is near in memory: along the axis, or line after line.
  const auto row_of = [&](unsigned e) { return across ? e % height : e / width; };
  const auto column_of = [&](unsigned e) { return across ? e / height : e % width; };
  const auto exists = [&](unsigned e) { return first + row_of(e) < lines && column_of(e) < task.length; };
  for (unsigned e = threadIdx.x; e < tile; e += blockDim.x) {
    const unsigned i = column_of(e);
    Record<KeyOf<T>> record{Order<T>::nan_key, i};  // what fills up comes last
    if (exists(e)) {
      const Line<T> line(task, first + row_of(e));
      record.key = order.key(line.in[i * line.in_stride]);
    }
    records[row_of(e) * width + i] = record;
  }
  __syncthreads();
  for (unsigned size = 2; size <= width; size *= 2)
    for (unsigned step = size / 2; step > 0; step /= 2) {
      const unsigned left = 2 * threadIdx.x - (threadIdx.x & (step - 1)), right = left + step;
      const Record<KeyOf<T>> a = records[left], b = records[right];
      const bool ascends = (left & (width - 1) & size) == 0;
      if (a.is_behind(b) == ascends) {
        records[left] = b;
        records[right] = a;
      }
      __syncthreads();
    }
  for (unsigned e = threadIdx.x; e < tile; e += blockDim.x)
    if (exists(e)) {
      const Record<KeyOf<T>> record = records[row_of(e) * width + column_of(e)];
      Line<T>(task, first + row_of(e)).store(order, column_of(e), record.key, record.position);
    }
}

/// Lines [first, first + records.lines) of the task as records.
template <class T, class Key>
__global__ void read_lines(__grid_constant__ const AxisTask<3> task, std::int64_t first, Order<T> order,
                           __grid_constant__ const RadixRecords<Key> records) {
  for (std::int64_t n = thread_of_grid(); n < records.lines * records.length; n += threads_of_grid()) {
    const auto [number, i] = divided(n, records.length);
    const Line<T> line(task, first + number);
    records.keys[n] = order.key(line.in[i * line.in_stride]);
    records.positions[n] = unsigned(i);
  }
}

template <class T, class Key>
__global__ void write_lines(__grid_constant__ const AxisTask<3> task, std::int64_t first, Order<T> order,
                            __grid_constant__ const RadixRecords<Key> records) {
  for (std::int64_t n = thread_of_grid(); n < records.lines * records.length; n += threads_of_grid()) {
    const auto [number, i] = divided(n, records.length);
    Line<T>(task, first + number).store(order, i, records.keys[n], records.positions[n]);
  }
}

template <class T>
void sort_short_lines(Context& context, const AxisTask<3>& task, std::int64_t lines, Order<T> order) {
  unsigned width = 1;
  while (width < task.length) width *= 2;
  const unsigned tile = width < least_tile ? unsigned(least_tile) : width;
  const std::int64_t height = tile / width;
  launch<sort_short<T>>({.grid = unsigned((lines + height - 1) / height),
                         .block = tile / 2,
                         .shared = tile * sizeof(Record<KeyOf<T>>),
                         .stream = stream_of(context)},
                        task, lines, width, order, axis_is_outer(task));
}

template <class T>
void sort_long_lines(Context& context, const AxisTask<3>& task, std::int64_t lines, Order<T> order) {
  using Key = KeyOf<T>;
  check_radix_length("sort", task.length);
  const std::int64_t together = radix_lines_together(task.length);
  for (std::int64_t first = 0; first < lines; first += together) {
    const std::int64_t count = lines - first < together ? lines - first : together;
    RadixSort<Key> sorted(context, count, task.length);
    const LaunchShape shape{
        .grid = blocks_for(context, count * task.length, 256), .block = 256, .stream = stream_of(context)};
    launch<read_lines<T, Key>>(shape, task, first, order, sorted.records());
    sorted.run(context, 8 * sizeof(T));
    launch<write_lines<T, Key>>(shape, task, first, order, sorted.records());
  }
}

template <class T>
void sort_dtype(Context& context, bool descending, const AxisTask<3>& task) {
  const std::int64_t lines = positions(task, task.rank);
  if (lines == 0) return;
  if (task.length <= short_line)
    sort_short_lines<T>(context, task, lines, {descending});
  else
    sort_long_lines<T>(context, task, lines, {descending});
}

}  // namespace

void sort(Context& context, bool descending, const AxisTask<3>& task, void*) {
  if (task.length == 0) return;
  switch (task.operand[2].dtype) {
    case DType::f32: return sort_dtype<float>(context, descending, task);
    case DType::f64: return sort_dtype<double>(context, descending, task);
    case DType::i32: return sort_dtype<std::int32_t>(context, descending, task);
    case DType::i64: return sort_dtype<std::int64_t>(context, descending, task);
    case DType::u8:
    case DType::boolean: return sort_dtype<std::uint8_t>(context, descending, task);
  }
}

}  // namespace linden::cuda
