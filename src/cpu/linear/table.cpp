// The table of linear kernels of one instruction level.
#include "cpu/linear/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

const LinearKernels& linear_kernels() {
  static constexpr LinearKernels table{design_scratch, design_scores, evaluate, hessian_product, hessian, triangle};
  return table;
}

LINDEN_LEVEL_END
}  // namespace linden
