// Elementwise ops from their structs (scalar_ops.hpp): the same few steps for all of them.
#pragma once

#include <linden/ops.hpp>

#include "autograd/node.hpp"
#include "ops/slopes.hpp"

namespace linden {

/// Numbers `op` within its list; `out` has the dtype that the op gives.
Tensor run_unary(std::int32_t op, const Tensor& x, DType out);
Tensor run_binary(const char* name, std::int32_t op, const Tensor& a, const Tensor& b, DType out);

/// Throws DeviceError unless both live on one device.
void check_devices(const char* op, const Tensor& a, const Tensor& b);

/// Summed over what broadcasting repeated: the gradient of an operand of this shape.
Tensor sum_to(const Tensor& gradient, const Shape& shape);

/// `values` written over `target`, converted and broadcast; off the tape. (assign() checks first.)
void write_over(const Tensor& target, const Tensor& values);

}  // namespace linden
