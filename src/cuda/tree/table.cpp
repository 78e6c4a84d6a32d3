// The GPU's table of tree kernels.
#include "cuda/runtime/stream.hpp"
#include "cuda/tree/scratch.hpp"
#include "cuda/tree/steps.hpp"
#include "cuda/runtime/tables.hpp"

namespace linden::cuda {
namespace {

// A level of 1,024 leaves in one step: the work of a step is divided between all its nodes.
constexpr std::int32_t level_wise_batch = 1024;
std::int32_t leaf_wise_batch(Context&) { return 32; }

// Blocks gather rows in shared memory.
std::int64_t predict_scratch(Context&, const PredictTask&) { return 0; }

// Kernels take it from the pool.
std::int64_t group_scratch(Context&, std::int64_t) { return 0; }

// All blocks work on one tree.
std::int32_t side_by_side(Context&) { return 1; }

// Of what is left: the rest is for rows and scores.
std::int64_t histogram_bytes(Context& context) { return context.stream->available() / 4; }

std::int64_t scratch_bytes(Context&, const TreeMemory& tree) {
  TreeMemory measured = tree;
  measured.scratch = nullptr;
  return StepScratch(measured).bytes;
}

}  // namespace

const TreeKernels& tree_kernels() {
  static constexpr TreeKernels table{
      .leaf_wise_batch = leaf_wise_batch,
      .level_wise_batch = level_wise_batch,
      .side_by_side = side_by_side,
      .histogram_bytes = histogram_bytes,
      .scratch_bytes = scratch_bytes,
      .sample = sample,
      .magnitudes = magnitudes,
      .count_digits = count_digits,
      .mark_drawn = mark_drawn,
      .weigh_rows = weigh_rows,
      .scale_rows = scale_rows,
      .collect_rows = collect_rows,
      .bin = bin,
      .gradients = gradients,
      .group_gradients = group_gradients,
      .group_scratch = group_scratch,
      .sketch = sketch,
      .survival_gradients = survival_gradients,
      .quantise = quantise,
      .begin = begin,
      .histogram = histogram,
      .histogram_planes = histogram_planes,
      .count_bins = count_bins,
      .pack = pack,
      .unpack = unpack,
      .subtract = subtract,
      .admit = admit,
      .split = split,
      .split_planes = split_planes,
      .select = select,
      .expand_apart = [](Context&, TreeMemory&) { return false; },  // its leaves are expanded side by side anyway
      .partition = partition,
      .partition_planes = partition_planes,
      .planes_share_entries = false,
      .expand = expand,
      .leaf_sums = leaf_sums,
      .further_leaf_sums = further_leaf_sums,
      .set_leaves = set_leaves,
      .renew = renew,
      .order_leaves = order_leaves,
      .update = update,
      .add_trees = add_trees,
      .predict = predict,
      .predict_scratch = predict_scratch,
      .predicts_over_bytes = false,
      .leaf_moments = leaf_moments,
      .tell_splits = tell_splits,
      .take_splits = take_splits,
  };
  return table;
}

}  // namespace linden::cuda
