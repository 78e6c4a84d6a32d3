// Fenchel's dual without penalties wants A' W theta = 0 for the dual point theta. With slopes f', second derivatives
// f'' and the Newton step d, H d = g, that is so for
//
//     theta = f' - f'' A d,   as  A' W theta = g - A' W f'' A d = 0,
//
// and sum_i weight_i D_i(theta_i), which is half the squared Newton decrement up to third order, bounds the gap. d is
// found by conjugate gradients. What they leave, r = g - H d, makes the bound hold for optima u* with
// |u*_j - u_j| <= 2 |d_j| + |u_j|, and costs sum_j |r_j| (|u_j| + 2 |d_j|): that is of the order of rounding.
//
// With l2 in H and g, A' W theta is -l2 (u - d) + r instead, and the penalties add sum_j l2_j d_j^2 / 2. Weights with
// l1 take part with the sign that they have; those that l1 holds at 0 stay there, and what their gradient g has beyond
// l1 is worth about (|g| - l1)^2 / (2 curvature).
//
// Any f'' >= 0 will do. Of some losses, as huber, solvers take the curvature of a parabola above the loss; here it is
// the second derivative, and 0 for rows whose theta would leave the slopes that the loss has.
#include "linear/optimality/newton_gap.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "linear/objective/dual_rows.hpp"
#include "linear/optimality/gap.hpp"
#include "linear/optimality/newton_step.hpp"
#include "linear/design/host_passes.hpp"
#include "linear/optimality/conjugate_gradients.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "loss/tape_derivatives.hpp"

namespace linden {
namespace {

constexpr int most_attempts = 8;
constexpr double flat = 1e-14;          // of the largest curvature: there is none
constexpr double exact_enough = 1e-20;  // of the squared norm of the gradient
constexpr int most_steps = 50;

/// Which parameters take part in the step: not those that l1 holds at 0, or a bound where they are.
std::vector<std::uint8_t> moving(const Objective& objective, std::span<const double> at) {
  std::vector<std::uint8_t> moves(at.size());
  for (std::int64_t j = 0; j < objective.size(); ++j) {
    const auto i = static_cast<std::size_t>(j);
    const ColumnPenalty penalty = objective.column_penalty(j);
    moves[i] = objective.is_free(j) && (penalty.l1 == 0 || at[i] != 0) && !penalty.is_at_bound(at[i]) ? 1 : 0;
  }
  return moves;
}

/// What the parameters that do not move would gain by doing so, about.
double held_gain(const Point& point, std::span<const std::uint8_t> moves) {
  const Objective& objective = point.objective();
  if (!objective.has_l1() && !objective.has_bounds()) return 0;
  const std::vector<double>&at = point.parameters(), &gradient = point.gradient();
  const double curvature = point.mean_curvature();
  double gain = 0;
  for (std::int64_t j = 0; j < objective.size(); ++j) {
    const auto i = static_cast<std::size_t>(j);
    if (!objective.is_free(j) || moves[i] != 0) continue;
    const double excess = std::abs(objective.column_penalty(j).least_subgradient(at[i], gradient[i]));
    gain += 0.5 * excess * (excess / (curvature + objective.l2(j)));
  }
  return gain;
}

}  // namespace

std::optional<double> newton_gap(const Point& point, const std::function<void(std::span<double>)>& solve) {
  const Objective& objective = point.objective();
  const std::vector<double>&at = point.parameters(), &gradient = point.gradient();
  if (!objective.is_convex() || objective.has_groups() || objective.has_sorted()) return std::nullopt;
  std::vector<double> subgradient(gradient.size());
  const double rounding = rounding_of(point.value());
  const std::vector<std::uint8_t> moves = moving(objective, at);
  const double held = held_gain(point, moves);
  least_subgradient(objective, at, gradient, subgradient);
  keep(moves, subgradient);
  const DualRows rows(point);
  std::vector<double> bends = rows.bends();
  // Parabolas above a loss are not its second derivative, and of a loss that is flat or straight in places a row may
  // have a slope that it cannot leave. (Exponentials that underflow are no such place.)
  const LossTraits* const traits = traits_of(objective.rows().spec());  // none of Cox's, whose rows bend together
  const bool is_flat_here =
      traits && traits->lowest == Lowest::at_a_score && std::ranges::find(bends, 0.0) != bends.end();
  const bool has_own_bends =
      (traits && traits->is_majorised) || objective.rows().ranks.max(is_flat_here ? 1.0 : 0.0) > 0;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    const DualStep newton =
        newton_step(point, has_own_bends ? bends : std::vector<double>(), moves, subgradient, solve);
    const std::vector<double> scores = rows.scores_of(newton.step);
    if (has_own_bends && rows.keep_inside(bends, scores)) continue;
    double gap = rows.newton_divergence(bends, scores) + held;
    gap += objective.penalty().squares.value(newton.step);
    double residual = 0;
    for (std::size_t j = 0; j < gradient.size(); ++j) {
      gap += 0.5 * objective.l2(static_cast<std::int64_t>(j)) * newton.step[j] * newton.step[j];
      residual += std::abs(newton.left[j]) * (std::abs(at[j]) + 2 * std::abs(newton.step[j]));
    }
    if (!(gap < HUGE_VAL) || !(residual <= std::max(0.1 * gap, 10 * rounding))) break;
    return gap + residual + rounding;
  }
  return std::nullopt;
}

std::optional<double> decrement_gap(const Point& point) {
  const Objective& objective = point.objective();
  const std::vector<double>&at = point.parameters(), &gradient = point.gradient();
  const LinearRows& rows = objective.rows();
  const Loss::Definition& loss = rows.loss.definition();
  if (!loss.custom || !loss.custom->function || objective.has_sorted()) return std::nullopt;
  std::vector<double> left(gradient.size()), step(gradient.size()), image(gradient.size());
  const double rounding = rounding_of(point.value());
  const std::vector<std::uint8_t> moves = moving(objective, at);
  least_subgradient(objective, at, gradient, left);
  keep(moves, left);
  const DualRows dual(point);
  std::vector<double> bent(dual.scores().size());
  const auto hessian = [&](const std::vector<double>& x, std::vector<double>& out) {
    const std::vector<double> along = dual.scores_of(x);
    tape_hessian_product(loss, rows.rows(), dual.scores().data(), rows.labels.data(),
                         rows.weights.empty() ? nullptr : rows.weights.data(), along.data(), bent.data());
    out = dual.gradient_of(bent, false);
    for (std::size_t j = 0; j < out.size(); ++j) out[j] += objective.l2(static_cast<std::int64_t>(j)) * x[j];
    objective.add_sums(x, out);
    keep(moves, out);
    return dot(x, out) / dot(x, x);
  };
  // Where the loss is flat, as along an intercept that it does not see, slope and curvature are what rounding left of
  // them, and their quotient is anything.
  double largest = hessian(std::vector<double>(moves.begin(), moves.end()), image);
  bool is_flat = false;
  const auto product = [&](const std::vector<double>& x, std::vector<double>& out) {
    const double curvature = hessian(x, out);
    largest = std::max(largest, curvature);
    is_flat = std::abs(curvature) <= flat * largest;
    if (is_flat) std::ranges::fill(out, 0);
  };
  const auto precondition = [](const std::vector<double>& x, std::vector<double>& out) { out = x; };
  const std::vector<double> start = left;
  double enough = 0;
  const bool is_convex = conjugate_gradients(step, left, product, precondition, [&](double square, std::int64_t steps) {
    if (steps == 0) enough = exact_enough * square;
    return steps == most_steps || !(square > enough);
  });
  if (!is_convex && !is_flat) return std::nullopt;
  double gap = 0, residual = 0;
  for (std::size_t j = 0; j < step.size(); ++j) {
    gap += 0.5 * step[j] * (start[j] + left[j]);  // what the quadratic falls by: step . (start - H step / 2)
    residual += std::abs(left[j]) * (std::abs(at[j]) + 2 * std::abs(step[j]));
  }
  return std::max(gap, 0.0) + residual + rounding;
}

}  // namespace linden
