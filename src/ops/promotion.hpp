// Which dtype operands meet in: the table of ops.hpp.
#pragma once

#include <linden/tensor.hpp>

#include "backend/math/scalar_ops.hpp"

namespace linden {

inline bool is_floating(DType dtype) { return dtype == DType::f32 || dtype == DType::f64; }

/// The dtype in which an op of this kind computes on `x`.
DType compute_dtype(OpKind kind, const Tensor& x);
/// On `a` and `b` together; a C++ number gives way to a tensor.
DType compute_dtype(OpKind kind, const Tensor& a, const Tensor& b);

}  // namespace linden
