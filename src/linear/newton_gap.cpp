// Fenchel's dual without penalties wants A' W theta = 0 for the dual point theta. With slopes f', second derivatives
// f'' and the Newton step d, H d = g, that is so for
//
//     theta = f' - f'' A d,   as  A' W theta = g - A' W f'' A d = 0,
//
// and sum_i weight_i D_i(theta_i), which is half the squared Newton decrement up to third order, bounds the gap. d is
// found by conjugate gradients. What they leave, r = g - H d, makes the bound hold for optima u* with
// |u*_j - u_j| <= 2 |d_j| + |u_j|, and costs sum_j |r_j| (|u_j| + 2 |d_j|): that is of the order of rounding.
//
// Any f'' >= 0 will do. Solvers take the curvature of huber as that of a parabola above the loss; here it is the second
// derivative, and 0 for rows whose theta would leave [-delta, delta].
#include "linear/newton_gap.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "linear/conjugate_gradients.hpp"
#include "linear/dual_rows.hpp"
#include "linear/gap.hpp"

namespace linden {
namespace {

constexpr int most_steps = 50, most_attempts = 8;
constexpr double exact_enough = 1e-20;  // of the squared norm of the gradient

bool is_bare(const Objective& objective) {
  for (std::int64_t j = 0; j < objective.size(); ++j) {
    if (objective.is_free(j) && (objective.l1(j) > 0 || objective.l2(j) > 0)) return false;
  }
  return true;
}

/// A' W B A for second derivatives B of the rows: those of `objective`, or others of a loss with one score.
void hessian_product(Objective& objective, std::span<const double> bends, std::span<const double> direction,
                     std::span<double> out) {
  if (bends.empty()) return objective.hessian_product(direction, out);
  const LinearRows& rows = objective.rows();
  const LinearKernels& kernels = cpu_linear_kernels();
  Context host{rows.context.arena};
  HessianProductTask task;
  task.design = objective.design().view();
  task.weights = {rows.weights.empty() ? nullptr : rows.weights.data(), rows.share};
  task.curvatures = bends.data();
  task.direction = direction.data();
  task.out = out.data();
  std::vector<std::uint8_t> scratch(static_cast<std::size_t>(kernels.design_scratch(host, task.design, 1, false)));
  task.scratch = scratch.data();
  kernels.hessian_product(host, task);
}

/// Takes off what is the same for all outputs: softmax does not change along it, and gradients have none but rounding.
void centre_outputs(const Objective& objective, std::span<double> x) {
  const auto width = static_cast<std::size_t>(objective.width());
  for (std::size_t j = 0; j < width; ++j) {
    double mean = 0;
    for (std::size_t i = j; i < x.size(); i += width) mean += x[i] / static_cast<double>(objective.outputs());
    for (std::size_t i = j; i < x.size(); i += width) x[i] -= mean;
  }
}

struct Step {
  std::vector<double> step, left;  ///< left = gradient - H step
};

/// By conjugate gradients.
Step newton_step(Objective& objective, std::span<const double> bends, std::span<const double> gradient,
                 const std::function<void(std::span<double>)>& solve) {
  const std::size_t size = gradient.size();
  std::vector<double> step(size), left(gradient.begin(), gradient.end()), image(size);
  const auto product = [&](const auto& x, auto& out) { hessian_product(objective, bends, x, out); };
  const auto precondition = [&](const std::vector<double>& x, std::vector<double>& out) {
    out = x;
    if (solve) solve(out);
    if (objective.outputs() > 1) centre_outputs(objective, out);
  };
  double enough = 0;
  conjugate_gradients(step, left, product, precondition, [&](double square, std::int64_t steps) {
    if (steps == 0) enough = exact_enough * square;
    return steps == most_steps || !(square > enough);
  });
  product(step, image);
  for (std::size_t j = 0; j < size; ++j) left[j] = gradient[j] - image[j];
  // Of a gradient that is rounding, steps along what the Hessian does not see can be worse than none.
  if (dot(left, left) > dot(gradient, gradient)) return {std::vector<double>(size), {gradient.begin(), gradient.end()}};
  return {step, left};
}

}  // namespace

std::optional<double> newton_gap(Objective& objective, std::span<const double> at, std::span<const double> gradient,
                                 const std::function<void(std::span<double>)>& solve) {
  if (!objective.rows().is_convex() || !is_bare(objective)) return std::nullopt;
  std::vector<double> unused(gradient.size());
  const double rounding = rounding_of(objective.evaluate(at, unused));
  const DualRows rows(objective);
  std::vector<double> bends = rows.bends();
  const bool is_huber = objective.rows().spec().kind == LossKind::huber;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    const Step newton = newton_step(objective, is_huber ? bends : std::vector<double>(), gradient, solve);
    const std::vector<double> scores = rows.scores_of(newton.step);
    if (is_huber && rows.keep_inside(bends, scores)) continue;
    const double gap = rows.newton_divergence(bends, scores);
    double residual = 0;
    for (std::size_t j = 0; j < gradient.size(); ++j) {
      residual += std::abs(newton.left[j]) * (std::abs(at[j]) + 2 * std::abs(newton.step[j]));
    }
    if (!(gap < HUGE_VAL) || !(residual <= std::max(0.1 * gap, 10 * rounding))) break;
    return gap + residual + rounding;
  }
  return std::nullopt;
}

}  // namespace linden
