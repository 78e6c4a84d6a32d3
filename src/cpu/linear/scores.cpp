// Scores of the rows of a design, and how much scratch memory its tasks want.
#include "cpu/linear/blocks.hpp"
#include "cpu/linear/fold.hpp"
#include "cpu/linear/pass.hpp"
#include "cpu/linear/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

std::int64_t design_scratch(Context& context, const DesignView& design, std::int32_t outputs, bool with_hessian) {
  const int threads = context.workers.threads();
  if (!with_hessian)
    return at_least(PassPlan(threads, design, outputs, nullptr).bytes,
                    PassPlan(threads, design, outputs, nullptr, true).bytes);
  const std::int64_t fold = FoldPlan(threads, design, nullptr).bytes;
  const std::int64_t blocks = design.sparse ? SparseBlockPlan(design, outputs, nullptr).bytes
                                            : BlockPlan(threads, design, outputs, nullptr).bytes;
  return at_least(fold, blocks);
}

void design_scores(Context& context, const DesignScoresTask& task) {
  const DesignView& design = task.design;
  const PassPlan plan(context.workers.threads(), design, task.outputs, task.scratch);
  const PassTask scores{design, {}, task.outputs, task.parameters, nullptr, task.scratch};
  pass(context, scores, plan, [&](const TileRows& tile) {
    for (std::int64_t k = 0; k < task.outputs; ++k)
      for (std::int64_t i = 0; i < tile.count; ++i)
        task.scores[k * design.rows + tile.begin + i] = tile.values[k * tile.stride + i];
  });
}

LINDEN_LEVEL_END
}  // namespace linden
