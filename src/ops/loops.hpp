// From tensors to the loop nests of the seam: broadcasting, and as few dimensions as memory allows.
#pragma once

#include <array>
#include <initializer_list>
#include <linden/tensor.hpp>
#include <span>

#include "backend/tensor_kernels.hpp"

namespace linden {

/// NumPy's rule: sizes are aligned at the end, and 1 (or nothing) meets any size. Throws ShapeError naming `op`.
Shape broadcast_shapes(const char* op, std::span<const Tensor* const> operands);
inline Shape broadcast_shapes(const char* op, std::initializer_list<const Tensor*> operands) {
  return broadcast_shapes(op, std::span(operands.begin(), operands.size()));
}

/// Strides of `t` under a shape that it broadcasts to: 0 where it repeats.
Shape broadcast_strides(const Tensor& t, const Shape& shape);

namespace detail {

/// Fills rank, sizes and strides: dimensions of size 1 dropped, sorted by the strides of operand 0, neighbours merged.
void fill_loops(const Shape& shape, const Tensor* const* tensors, int count, std::int32_t& rank, std::int64_t* sizes,
                Operand* operands);

}  // namespace detail

/// The nest over `shape` (that of the output, operand 0).
template <std::size_t count>
ElementwiseTask<static_cast<int>(count)> loops(const Shape& shape, const std::array<const Tensor*, count>& tensors) {
  ElementwiseTask<static_cast<int>(count)> task;
  detail::fill_loops(shape, tensors.data(), static_cast<int>(count), task.rank, task.sizes, task.operand);
  return task;
}

/// A dimension counted from the end made one from the front. Throws ShapeError out of range.
int checked_dim(const char* op, int dim, const Shape& shape);

/// Sizes, or strides, of all dimensions but `dim`.
Shape without(const Shape& shape, int dim);

namespace detail {

void fill_axis_loops(const Shape& shape, int axis, const Tensor* const* tensors, int count, std::int32_t& rank,
                     std::int64_t* sizes, Operand* operands, std::int64_t* axis_strides);

}  // namespace detail

/// The nest over all dimensions of `shape` but `axis`, of shape[axis] steps; the tensors have the rank of `shape`.
template <std::size_t count>
AxisTask<static_cast<int>(count)> axis_loops(const Shape& shape, int axis,
                                             const std::array<const Tensor*, count>& tensors) {
  AxisTask<static_cast<int>(count)> task;
  task.length = shape[axis];
  detail::fill_axis_loops(shape, axis, tensors.data(), static_cast<int>(count), task.rank, task.sizes, task.operand,
                          task.axis_stride);
  return task;
}

}  // namespace linden
