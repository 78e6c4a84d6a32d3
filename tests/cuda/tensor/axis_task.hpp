// For the tests of kernels along an axis: a task over memory on the CPU, and the same over its copies on the device.
#pragma once

#include "cpu/tasks.hpp"
#include "cuda/device.hpp"

namespace linden::cuda_test {

using Sizes = std::vector<std::int64_t>;

/// Other dimensions and the axis, with the strides that all operands share.
struct AxisShape {
  Sizes others, strides;
  std::int64_t length, step;

  std::int64_t lines() const {
    std::int64_t count = 1;
    for (const std::int64_t size : others) count *= size;
    return count;
  }
  /// Elements from the first to the last.
  std::size_t room() const {
    std::int64_t last = length > 0 ? (length - 1) * step : 0;
    for (std::size_t i = 0; i < others.size(); ++i) last += (others[i] > 0 ? others[i] - 1 : 0) * strides[i];
    return static_cast<std::size_t>(last) + 1;
  }
};

template <int operands>
AxisTask<operands> axis_task(const AxisShape& shape) {
  AxisTask<operands> task;
  task.rank = static_cast<std::int32_t>(shape.others.size());
  std::copy(shape.others.begin(), shape.others.end(), task.sizes);
  task.length = shape.length;
  for (int o = 0; o < operands; ++o) {
    task.axis_stride[o] = shape.step;
    std::copy(shape.strides.begin(), shape.strides.end(), task.operand[o].strides);
  }
  return task;
}

/// Dense: the axis last, or first.
inline AxisShape rows(std::int64_t lines, std::int64_t length) {
  if (lines == 1) return {{}, {}, length, 1};
  return {{lines}, {length}, length, 1};
}
inline AxisShape columns(std::int64_t lines, std::int64_t length) { return {{lines}, {1}, length, lines}; }

}  // namespace linden::cuda_test
