// The table of tensor kernels of one instruction level.
#include "cpu/tensor/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

const TensorKernels& tensor_kernels() {
  static constexpr TensorKernels table{
      unary,  binary,      where,  copy,     reduce,           arg_reduce, cumulative_sum, sort,
      gather, scatter_add, matmul, cholesky, solve_triangular, random,     sgd_step,       adam_step};
  return table;
}

LINDEN_LEVEL_END
}  // namespace linden
