#include "linear/optimality/newton_step.hpp"

#include <cmath>
#include <cstdint>

#include "linear/design/host_passes.hpp"
#include "linear/optimality/conjugate_gradients.hpp"

namespace linden {
namespace {

constexpr int most_steps = 50;
constexpr double exact_enough = 1e-20;  // of the squared norm of the gradient

/// A' W B A + l2 for second derivatives B of the rows: those of the point, or others of a loss with one score.
void hessian_product(const Point& point, std::span<const double> bends, std::span<const double> direction,
                     std::span<double> out) {
  if (bends.empty()) return point.hessian_product(direction, out);
  const Objective& objective = point.objective();
  const LinearRows& rows = objective.rows();
  host_hessian_product(objective.design(), rows.context.workers,
                       {rows.weights.empty() ? nullptr : rows.weights.data(), rows.share}, bends, direction, out);
  rows.ranks.sum(out);
  for (std::int64_t j = 0; j < objective.size(); ++j)
    out[static_cast<std::size_t>(j)] += objective.l2(j) * direction[static_cast<std::size_t>(j)];
  objective.add_sums(direction, out);
}

/// Takes off what is the same for all outputs: softmax does not change along it, and gradients have none but rounding.
/// Not where a penalty does that can be seen beside the curvature.
void centre_outputs(const Objective& objective, double curvature, std::span<double> x) {
  const auto width = static_cast<std::size_t>(objective.width());
  for (std::size_t j = 0; j < width; ++j) {
    const auto parameter = static_cast<std::int64_t>(j);
    if (objective.l1(parameter) > 0 || objective.l2(parameter) > 1e-10 * curvature ||
        objective.group_of(parameter) >= 0 || objective.is_sorted(parameter))
      continue;
    double mean = 0;
    for (std::size_t i = j; i < x.size(); i += width) mean += x[i] / static_cast<double>(objective.outputs());
    for (std::size_t i = j; i < x.size(); i += width) x[i] -= mean;
  }
}

}  // namespace

void keep(std::span<const std::uint8_t> moves, std::span<double> x) {
  for (std::size_t i = 0; i < x.size(); ++i)
    if (moves[i] == 0) x[i] = 0;
}

DualStep newton_step(const Point& point, std::span<const double> bends, std::span<const std::uint8_t> moves,
                     std::span<const double> gradient, const std::function<void(std::span<double>)>& solve) {
  const Objective& objective = point.objective();
  const std::size_t size = gradient.size();
  std::vector<double> step(size), left(gradient.begin(), gradient.end()), image(size);
  const auto product = [&](const auto& x, auto& out) {
    hessian_product(point, bends, x, out);
    keep(moves, out);
  };
  const double curvature = objective.outputs() > 1 ? point.mean_curvature() : 0;
  const auto precondition = [&](const std::vector<double>& x, std::vector<double>& out) {
    out = x;
    if (solve) solve(out);
    if (objective.outputs() > 1) centre_outputs(objective, curvature, out);
    objective.penalty().equations.project(out);
    keep(moves, out);
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

}  // namespace linden
