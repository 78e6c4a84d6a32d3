// Newton's method by Cholesky factors of the Hessian.
//
// At every new point the last factor, which costs nothing more, says first how far the optimum is; where that is near
// enough, a few more steps with it, each of which costs one evaluation and is worth several digits, end the fit (for
// the squared loss, whose Hessian never changes, they are iterative refinement). Else the Hessian is formed anew.
#include <cmath>

#include "linear/objective/conditioning.hpp"
#include "linear/optimality/gap.hpp"
#include "linear/solvers/newton.hpp"
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

  Direction(Objective& objective, const std::vector<double>& gradient) : step(gradient) {
    for (double& v : step) v = -v;
    objective.solve(step);
    slope = dot(gradient, step);
  }
  /// Half the squared Newton decrement.
  double estimate() const { return -slope / 2; }
};

}  // namespace

Solution newton_cholesky(Objective& objective, const Target& target, std::span<const double> start, bool trusting) {
  const bool is_constant = objective.rows().loss.definition().spec.kind == LossKind::squared;
  const int limit = target.max_iterations > 0 ? target.max_iterations : default_limit;
  LinearPoint point(objective, start);
  SeparationWatch watch(objective);
  double estimate = 0;
  for (int iterations = 0;; ++iterations) {
    if (watch.is_separable()) return finished(std::move(point), FitStatus::separable, estimate, iterations);
    if (iterations == 0 || !is_constant) {
      const std::int64_t bad_pivot = objective.factor();
      const bool is_suspect = iterations == 0 && !trusting && !objective.is_penalised();
      if (bad_pivot >= 0 ||
          (is_suspect && conditioning(objective.factor_copy(), objective.size()).least_pivot < least_pivot)) {
        Solution solution = finished(std::move(point), FitStatus::stalled, estimate, iterations);
        solution.is_singular = iterations == 0;
        return solution;
      }
    }
    const Direction newton(objective, point.gradient);
    estimate = newton.estimate();
    if (iterations == limit) return finished(std::move(point), FitStatus::iteration_limit, estimate, iterations);
    const double length = step_along(objective, point, newton.step, newton.slope);
    if (length == 0) {
      const bool is_there = is_near_enough(objective, point, estimate, target);
      return finished(std::move(point), is_there ? FitStatus::converged : FitStatus::stalled, estimate, iterations + 1);
    }
    watch.after_step(length);

    Direction again(objective, point.gradient);
    estimate = again.estimate();
    if (!is_near_enough(objective, point, estimate, target) || watch.is_separable()) continue;
    const double wanted = target.gap(point.value);
    for (int k = 0; k < most_refinements && estimate > exact_enough * wanted; ++k) {
      const double last = step_along(objective, point, again.step, again.slope);
      if (last == 0) break;
      watch.after_step(last);
      again = Direction(objective, point.gradient);
      estimate = again.estimate();
    }
    if (!watch.is_moving()) return finished(std::move(point), FitStatus::converged, estimate, iterations + 1);
  }
}

}  // namespace linden
