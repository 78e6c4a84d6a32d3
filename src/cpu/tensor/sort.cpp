// A stable sort along an axis: values, and where each came from. NaN comes last in either direction; -0.0 equals 0.0.
//
// An element becomes an unsigned key in the order wanted, with its position beside it. Short ones are merged; longer
// ones go through digit_sort (backend/math/digit_sort.hpp), or, shared by threads, through the same in chunks. The
// outcome of a stable sort is unique, so threads and chunks do not show in it.
#include "backend/math/digit_sort.hpp"
#include "backend/math/sort_key.hpp"
#include "backend/tensor/axis_walk.hpp"
#include "cpu/tensor/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t radix_length = 256;     // from here on the radix sort is faster than merging
constexpr std::int64_t run_length = 16;        // of the insertion sort below the merges
constexpr std::int64_t shared_length = 65536;  // from here on threads may share one sort
constexpr int chunks = 16;                     // of a shared sort
constexpr int digit_bits = 8, digits = 1 << digit_bits;

template <class Key>
struct Record {
  Key key, position;
};

template <class Key>
void insertion_sort(Record<Key>* records, std::int64_t count) {
  for (std::int64_t i = 1; i < count; ++i) {
    const Record<Key> moved = records[i];
    std::int64_t at = i;
    for (; at > 0 && records[at - 1].key > moved.key; --at) records[at] = records[at - 1];
    records[at] = moved;
  }
}

template <class Key>
void merge(const Record<Key>* from, Record<Key>* to, std::int64_t middle, std::int64_t count) {
  std::int64_t left = 0, right = middle;
  for (std::int64_t i = 0; i < count; ++i) {
    const bool take_left = right == count || (left < middle && from[left].key <= from[right].key);
    to[i] = from[take_left ? left : right];
    left += take_left;
    right += !take_left;
  }
}

/// Sorts `records`; returns where they are in the end: there or in `other`.
template <class Key>
Record<Key>* merge_sort(Record<Key>* records, Record<Key>* other, std::int64_t count) {
  for (std::int64_t begin = 0; begin < count; begin += run_length)
    insertion_sort(records + begin, begin + run_length < count ? run_length : count - begin);
  for (std::int64_t width = run_length; width < count; width *= 2) {
    for (std::int64_t begin = 0; begin < count; begin += 2 * width) {
      const std::int64_t left = count - begin;
      merge(records + begin, other + begin, left < width ? left : width, left < 2 * width ? left : 2 * width);
    }
    Record<Key>* const sorted = other;
    other = records;
    records = sorted;
  }
  return records;
}

/// Every chunk counts its digits, and moves its records behind those of the chunks before it.
template <class Key>
Record<Key>* shared_radix_sort(Workers& workers, Record<Key>* records, Record<Key>* other, std::int64_t count) {
  const std::int64_t size = (count + chunks - 1) / chunks;
  Key counts[chunks][digits];
  for (unsigned shift = 0; shift < 8 * sizeof(Key); shift += 8) {
    __builtin_memset(counts, 0, sizeof counts);
    workers.chunks(count, size, [&](std::int64_t begin, std::int64_t end, std::int64_t chunk, int) {
      for (std::int64_t i = begin; i < end; ++i) ++counts[chunk][records[i].key >> shift & 0xff];
    });
    bool shared = false;
    Key before = 0;
    for (int digit = 0; digit < digits; ++digit) {
      const Key first = before;
      for (int chunk = 0; chunk < chunks; ++chunk) {
        const Key here = counts[chunk][digit];
        counts[chunk][digit] = before;
        before += here;
      }
      shared |= static_cast<std::int64_t>(before - first) == count;
    }
    if (shared) continue;
    workers.chunks(count, size, [&](std::int64_t begin, std::int64_t end, std::int64_t chunk, int) {
      Key* const place = counts[chunk];
      for (std::int64_t i = begin; i < end; ++i) other[place[records[i].key >> shift & 0xff]++] = records[i];
    });
    Record<Key>* const sorted = other;
    other = records;
    records = sorted;
  }
  return records;
}

/// One position of the other dimensions.
template <class T>
struct Line {
  T* values;
  std::int64_t* indices;
  const T* in;
  std::int64_t value_stride, index_stride, in_stride;

  Line(const AxisTask<3>& task, std::int64_t position)
      : value_stride(task.axis_stride[0]), index_stride(task.axis_stride[1]), in_stride(task.axis_stride[2]) {
    const Offsets<3> offsets = offsets_at(task, task.rank, position);
    values = static_cast<T*>(task.operand[0].data) + offsets.of[0];
    indices = static_cast<std::int64_t*>(task.operand[1].data) + offsets.of[1];
    in = static_cast<const T*>(task.operand[2].data) + offsets.of[2];
  }

  template <class Key>
  void read(Order<T> order, Record<Key>* records, std::int64_t begin, std::int64_t end) const {
    for (std::int64_t i = begin; i < end; ++i) records[i] = {order.key(in[i * in_stride]), static_cast<Key>(i)};
  }
  template <class Key>
  void write(Order<T> order, const Record<Key>* records, std::int64_t begin, std::int64_t end) const {
    using Bits = typename Order<T>::Bits;
    for (std::int64_t i = begin; i < end; ++i) {
      const auto position = static_cast<std::int64_t>(records[i].position);
      values[i * value_stride] = order.value(static_cast<Bits>(records[i].key), in[position * in_stride]);
      indices[i * index_stride] = position;
    }
  }
};

template <class T, class Key>
void sort_as(Context& context, bool descending, const AxisTask<3>& task, void* scratch) {
  const std::int64_t count = positions(task, task.rank), length = task.length;
  const Order<T> order{descending};
  const auto records_of = [&](int worker) {
    return reinterpret_cast<Record<Key>*>(static_cast<char*>(scratch) + worker * sort_scratch(length));
  };
  if (length >= shared_length && count < chunks) {
    Record<Key>* const records = records_of(0);
    const std::int64_t size = (length + chunks - 1) / chunks;
    for (std::int64_t position = 0; position < count; ++position) {
      const Line<T> line(task, position);
      context.workers.chunks(length, size, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
        line.read(order, records, begin, end);
      });
      const Record<Key>* const sorted = shared_radix_sort(context.workers, records, records + length, length);
      context.workers.chunks(length, size, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
        line.write(order, sorted, begin, end);
      });
    }
    return;
  }
  const std::int64_t lines = 2048 / length;
  context.workers.chunks(
      count, lines > 0 ? lines : 1, [&](std::int64_t begin, std::int64_t end, std::int64_t, int worker) {
        Record<Key>* const records = records_of(worker);
        for (std::int64_t position = begin; position < end; ++position) {
          const Line<T> line(task, position);
          line.read(order, records, 0, length);
          Record<Key>* const other = records + length;
          const Record<Key>* const sorted =
              length < radix_length
                  ? merge_sort(records, other, length)
                  : digit_sort<digit_bits, Key>(records, other, length, [](const Record<Key>& r) { return r.key; });
          line.write(order, sorted, 0, length);
        }
      });
}

/// Half the memory where positions and keys fit in 32 bits.
template <class T>
void sort_narrow(Context& context, bool descending, const AxisTask<3>& task, void* scratch) {
  if (task.length < (std::int64_t{1} << 32))
    sort_as<T, std::uint32_t>(context, descending, task, scratch);
  else
    sort_as<T, std::uint64_t>(context, descending, task, scratch);
}

}  // namespace

void sort(Context& context, bool descending, const AxisTask<3>& task, void* scratch) {
  if (task.length == 0) return;
  switch (task.operand[2].dtype) {
    case DType::f32: return sort_narrow<float>(context, descending, task, scratch);
    case DType::f64: return sort_as<double, std::uint64_t>(context, descending, task, scratch);
    case DType::i32: return sort_narrow<std::int32_t>(context, descending, task, scratch);
    case DType::i64: return sort_as<std::int64_t, std::uint64_t>(context, descending, task, scratch);
    case DType::u8:
    case DType::boolean: return sort_narrow<std::uint8_t>(context, descending, task, scratch);
  }
}

LINDEN_LEVEL_END
}  // namespace linden
