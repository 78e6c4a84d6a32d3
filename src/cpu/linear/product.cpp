// Hessian times a direction, without the Hessian: the direction's scores, times weighted curvature, times the columns.
#include "backend/loss/row_loss.hpp"
#include "cpu/linear/pass.hpp"
#include "cpu/linear/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

void diagonal_step(const HessianProductTask& task, const TileRows& tile) {
  for (std::int64_t k = 0; k < task.outputs; ++k) {
    const double* __restrict curvatures = task.curvatures + k * task.design.rows + tile.begin;
    const double* __restrict weights = tile.weights;
    double* __restrict t = tile.values + k * tile.stride;
    for (std::int64_t i = 0; i < tile.count; ++i) t[i] *= weighted(weights[i], curvatures[i]);
  }
}

void softmax_step(const HessianProductTask& task, const TileRows& tile) {
  double* __restrict mean = tile.spare;
  const auto each = [&](const auto& body) {
    for (std::int64_t k = 0; k < task.outputs; ++k) {
      const double* __restrict shares = task.curvatures + k * task.design.rows + tile.begin;
      double* __restrict t = tile.values + k * tile.stride;
      for (std::int64_t i = 0; i < tile.count; ++i) body(i, shares[i], t[i]);
    }
  };
  for (std::int64_t i = 0; i < tile.count; ++i) mean[i] = 0;
  each([&](std::int64_t i, double share, double t) { mean[i] += share * t; });
  each([&](std::int64_t i, double share, double& t) {
    t = weighted(tile.weights[i], softmax_product(share, t, mean[i]));
  });
}

}  // namespace

void hessian_product(Context& context, const HessianProductTask& task) {
  const PassPlan plan(context.workers.threads(), task.design, task.outputs, task.scratch);
  const PassTask product{task.design, task.weights, task.outputs, task.direction, task.out, task.scratch};
  pass(context, product, plan,
       [&](const TileRows& tile) { task.softmax ? softmax_step(task, tile) : diagonal_step(task, tile); });
}

LINDEN_LEVEL_END
}  // namespace linden
