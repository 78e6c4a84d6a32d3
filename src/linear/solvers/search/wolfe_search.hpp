// Along a direction until the function has fallen enough, for L-BFGS and OWL-QN.
#pragma once

#include <span>
#include <vector>

#include "linear/objective/objective.hpp"

namespace linden {

/// A point, and the objective there.
struct LinePoint {
  std::vector<double> at, gradient;
  double smooth = 0, value = 0;  ///< without and with l1

  void evaluate(Objective& objective);
};

/// To where the weak Wolfe conditions hold (or those of Hager and Zhang, where rounding hides the fall), for objectives
/// without l1. False if there is no such step. Either way `point` is where the objective evaluated last: it moved only
/// if this is true.
bool wolfe_search(Objective& objective, LinePoint& point, std::span<const double> direction, double slope);

/// Backwards from the whole step until Armijo's condition holds, with weights that would change their sign set to 0.
/// `subgradient` is the least one at `point`. As above.
bool orthant_search(Objective& objective, LinePoint& point, std::span<const double> direction,
                    std::span<const double> subgradient);

}  // namespace linden
