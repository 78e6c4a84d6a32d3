// out[index[i]] += in[i] along an axis, i in ascending order, for every position of the other dimensions.
//
// Only the other dimensions are shared between threads, so each element of `out` has one writer and one order. Whole
// numbers wrap around: they are added as unsigned.
#include "backend/tensor/axis_walk.hpp"
#include "cpu/tensor/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t task_elements = 32768;  // fewer are not worth waking a thread
constexpr std::int64_t segment_elements = 32;  // of an inner loop: several lines of the cache

template <class T>
void along_axis(const AxisTask<3>& task, const IndexedMemory<T>& at) {
  const std::int64_t out = task.axis_stride[0], index = task.axis_stride[1], in = task.axis_stride[2];
  for (std::int64_t i = 0; i < task.length; ++i) at.out[at.index[i * index] * out] += at.in[i * in];
}

/// Positions [begin, end) of the last of the other dimensions, element by element of the axis.
template <class T>
void across_axis(const AxisTask<3>& task, const IndexedMemory<T>& at, std::int64_t begin, std::int64_t end) {
  const std::int32_t last = task.rank - 1;
  const std::int64_t out = task.operand[0].strides[last], index = task.operand[1].strides[last],
                     in = task.operand[2].strides[last], axis = task.axis_stride[0];
  for (std::int64_t i = 0; i < task.length; ++i) {
    const std::int64_t* to = at.index + i * task.axis_stride[1];
    const T* __restrict source = at.in + i * task.axis_stride[2];
    if (index != 0) {
      for (std::int64_t j = begin; j < end; ++j) at.out[to[j * index] * axis + j * out] += source[j * in];
    } else if (out == 1 && in == 1) {
      T* __restrict target = at.out + *to * axis;
      for (std::int64_t j = begin; j < end; ++j) target[j] += source[j];
    } else {
      T* __restrict target = at.out + *to * axis;
      for (std::int64_t j = begin; j < end; ++j) target[j * out] += source[j * in];
    }
  }
}

template <class T>
void scatter_add_as(Context& context, const AxisTask<3>& task) {
  const bool across = axis_is_outer(task);
  const std::int32_t rank = across ? task.rank - 1 : task.rank;
  const std::int64_t loops = positions(task, rank);
  const std::int64_t inner = across ? task.sizes[task.rank - 1] : 1;
  if (task.length == 0 || inner == 0 || loops == 0) return;
  // Few long loops: the inner one is cut as well.
  const bool whole = !across || loops * inner * task.length < 2 * task_elements;
  const std::int64_t segment = whole || inner < segment_elements ? inner : segment_elements;
  const std::int64_t segments = (inner + segment - 1) / segment;
  const std::int64_t units = task_elements / (segment * task.length);
  context.workers.chunks(loops * segments, units > 0 ? units : 1,
                         [&](std::int64_t first, std::int64_t last, std::int64_t, int) {
                           for (std::int64_t unit = first; unit < last; ++unit) {
                             const IndexedMemory<T> at(task, offsets_at(task, rank, unit / segments));
                             if (!across) {
                               along_axis(task, at);
                               continue;
                             }
                             const std::int64_t begin = unit % segments * segment;
                             across_axis(task, at, begin, begin + segment < inner ? begin + segment : inner);
                           }
                         });
}

}  // namespace

void scatter_add(Context& context, const AxisTask<3>& task) {
  switch (task.operand[0].dtype) {
    case DType::f32: return scatter_add_as<float>(context, task);
    case DType::f64: return scatter_add_as<double>(context, task);
    case DType::i32: return scatter_add_as<std::uint32_t>(context, task);
    case DType::i64: return scatter_add_as<std::uint64_t>(context, task);
    case DType::u8:
    case DType::boolean: return;  // the ops refuse them
  }
}

LINDEN_LEVEL_END
}  // namespace linden
