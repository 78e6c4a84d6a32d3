// A step along a Newton direction that lowers the objective.
#pragma once

#include <span>
#include <vector>

#include "linear/objective/dot.hpp"
#include "linear/objective/objective.hpp"

namespace linden {

/// Where a solver stands: parameters, and the smooth part of the objective with its gradient there. The objective has
/// evaluated that point last.
struct LinearPoint {
  std::vector<double> at, gradient;
  double value = 0;

  LinearPoint(Objective& objective, std::span<const double> start);
};

/// Moves `point` to point + length * direction with Armijo's rule (1e-4), from length 1 on by quadratic interpolation,
/// and returns the length; 0, and the point as it was, where no length lowers the objective. `slope` is the gradient
/// along the direction. Where the decrease is too small to be seen in the objective's digits, the slope must shrink.
double step_along(Objective& objective, LinearPoint& point, std::span<const double> direction, double slope);

}  // namespace linden
