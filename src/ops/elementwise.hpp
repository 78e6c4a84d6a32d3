// Elementwise ops from their structs (scalar_ops.hpp): the same few steps for all of them.
#pragma once

#include <linden/ops.hpp>
#include <span>

#include "tensor/node.hpp"
#include "ops/slopes.hpp"

namespace linden {

/// Numbers `op` within its list; `out` has the dtype that the op gives.
Tensor run_unary(std::int32_t op, const Tensor& x, DType out);
/// Both operands live on one device.
Tensor run_binary(const char* name, std::int32_t op, const Tensor& a, const Tensor& b, DType out);

namespace detail {

Device device_of_some(const char* op, std::span<const Tensor* const> operands);

}  // namespace detail

/// The device of all operands; numbers of C++ have none of their own and go along to any. Throws DeviceError for two.
template <class... Others>
Device common_device(const char* op, const Tensor& first, const Others&... others) {
  if (((others.device() == first.device()) && ...)) return first.device();
  const Tensor* const operands[] = {&first, &others...};
  return detail::device_of_some(op, operands);
}

/// An operand in the dtype, and on the device, that an op has chosen: what moves is a number of C++.
inline Tensor prepared(const Tensor& x, DType dtype, const Device& device) {
  if (x.dtype() == dtype && x.device() == device) return x;
  return cast(x, dtype).to(device);
}

/// gradient * slope, but 0 where the gradient is 0, whatever the slope: a branch that is not taken may have an infinite
/// one, or none. Every rule of the tape multiplies so.
Tensor chain_product(const Tensor& gradient, const Tensor& slope);
/// a * b, but 0 where either is: of two gradients, or of a gradient and a gate (dual.hpp).
Tensor gated_product(const Tensor& a, const Tensor& b);

/// Summed over what broadcasting repeated: the gradient of an operand of this shape.
Tensor sum_to(const Tensor& gradient, const Shape& shape);

/// `values` written over `target`, converted and broadcast; off the tape. (assign() checks first.)
void write_over(const Tensor& target, const Tensor& values);

}  // namespace linden
