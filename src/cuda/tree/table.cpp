// The GPU's table of tree kernels.
#include "cuda/tree/steps.hpp"
#include "cuda/runtime/tables.hpp"

namespace linden::cuda {
namespace {

// A level of 1,024 leaves in one step: the work of a step is divided between all its nodes.
constexpr std::int32_t leaf_wise_batch = 32, level_wise_batch = 1024;

// Blocks gather rows in shared memory.
std::int64_t predict_scratch(Context&, std::int32_t) { return 0; }

}  // namespace

const TreeKernels& tree_kernels() {
  static constexpr TreeKernels table{
      .leaf_wise_batch = leaf_wise_batch,
      .level_wise_batch = level_wise_batch,
      .own_bytes = own_bytes,
      .sample = sample,
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

}  // namespace linden::cuda
