// The table of linear kernels of one instruction level.
#include "cpu/linear/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

const LinearKernels& linear_kernels() {
  static constexpr LinearKernels table{
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
