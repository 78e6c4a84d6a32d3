// Losses that are not known to have a least value, and fall for ever on some data.
#pragma once

#include <vector>

#include "linear/objective/objective.hpp"

namespace linden {

/// Where a fit started.
struct FitStart {
  std::vector<double> parameters;
  double value = 0;  ///< of the objective there
};

/// Whether the objective at a point has fallen by many times its size at the start, and still falls along that way
/// about as steeply as it did on average: a gap would be measured against an objective that is large for this reason
/// alone. False for convex losses that the library knows.
bool falls_for_ever(const Point& point, const FitStart& start);

/// What each parameter adds to the slope of the objective at a point along the way from the start.
std::vector<double> slopes_from(const FitStart& start, const Point& point);

}  // namespace linden
