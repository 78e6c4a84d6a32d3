// The table of tensor kernels of one instruction level.
#include "cpu/tensor/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

const TensorKernels& tensor_kernels() {
  static constexpr TensorKernels table{
      .unary = unary,
      .binary = binary,
      .where = where,
      .copy = copy,
      .fused = fused,
      .reduce = reduce,
      .arg_reduce = arg_reduce,
      .cumulative_sum = cumulative_sum,
      .sort = sort,
      .gather = gather,
      .scatter_add = scatter_add,
      .matmul = matmul,
      .cholesky = cholesky,
      .solve_triangular = solve_triangular,
      .random = random,
      .sgd_step = sgd_step,
      .adam_step = adam_step,
  };
  return table;
}

LINDEN_LEVEL_END
}  // namespace linden
