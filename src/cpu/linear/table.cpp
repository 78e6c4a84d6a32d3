// The table of linear kernels of one instruction level.
#include "cpu/linear/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

// Of one thread: files of models hold what they decide, and are the same for any number.
constexpr LinearRates rates = {
    .gram = 4e-11, .sparse_gram = 8e-10, .pass = 5e-10, .sparse_pass = 2e-9, .factor = 1e-10};

const LinearKernels& linear_kernels() {
  static constexpr LinearKernels table{
      .has_sparse_hessian = true,
      .takes_scores = true,
      .rates = rates,
      .design_scratch = design_scratch,
      .scores = design_scores,
      .evaluate = evaluate,
      .hessian_product = hessian_product,
      .hessian = hessian,
      .triangle = triangle,
  };
  return table;
}

LINDEN_LEVEL_END
}  // namespace linden
