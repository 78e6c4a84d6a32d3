// Proximal Newton steps on all features where they are few, else on a working set (Massias, Gramfort and Salmon 2018;
// Bertrand et al. 2022): the features that are not zero and those whose subgradient is largest, up to as many; then a
// look at all of them, and again, until none asks to join. A working set that outgrows its Hessian gives way to descent
// on the columns of sparse rows, or to OWL-QN.
#include <algorithm>
#include <cmath>
#include <memory>

#include "linear/optimality/gap.hpp"
#include "linear/solvers/prox_newton.hpp"
#include "linear/optimality/separation.hpp"
#include "linear/solvers/solver.hpp"
#include "linear/solvers/working_set.hpp"

namespace linden {
namespace {

constexpr int own_limit = 500;                  // Newton steps
constexpr std::int64_t few_parameters = 600;    // that need no working set
constexpr std::int64_t most_parameters = 4000;  // of a working set: its Hessian has the square
constexpr std::size_t first_features = 100;
constexpr int most_column_steps = 60;  // on all columns, where nearly all take part
constexpr double inner_share = 0.3;    // of the violation of the whole, that a working set is solved to
constexpr int early_steps = 2;         // in a working set that is not the last: Hessians cost more than new features
constexpr double exact = 1e-9;         // of l1: violations that need no last step

Solution solution_at(const ProxNewton& newton, FitStatus status, double estimate) {
  return {.parameters = newton.at(),
          .gradient = newton.gradient(),
          .smooth = newton.smooth(),
          .status = status,
          .estimate = estimate,
          .iterations = newton.steps()};
}

Solution on_all(Objective& objective, const Target& target, std::span<const double> start, int limit,
                bool by_columns = false) {
  ProxNewton newton(objective, start, 0, by_columns);
  const bool watch = !objective.is_penalised();
  for (;;) {
    const double allowed = target.gap(newton.value());
    const std::optional<double> bound = newton.bound(allowed);
    if (bound && *bound <= allowed) {
      newton.polish();
      return solution_at(newton, FitStatus::converged, *bound);
    }
    if (watch && separates(objective)) return solution_at(newton, FitStatus::separable, newton.estimate());
    if (newton.steps() >= limit) return solution_at(newton, FitStatus::iteration_limit, newton.estimate());
    newton.prepare();
    if (!bound && newton.promised() <= allowed) {
      newton.polish();
      return solution_at(newton, FitStatus::converged, newton.estimate());
    }
    if (!newton.advance()) return solution_at(newton, FitStatus::stalled, newton.estimate());
  }
}

/// The whole objective at a point, and what is known about it.
struct Whole {
  Objective& objective;
  std::vector<double> at, gradient;
  double smooth = 0, value = 0, violation = 0;

  void evaluate() {
    smooth = objective.evaluate(at, gradient);
    value = smooth + objective.l1_term(at);
    violation = kkt_distance(objective, at, gradient);
  }
  Solution solution(FitStatus status, double estimate, int iterations) const {
    return {.parameters = at,
            .gradient = gradient,
            .smooth = smooth,
            .status = status,
            .estimate = estimate,
            .iterations = iterations};
  }
};

// One more step in the working set, where the whole is the better for it.
void polish(Whole& whole, WorkingSet& part, ProxNewton& newton) {
  newton.polish();
  const Whole before = whole;
  part.to_whole(newton.at(), whole.at);
  whole.evaluate();
  if (whole.value <= before.value + rounding_of(before.value) && whole.violation <= before.violation) return;
  whole.at = before.at;
  whole.evaluate();
}

void solve_part(ProxNewton& newton, double violation, int limit) {
  while (newton.violation() > violation && newton.steps() < limit) {
    newton.prepare();
    if (!newton.advance()) return;
  }
}

Solution by_working_sets(Objective& objective, const Target& target, std::span<const double> start, int limit) {
  Whole whole{
      .objective = objective, .at = {start.begin(), start.end()}, .gradient = std::vector<double>(start.size())};
  whole.evaluate();
  double scale = 0;
  for (std::int64_t j = 0; j + 1 < objective.width(); ++j) scale = std::max(scale, objective.l1(j));
  std::unique_ptr<WorkingSet> part;
  std::unique_ptr<ProxNewton> newton;
  int earlier = 0;  // steps, of working sets before this one
  int idle = 0;     // rounds that did not lower the objective
  for (;;) {
    const double allowed = target.gap(whole.value);
    const Demand demand = demand_at(objective, whole.at, whole.gradient, part ? part->features() : std::vector<int>{});
    const std::optional<double> bound = fenchel_gap(objective, whole.at, whole.gradient, allowed);
    const double estimate = bound && std::isfinite(*bound) ? *bound
                            : newton                       ? newton->estimate()
                                                           : std::abs(whole.value);
    const int steps = earlier + (newton ? newton->steps() : 0);
    if (bound ? *bound <= allowed : demand.outside == 0 && estimate <= allowed) {
      if (newton && whole.violation > exact * scale) polish(whole, *part, *newton);
      return whole.solution(FitStatus::converged, estimate, earlier + (newton ? newton->steps() : 0));
    }
    if (steps >= limit) return whole.solution(FitStatus::iteration_limit, estimate, steps);
    if (idle == (demand.outside == 0 ? 1 : 3)) return whole.solution(FitStatus::stalled, estimate, steps);

    if (!part || demand.outside > 0) {
      // As many again as there are, while many ask to join; a few to spare in the end.
      const auto nonzero = static_cast<std::size_t>(demand.nonzero), outside = static_cast<std::size_t>(demand.outside);
      const std::size_t wanted = nonzero + std::min(outside + nonzero / 10, std::max(nonzero, first_features));
      std::vector<int> features = most_demanding(demand, wanted);
      if (static_cast<std::int64_t>(features.size()) * objective.outputs() > most_parameters) {
        const bool by_columns = objective.design().is_sparse() && objective.outputs() == 1;
        newton.reset();
        part.reset();
        Solution rest = by_columns
                            ? on_all(objective, target, whole.at, std::min(limit - steps, most_column_steps), true)
                            : lbfgs(objective, target, whole.at);
        rest.iterations += steps;
        return rest;
      }
      earlier = steps;
      const double damping = newton ? newton->damping() : 0;
      newton.reset();
      part = std::make_unique<WorkingSet>(objective, std::move(features));
      newton = std::make_unique<ProxNewton>(part->objective(), part->from_whole(whole.at), damping);
    }
    if (demand.outside > 0) {
      solve_part(*newton, inner_share * whole.violation, std::min(limit - earlier, newton->steps() + early_steps));
    } else {
      solve_part(*newton, 1e-3 * whole.violation, limit - earlier);
    }
    const double before = whole.value;
    part->to_whole(newton->at(), whole.at);
    whole.evaluate();
    idle = whole.value < before ? 0 : idle + 1;
  }
}

}  // namespace

Solution coordinate_descent(Objective& objective, const Target& target, std::span<const double> start) {
  const int limit = target.max_iterations > 0 ? target.max_iterations : own_limit;
  if (objective.size() <= few_parameters) return on_all(objective, target, start, limit);
  if (!objective.has_l1()) return lbfgs(objective, target, start);
  return by_working_sets(objective, target, start, limit);
}

}  // namespace linden
