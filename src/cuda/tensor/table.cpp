// The GPU's table of tensor kernels.
#include "cuda/tensor/steps.hpp"
#include "cuda/runtime/tables.hpp"

namespace linden::cuda {

const TensorKernels& tensor_kernels() {
  static constexpr TensorKernels table{
      unary,  binary,      where,  copy,     reduce,           arg_reduce, cumulative_sum, sort,
      gather, scatter_add, matmul, cholesky, solve_triangular, random,     sgd_step,       adam_step};
  return table;
}

}  // namespace linden::cuda
