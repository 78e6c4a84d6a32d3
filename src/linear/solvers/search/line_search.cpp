#include "linear/solvers/search/line_search.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linear/optimality/gap.hpp"

namespace linden {
namespace {

constexpr double sufficient = 1e-4;  // share of the decrease that the slope promises
constexpr int most_trials = 40;

}  // namespace

LinearPoint::LinearPoint(Objective& objective, std::span<const double> start)
    : at(start.begin(), start.end()), gradient(start.size()) {
  value = objective.evaluate(at, gradient);
}

double step_along(Objective& objective, LinearPoint& point, std::span<const double> direction, double slope) {
  if (!(slope < 0)) return 0;
  const double noise = rounding_of(point.value);
  LinearPoint trial = point;
  double length = 1;
  for (int k = 0; k < most_trials; ++k) {
    for (std::size_t i = 0; i < direction.size(); ++i) trial.at[i] = point.at[i] + length * direction[i];
    trial.value = objective.evaluate(trial.at, trial.gradient);
    const bool is_lower = trial.value <= point.value + sufficient * length * slope;
    const bool is_hidden = -length * slope <= noise && trial.value <= point.value + noise;
    if (is_lower || (is_hidden && std::abs(dot(trial.gradient, direction)) < -slope)) {
      std::swap(point, trial);
      return length;
    }
    if (is_hidden) break;
    const double bend = trial.value - point.value - length * slope;  // of the parabola through what is known
    const double lowest = std::isfinite(bend) ? -slope * length * length / (2 * bend) : 0;
    length = std::clamp(lowest, length / 10, length / 2);
  }
  objective.evaluate(point.at, point.gradient);
  return 0;
}

}  // namespace linden
