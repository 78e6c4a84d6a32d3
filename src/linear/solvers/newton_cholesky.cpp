// Newton's method by Cholesky factors of the Hessian.
//
// At every new point the last factor, which costs nothing more, says first how far the optimum is; where that is near
// enough, a few more steps with it, each of which costs one evaluation and is worth several digits, end the fit (for
// the squared loss, whose Hessian never changes, they are iterative refinement). Else the Hessian is formed anew.
#include <memory>
#include <utility>

#include "linear/objective/conditioning.hpp"
#include "linear/solvers/newton.hpp"
#include "linear/solvers/search/armijo.hpp"
#include "linear/objective/inner_product.hpp"
#include "loss/definition.hpp"

namespace linden {
namespace {

constexpr int default_limit = 100;
constexpr double least_pivot = 1e-10;  // below it, of a matrix with ones on the diagonal, columns count as dependent
constexpr int most_refinements = 3;
constexpr double exact_enough = 1e-14;  // of the gap asked for: no last step is worth its cost then

struct Direction {
  std::vector<double> step;
  double slope = 0;

  Direction(Hessian& factor, const Point& point) : step(point.gradient()) {
    for (double& v : step) v = -v;
    factor.solve(step);
    slope = dot(point.gradient(), step);
  }
  /// Half the squared Newton decrement.
  double estimate() const { return -slope / 2; }
};

}  // namespace

Solution newton_cholesky(Point start, const Target& target, bool trusting) {
  Objective& objective = start.objective();
  const bool is_constant = objective.rows().is_quadratic();
  const int limit = target.max_iterations > 0 ? target.max_iterations : default_limit;
  Solution s{.point = std::move(start)};
  s.factor = std::make_unique<Hessian>(objective.hessian_room());
  Hessian& factor = *s.factor;
  SeparationWatch watch(s.point);
  const auto step_along = [&](const Direction& newton) {
    NewtonStep rule(s.point, newton.step, newton.slope);
    const Searched searched = search(s.point, rule);
    if (searched) watch.after_step(s.point, searched.length);
    return searched.end == Verdict::take;
  };
  const auto ended = [&](FitStatus status, int iterations) {
    s.status = status;
    s.iterations = iterations;
    return std::move(s);
  };
  for (int iterations = 0;; ++iterations) {
    if (watch.is_separable()) return ended(FitStatus::separable, iterations);
    if (iterations == 0 || !is_constant) {
      const bool has_failed = s.point.factor(factor) >= 0;
      const bool is_suspect = iterations == 0 && !trusting && !objective.is_penalised();
      if (has_failed || (is_suspect && conditioning(factor.copy(), objective.size()).least_pivot < least_pivot)) {
        if (has_failed) s.factor.reset();
        s.is_singular = iterations == 0;
        return ended(FitStatus::stalled, iterations);
      }
    }
    const Direction newton(factor, s.point);
    s.estimate = newton.estimate();
    if (iterations == limit) return ended(FitStatus::iteration_limit, iterations);
    if (!step_along(newton)) {
      const bool is_there = is_near_enough(s.point, s.estimate, target);
      return ended(is_there ? FitStatus::converged : FitStatus::stalled, iterations + 1);
    }

    Direction again(factor, s.point);
    s.estimate = again.estimate();
    if (!is_near_enough(s.point, s.estimate, target) || watch.is_separable()) continue;
    const double wanted = target.gap(s.point.value());
    for (int k = 0; k < most_refinements && s.estimate > exact_enough * wanted; ++k) {
      if (!step_along(again)) break;
      again = Direction(factor, s.point);
      s.estimate = again.estimate();
    }
    if (!watch.is_moving()) return ended(FitStatus::converged, iterations + 1);
  }
}

}  // namespace linden
