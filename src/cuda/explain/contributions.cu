// What each feature adds to the scores of rows, path dependent (backend/explain/walk.hpp): a thread for each row.
#include "backend/explain/by_points.hpp"
#include "backend/explain/walk.hpp"
#include "cuda/explain/lanes.hpp"
#include "cuda/explain/steps.hpp"

namespace linden::cuda {
namespace {

__global__ void __launch_bounds__(explain_threads) add_contributions(ExplainWork work) {
  each_walk(work, [&](ThreadLanes& lanes, std::int32_t tree, std::int32_t column) {
    by_points(work.program.trees[tree].points,
              [&]<int points>() { walk<points>(lanes, work.forest, work.program, tree, column); });
  });
}

}  // namespace

void contributions(Context& context, const ExplainTask& task) {
  with_threads(context, task, task.forest.features,
               [](const LaunchShape& shape, const ExplainWork& work) { launch<add_contributions>(shape, work); });
}

}  // namespace linden::cuda
