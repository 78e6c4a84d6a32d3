// out[i] = in[index[i]] along an axis, for every position of the other dimensions. Bytes are moved, so that only the
// size of an element matters.
//
// The inner loop is the dimension in which `out` lies closest: rows of a row-major matrix are copied whole.
#include "backend/tensor/axis_walk.hpp"
#include "cpu/tensor/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t segment_elements = 8192;  // of an inner loop; longer ones are shared between threads
constexpr std::int64_t task_elements = 32768;    // fewer are not worth waking a thread

/// Elements [begin, end) along the axis.
template <class T>
void along_axis(const AxisTask<3>& task, const IndexedMemory<T>& at, std::int64_t begin, std::int64_t end) {
  const std::int64_t out = task.axis_stride[0], index = task.axis_stride[1], in = task.axis_stride[2];
  if (out == 1 && index == 1 && in == 1) {
    for (std::int64_t i = begin; i < end; ++i) at.out[i] = at.in[at.index[i]];
  } else {
    for (std::int64_t i = begin; i < end; ++i) at.out[i * out] = at.in[at.index[i * index] * in];
  }
}

/// Element i of the axis, positions [begin, end) of the last of the other dimensions.
template <class T>
void across_axis(const AxisTask<3>& task, const IndexedMemory<T>& row, std::int64_t i, std::int64_t begin,
                 std::int64_t end) {
  const std::int32_t last = task.rank - 1;
  const std::int64_t out = task.operand[0].strides[last], index = task.operand[1].strides[last],
                     in = task.operand[2].strides[last], axis = task.axis_stride[2];
  T* to = row.out + i * task.axis_stride[0];
  const std::int64_t* from = row.index + i * task.axis_stride[1];
  if (index != 0) {
    for (std::int64_t j = begin; j < end; ++j) to[j * out] = row.in[from[j * index] * axis + j * in];
  } else if (out == 1 && in == 1) {
    __builtin_memcpy(to + begin, row.in + *from * axis + begin, static_cast<std::size_t>(end - begin) * sizeof(T));
  } else {
    const T* source = row.in + *from * axis;
    for (std::int64_t j = begin; j < end; ++j) to[j * out] = source[j * in];
  }
}

template <class T>
void gather_as(Context& context, const AxisTask<3>& task) {
  const bool across = axis_is_outer(task);
  const std::int32_t rank = across ? task.rank - 1 : task.rank;
  const std::int64_t inner = across ? task.sizes[task.rank - 1] : task.length;
  const std::int64_t loops = positions(task, rank) * (across ? task.length : 1);
  if (inner == 0 || loops == 0) return;
  const std::int64_t segment = inner < segment_elements ? inner : segment_elements;
  const std::int64_t segments = (inner + segment - 1) / segment;
  context.workers.chunks(loops * segments, task_elements / segment,
                         [&](std::int64_t first, std::int64_t last, std::int64_t, int) {
                           for (std::int64_t unit = first; unit < last; ++unit) {
                             const std::int64_t loop = segments == 1 ? unit : unit / segments;
                             const std::int64_t begin = segments == 1 ? 0 : unit % segments * segment;
                             const std::int64_t end = begin + segment < inner ? begin + segment : inner;
                             if (across) {
                               const std::int64_t outer = rank == 0 ? 0 : loop / task.length;
                               const IndexedMemory<T> row(task, offsets_at(task, rank, outer));
                               across_axis(task, row, loop - outer * task.length, begin, end);
                             } else {
                               along_axis(task, IndexedMemory<T>(task, offsets_at(task, rank, loop)), begin, end);
                             }
                           }
                         });
}

}  // namespace

void gather(Context& context, const AxisTask<3>& task) {
  switch (task.operand[0].dtype) {
    case DType::f32:
    case DType::i32: return gather_as<std::uint32_t>(context, task);
    case DType::f64:
    case DType::i64: return gather_as<std::uint64_t>(context, task);
    case DType::u8:
    case DType::boolean: return gather_as<std::uint8_t>(context, task);
  }
}

LINDEN_LEVEL_END
}  // namespace linden
