// The table of tree kernels of one instruction level.
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

constexpr std::int32_t leaf_wise_batch = 8, level_wise_batch = 32;

// What the kernels keep has places of its own in TreeMemory.
static std::int64_t own_bytes(const TreeMemory&) { return 0; }

const TreeKernels& tree_kernels() {
  static constexpr TreeKernels table{
      leaf_wise_batch, level_wise_batch, own_bytes, draw_sample, bin,   gradients, quantise, histogram, subtract,
      split,           select,           partition, leaf_sums,   renew, update,    predict};
  return table;
}

LINDEN_LEVEL_END
}  // namespace linden
