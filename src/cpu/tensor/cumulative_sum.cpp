// Running sums along an axis: one addition after the other from its beginning, so the order is plain.
//
// f32 runs in double and is rounded on store; f64 runs in double; i32 and i64 (u8 and boolean too, modulo their bytes)
// wrap. Lines are independent: several run side by side, and where another dimension is denser than the axis, loops run
// along that one.
#include "cpu/tensor/strided.hpp"
#include "cpu/tensor/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t strip_columns = 256;
constexpr std::int64_t grain = 16384;

/// Where line `number` of the other dimensions begins.
std::int64_t line_offset(const AxisTask<2>& task, int operand, std::int64_t number) {
  return offset_of(number, task.sizes, task.operand[operand].strides, 0, task.rank);
}

/// Lines number first, first + 1, ...: a sum waits for the one before it, so that several at a time cost as much as
/// one. Block by block, so that conversions are made for many elements at once.
template <int lines, class T, class Sum>
void along(const AxisTask<2>& task, std::int64_t first) {
  constexpr std::int64_t block = 128;
  const std::int64_t out_step = task.axis_stride[0], in_step = task.axis_stride[1];
  T* out[lines];
  const T* in[lines];
  for (int l = 0; l < lines; ++l) {
    out[l] = static_cast<T*>(task.operand[0].data) + line_offset(task, 0, first + l);
    in[l] = static_cast<const T*>(task.operand[1].data) + line_offset(task, 1, first + l);
  }
  Sum sums[lines] = {};
  if constexpr (__is_same(T, Sum)) {
    for (std::int64_t i = 0; i < task.length; ++i)
      for (int l = 0; l < lines; ++l) out[l][i * out_step] = sums[l] += in[l][i * in_step];
    return;
  }
  Sum room[lines][block];
  for (std::int64_t begin = 0; begin < task.length; begin += block) {
    const std::int64_t count = lesser(block, task.length - begin);
    for (int l = 0; l < lines; ++l) {
      const T* x = in[l] + begin * in_step;
      if (in_step == 1)
        for (std::int64_t i = 0; i < count; ++i) room[l][i] = static_cast<Sum>(x[i]);
      else
        for (std::int64_t i = 0; i < count; ++i) room[l][i] = static_cast<Sum>(x[i * in_step]);
    }
    for (std::int64_t i = 0; i < count; ++i)
      for (int l = 0; l < lines; ++l) room[l][i] = sums[l] += room[l][i];
    for (int l = 0; l < lines; ++l) {
      T* y = out[l] + begin * out_step;
      if (out_step == 1)
        for (std::int64_t i = 0; i < count; ++i) y[i] = static_cast<T>(room[l][i]);
      else
        for (std::int64_t i = 0; i < count; ++i) y[i * out_step] = static_cast<T>(room[l][i]);
    }
  }
}

/// `columns` neighbouring positions of the last dimension, from `first`.
template <class T, class Sum>
void strip(const AxisTask<2>& task, std::int64_t row, std::int64_t first, std::int64_t columns) {
  const std::int32_t last = task.rank - 1;
  const Operand& to = task.operand[0];
  const Operand& from = task.operand[1];
  const std::int64_t out_step = to.strides[last], in_step = from.strides[last];
  T* out = static_cast<T*>(to.data) + offset_of(row, task.sizes, to.strides, 0, last) + first * out_step;
  const T* in = static_cast<const T*>(from.data) + offset_of(row, task.sizes, from.strides, 0, last) + first * in_step;
  const std::int64_t out_axis = task.axis_stride[0], in_axis = task.axis_stride[1];
  Sum sums[strip_columns] = {};
  for (std::int64_t i = 0; i < task.length; ++i) {
    const T* __restrict x = in + i * in_axis;
    T* __restrict y = out + i * out_axis;
    if (in_step == 1 && out_step == 1) {
      for (std::int64_t c = 0; c < columns; ++c) {
        sums[c] += static_cast<Sum>(x[c]);
        y[c] = static_cast<T>(sums[c]);
      }
    } else {
      for (std::int64_t c = 0; c < columns; ++c) {
        sums[c] += static_cast<Sum>(x[c * in_step]);
        y[c * out_step] = static_cast<T>(sums[c]);
      }
    }
  }
}

template <class T, class Sum>
void cumulative_sum_dtype(Context& context, const AxisTask<2>& task) {
  constexpr int together = __is_same(T, Sum) ? 1 : 4;  // without conversions the lines follow fast enough
  const auto size = [](std::int64_t stride) { return stride < 0 ? -stride : stride; };
  const std::int32_t last = task.rank - 1;
  const std::int64_t rows = positions(task.sizes, 0, last), columns = task.rank > 0 ? task.sizes[last] : 1;
  const bool is_along = task.rank == 0 || size(task.axis_stride[0]) <= size(task.operand[0].strides[last]);
  const std::int64_t width = is_along ? together : strip_columns, across = is_along ? rows * columns : columns;
  const std::int64_t strips = (across + width - 1) / width, pieces = is_along ? strips : rows * strips;
  const auto run = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t first = i % strips * width, count = lesser(width, across - first);
      if (!is_along)
        strip<T, Sum>(task, i / strips, first, count);
      else if (count == together)
        along<together, T, Sum>(task, first);
      else
        for (std::int64_t line = first; line < first + count; ++line) along<1, T, Sum>(task, line);
    }
  };
  if (rows * columns * task.length <= grain) return run(0, pieces);
  const std::int64_t each = larger(1, grain / 2 / (task.length * lesser(width, across)));
  context.workers.chunks(pieces, each,
                         [&](std::int64_t begin, std::int64_t end, std::int64_t, int) { run(begin, end); });
}

}  // namespace

void cumulative_sum(Context& context, const AxisTask<2>& task) {
  if (task.length == 0 || positions(task.sizes, 0, task.rank) == 0) return;
  switch (task.operand[1].dtype) {
    case DType::f32: return cumulative_sum_dtype<float, double>(context, task);
    case DType::f64: return cumulative_sum_dtype<double, double>(context, task);
    case DType::i32: return cumulative_sum_dtype<std::int32_t, std::uint32_t>(context, task);
    case DType::i64: return cumulative_sum_dtype<std::int64_t, std::uint64_t>(context, task);
    case DType::u8:
    case DType::boolean: return cumulative_sum_dtype<std::uint8_t, std::uint32_t>(context, task);
  }
}

LINDEN_LEVEL_END
}  // namespace linden
