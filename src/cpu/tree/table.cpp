// The table of tree kernels of one instruction level.
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

constexpr std::int32_t leaf_wise_batch = 8, level_wise_batch = 32;

// What the kernels keep has places of its own in TreeMemory.
static std::int64_t own_bytes(const TreeMemory&) { return 0; }

const TreeKernels& tree_kernels() {
  static constexpr TreeKernels table{
      .leaf_wise_batch = leaf_wise_batch,
      .level_wise_batch = level_wise_batch,
      .own_bytes = own_bytes,
      .sample = draw_sample,
      .bin = bin,
      .gradients = gradients,
      .quantise = quantise,
      .histogram = histogram,
      .subtract = subtract,
      .split = split,
      .select = select,
      .partition = partition,
      .leaf_sums = leaf_sums,
      .renew = renew,
      .update = update,
      .predict = predict,
      .predict_scratch = predict_scratch,
  };
  return table;
}

LINDEN_LEVEL_END
}  // namespace linden
