// The innermost loops of the elementwise kernels, for who runs several of them over one block (fused.cpp).
#pragma once

#include "cpu/tensor/strided.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// By the number of the op and the dtype of what it reads; operand 0 is written.
RowsLoop<2> unary_loop(std::int32_t op, DType);
RowsLoop<3> binary_loop(std::int32_t op, DType);
/// Operands out, mask, a, b.
RowsLoop<4> where_loop(DType);
RowsLoop<2> copy_loop(DType to, DType from);

LINDEN_LEVEL_END
}  // namespace linden
