// A bound of the gap where some weights have no penalty.
#pragma once

#include <optional>

#include "linear/objective/objective.hpp"

namespace linden {

/// An upper bound of the objective at a point less the optimum, up to rounding: where some weights have a penalty, or
/// bounds, and others none, or bounds on one side. None for losses that are not known to be convex, where no dual point
/// is found (too far from the optimum), or where rounding of the point's free weights says nothing.
std::optional<double> projected_gap(const Point& point);

}  // namespace linden
