// The table of one instruction level.
#include "cpu/tree_steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

const TreeKernels& tree_kernels() {
  static constexpr TreeKernels table{bin,    gradients, quantise,  histogram, subtract, split,
                                     select, partition, leaf_sums, renew,     update,   predict};
  return table;
}

LINDEN_LEVEL_END
}  // namespace linden
