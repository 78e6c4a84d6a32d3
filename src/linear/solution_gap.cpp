#include "linear/solution_gap.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <span>

#include "linear/optimality/concave_gap.hpp"
#include "linear/optimality/gap.hpp"
#include "linear/optimality/newton_gap.hpp"
#include "linear/optimality/projected_gap.hpp"
#include "linear/units.hpp"

namespace linden {
namespace {

constexpr const char* of_newton = "the dual point of a Newton step";
constexpr const char* of_decrement = "half the squared Newton decrement";
constexpr const char* of_products = "half the squared Newton decrement, by products of the tape";
constexpr const char* of_conditions = "how far the conditions of a stationary point are from being met";
constexpr const char* of_steps = "the matrix that L-BFGS has of its steps";

// No less than what rounding adds when weights become those of the data, and no less than squares of numbers can tell,
// unless the subgradient is 0.
double of_model(const Point& point, double gap) {
  const double rounding = weight_rounding(point);
  if (rounding > 1e-8 * gap) gap += rounding + 2 * std::sqrt(gap * rounding);
  return gap < least_gap && kkt_distance(point) > 0 ? least_gap : gap;
}

}  // namespace

// What is proven, if it is as small as was asked for, or if the fit ended before it got there. Else there is a dual
// point near the optimum, too, if a Newton step says where to look for it: where penalties are none, or too small to
// bound the gap.
SolutionGap solution_gap(const Solution& s, Solver solver, double enough) {
  const Objective& objective = s.point.objective();
  const auto bound = [&](double gap) { return SolutionGap{of_model(s.point, gap), GapKind::bound}; };
  const auto estimate = [&](double gap, const char* source) {
    return SolutionGap{of_model(s.point, gap), GapKind::estimate, source};
  };
  // No slope of a loss with corners is above 1, and so is no more of a change of its scores in the objective.
  if (s.proof) return {s.proof->gap + score_rounding(s.point), GapKind::bound};
  const std::optional<double> fenchel = fenchel_gap(s.point);
  if (objective.has_concave()) {
    const std::optional<double> floor = floor_gap(s.point), convex = concave_gap(s.point);
    if (convex || (floor && *floor <= enough)) return bound(convex ? *convex : *floor);
    return estimate(std::max(stationary_gap(s.point), s.estimate) + rounding_of(s.point.value()), of_conditions);
  }
  const bool may_be_there = s.status == FitStatus::converged || s.status == FitStatus::stalled;
  if (fenchel && (*fenchel <= enough || !may_be_there)) return bound(*fenchel);
  if (!fenchel && may_be_there)
    if (const std::optional<double> projected = projected_gap(s.point); projected && *projected <= enough)
      return bound(*projected);

  std::function<void(std::span<double>)> solve;
  if (s.factor && !s.is_singular) solve = [&s](std::span<double> x) { s.factor->solve(x); };
  const std::optional<double> newton = newton_gap(s.point, solve);
  if (newton && *newton <= enough) return estimate(*newton, of_newton);
  const std::optional<double> floor = floor_gap(s.point);
  // What a solver without the Hessian thinks is no ground to stop on where a Newton step finds no dual point.
  const bool is_known = solver == Solver::qr || s.factor;
  if (floor && (*floor <= enough || (!newton && !is_known && s.status != FitStatus::iteration_limit)))
    return bound(std::min(*floor, fenchel.value_or(*floor)));
  if (fenchel && !(newton && *newton < *fenchel)) return {*fenchel, GapKind::bound};
  if (newton) return estimate(*newton, of_newton);

  if (!objective.has_full_hessian() || solver == Solver::lbfgs) {
    if (const auto exact = decrement_gap(s.point)) return estimate(std::max(*exact, s.estimate), of_products);
  }
  return estimate(std::max(s.estimate, 0.0) + rounding_of(s.point.value()),
                  solver == Solver::lbfgs ? of_steps : of_decrement);
}

}  // namespace linden
