// Proximal Newton steps on all features where they are few, else on a working set (Massias, Gramfort and Salmon 2018;
// Bertrand et al. 2022): the features that are not zero and those whose subgradient is largest, up to as many; then a
// look at all of them, and again, until none asks to join. A working set that outgrows its Hessian gives way to descent
// on the columns of sparse rows, where they all lie here, or to OWL-QN; weights with bounds or in groups to Newton
// steps on them all.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "linear/optimality/gap.hpp"
#include "linear/optimality/projected_gap.hpp"
#include "linear/optimality/separation.hpp"
#include "linear/solvers/prox_newton.hpp"
#include "linear/solvers/solver.hpp"
#include "linear/objective/working_set.hpp"

namespace linden {
namespace {

constexpr int own_limit = 500;                  // Newton steps
constexpr std::int64_t few_parameters = 600;    // that need no working set
constexpr std::int64_t most_parameters = 4000;  // of a working set: its Hessian has the square
constexpr std::size_t first_features = 100;
constexpr int most_column_steps = 60;  // on all columns, where nearly all take part
constexpr double inner_share = 0.1;    // of the violation of the whole, that a working set is solved to
constexpr int early_steps = 2;         // in a working set that is not the last: Hessians cost more than new features
constexpr int most_polished = 12;      // times, for a bound
constexpr double exact = 1e-9;         // of l1: violations that need no last step

Solution on_all(Point start, const Target& target, int limit, bool by_columns = false) {
  ProxNewton newton(std::move(start), 0, by_columns);
  const bool watch = !newton.point().objective().is_penalised();
  int polished = 0;
  const auto ended = [&](FitStatus status, double estimate) {
    return Solution{std::move(newton).take(), status, estimate, newton.steps()};
  };
  for (;;) {
    const double allowed = target.gap(newton.point().value());
    const std::optional<double> bound = fenchel_gap(newton.point(), allowed);
    if (bound && *bound <= allowed) {
      newton.polish();
      return ended(FitStatus::converged, *bound);
    }
    if (watch && separates(newton.point())) return ended(FitStatus::separable, newton.estimate());
    if (newton.steps() >= limit) return ended(FitStatus::iteration_limit, newton.estimate());
    newton.prepare();
    if (!bound && newton.promised() <= allowed) {
      newton.polish();
      // Where some weights have a penalty and others none there is a bound, too, which wants a few more digits.
      const std::optional<double> proven = projected_gap(newton.point());
      if (!proven || *proven <= allowed || ++polished == most_polished)
        return ended(FitStatus::converged, newton.estimate());
      continue;
    }
    if (!newton.advance()) return ended(FitStatus::stalled, newton.estimate());
  }
}

void solve_part(ProxNewton& newton, double violation, int limit) {
  while (newton.violation() > violation && newton.steps() < limit) {
    newton.prepare();
    if (!newton.advance()) return;
  }
}

/// The point of the whole where a working set stands: evaluated anew, unless that is `known`.
std::optional<Point> elsewhere(const Point& known, const WorkingSet& part, const ProxNewton& newton) {
  std::vector<double> at(known.parameters().size());
  part.to_whole(newton.point().parameters(), at);
  if (at == known.parameters()) return std::nullopt;
  return known.objective().evaluate(at, newton.point());
}

// One more step in the working set, where the whole is the better for it.
void polish(Point& whole, const WorkingSet& part, ProxNewton& newton) {
  newton.polish();
  std::optional<Point> polished = elsewhere(whole, part, newton);
  if (polished && polished->value() <= whole.value() + rounding_of(whole.value()) &&
      kkt_distance(*polished) <= kkt_distance(whole))
    whole = *std::move(polished);
}

Solution by_working_sets(Point whole, const Target& target, int limit, std::vector<int> first) {
  const Objective& objective = whole.objective();
  const bool watch = !objective.is_penalised();
  double scale = 0;
  for (std::int64_t j = 0; j + 1 < objective.width(); ++j) scale = std::max(scale, objective.l1(j));
  for (const Penalty::Group& group : objective.penalty().groups) scale = std::max(scale, group.penalty.group);
  std::optional<ByColumn> by_column;  // of sparse rows: columns are found there without a look at all entries
  if (objective.design().is_sparse()) by_column.emplace(objective.design().view());
  std::unique_ptr<WorkingSet> part;
  std::unique_ptr<ProxNewton> newton;
  int earlier = 0;  // steps, of working sets before this one
  int idle = 0;     // rounds that did not lower the objective
  for (;;) {
    const double allowed = target.gap(whole.value()), violation = kkt_distance(whole);
    const Demand demand = demand_at(whole, part ? part->features() : std::vector<int>{});
    const std::optional<double> bound = fenchel_gap(whole, allowed);
    const double estimate = bound && std::isfinite(*bound) ? *bound
                            : newton                       ? newton->estimate()
                                                           : std::abs(whole.value());
    const int steps = earlier + (newton ? newton->steps() : 0);
    if (bound ? *bound <= allowed : demand.outside == 0 && estimate <= allowed) {
      if (newton && violation > exact * scale) polish(whole, *part, *newton);
      return {std::move(whole), FitStatus::converged, estimate, earlier + (newton ? newton->steps() : 0)};
    }
    if (steps >= limit) return {std::move(whole), FitStatus::iteration_limit, estimate, steps};
    if (watch && separates(whole)) return {std::move(whole), FitStatus::separable, estimate, steps};
    if (idle == (demand.outside == 0 ? 1 : 3)) return {std::move(whole), FitStatus::stalled, estimate, steps};

    if (!part || demand.outside > 0) {
      // As many again as there are, while many ask to join; a few to spare in the end.
      const auto nonzero = static_cast<std::size_t>(demand.nonzero), outside = static_cast<std::size_t>(demand.outside);
      const std::size_t wanted = nonzero + std::min(outside + nonzero / 10, std::max(nonzero, first_features));
      std::vector<int> features = part || first.empty() ? most_demanding(demand, wanted, objective.penalty())
                                                        : std::exchange(first, std::vector<int>());
      if (static_cast<std::int64_t>(features.size()) * objective.outputs() > most_parameters) {
        const bool by_columns = objective.design().is_sparse() && objective.outputs() == 1 && !objective.has_groups() &&
                                !objective.has_squares() && objective.rows().ranks.is_alone();
        newton.reset();
        part.reset();
        const int most_steps = by_columns ? std::min(limit - steps, most_column_steps) : limit - steps;
        const bool wants_steps = by_columns || objective.has_bounds() || objective.has_groups();
        Solution rest =
            wants_steps ? on_all(std::move(whole), target, most_steps, by_columns) : lbfgs(std::move(whole), target);
        rest.iterations += steps;
        return rest;
      }
      earlier = steps;
      const double damping = newton ? newton->damping() : 0;
      newton.reset();
      part = std::make_unique<WorkingSet>(objective, std::move(features), by_column ? &*by_column : nullptr);
      newton = std::make_unique<ProxNewton>(part->objective().evaluate(part->from_whole(whole.parameters()), whole),
                                            damping);
    }
    if (demand.outside > 0) {
      solve_part(*newton, inner_share * violation, std::min(limit - earlier, newton->steps() + early_steps));
    } else {
      solve_part(*newton, 1e-3 * violation, limit - earlier);
    }
    std::optional<Point> next = elsewhere(whole, *part, *newton);
    idle = next && next->value() < whole.value() ? 0 : idle + 1;
    if (next) whole = *std::move(next);
  }
}

}  // namespace

Solution coordinate_descent(Point start, const Target& target, std::vector<int> first) {
  const Objective& objective = start.objective();
  const int limit = target.max_iterations > 0 ? target.max_iterations : own_limit;
  if ((objective.size() <= few_parameters && first.empty()) || objective.has_sorted())
    return on_all(std::move(start), target, limit);
  if (!objective.has_l1() && !objective.has_bounds() && !objective.has_groups()) return lbfgs(std::move(start), target);
  return by_working_sets(std::move(start), target, limit, std::move(first));
}

}  // namespace linden
