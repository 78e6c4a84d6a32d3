// Running sums along an axis: one addition after the other from its beginning, so the order is plain.
//
// f32 runs in double and is rounded on store; f64 runs in double; i32 and i64 (u8 and boolean too, modulo their bytes)
// wrap. Positions are independent: where another dimension is denser than the axis, loops run along that one.
#include "cpu/tensor/strided.hpp"
#include "cpu/tensor/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t strip_columns = 256;
constexpr std::int64_t grain = 16384;

/// `columns` neighbouring positions of the last dimension (1 if there is none), from `first`.
template <class T, class Sum>
void strip(const AxisTask<2>& task, std::int64_t row, std::int64_t first, std::int64_t columns) {
  const std::int32_t last = task.rank > 0 ? task.rank - 1 : 0;
  const Operand& to = task.operand[0];
  const Operand& from = task.operand[1];
  const std::int64_t out_step = to.strides[last], in_step = from.strides[last];
  T* out = static_cast<T*>(to.data) + offset_of(row, task.sizes, to.strides, 0, last) + first * out_step;
  const T* in = static_cast<const T*>(from.data) + offset_of(row, task.sizes, from.strides, 0, last) + first * in_step;
  const std::int64_t out_axis = task.axis_stride[0], in_axis = task.axis_stride[1];
  if (columns == 1) {
    Sum sum = 0;
    for (std::int64_t i = 0; i < task.length; ++i) {
      sum += static_cast<Sum>(in[i * in_axis]);
      out[i * out_axis] = static_cast<T>(sum);
    }
    return;
  }
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
  const auto size = [](std::int64_t stride) { return stride < 0 ? -stride : stride; };
  const std::int32_t last = task.rank - 1;
  const std::int64_t rows = positions(task.sizes, 0, last), columns = task.rank > 0 ? task.sizes[last] : 1;
  const bool is_along = task.rank == 0 || size(task.axis_stride[0]) <= size(task.operand[0].strides[last]);
  const std::int64_t width = is_along ? 1 : strip_columns, strips = (columns + width - 1) / width;
  const auto pieces = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t first = i % strips * width;
      strip<T, Sum>(task, i / strips, first, lesser(width, columns - first));
    }
  };
  if (rows * columns * task.length <= grain) return pieces(0, rows * strips);
  const std::int64_t together = larger(1, grain / 2 / (task.length * lesser(width, columns)));
  context.workers.chunks(rows * strips, together,
                         [&](std::int64_t begin, std::int64_t end, std::int64_t, int) { pieces(begin, end); });
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
