// The GPU's table of tensor kernels.
#include "cuda/tensor/steps.hpp"
#include "cuda/runtime/tables.hpp"

namespace linden::cuda {

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

}  // namespace linden::cuda
