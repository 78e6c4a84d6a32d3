// The table of tree kernels of one instruction level.
#include "cpu/tree/scratch.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

constexpr std::int32_t level_wise_batch = 32;

// A thread that is alone need not expand leaves in advance. Ranks, which may have different numbers of threads, take
// the same steps.
static std::int32_t leaf_wise_batch(Context& context) {
  return context.comms == nullptr && context.workers.threads() == 1 ? 1 : 8;
}

static std::int32_t side_by_side(Context& context) { return context.workers.threads(); }

// A part of what anyone has.
static std::int64_t histogram_bytes(Context&) { return std::int64_t{1} << 30; }

static std::int64_t scratch_bytes(Context& context, const TreeMemory& tree) {
  TreeMemory measured = tree;
  measured.scratch = nullptr;
  return StepScratch(context, measured).bytes + context.workers.threads() * scratch_bytes_apart(tree);
}

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
      .expand_apart = expand_apart,
      .partition = partition,
      .partition_planes = partition_planes,
      .planes_share_entries = true,
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
      .predicts_over_bytes = true,
      .leaf_moments = leaf_moments,
      .tell_splits = tell_splits,
      .take_splits = take_splits,
  };
  return table;
}

LINDEN_LEVEL_END
}  // namespace linden
