// Of penalties that are not convex (Concave of penalty.hpp): how far a point is from a stationary one, and from the
// optimum where the objective is convex all the same.
#pragma once

#include <optional>

#include "linear/objective/objective.hpp"

namespace linden {

/// About what the least subgradient s could gain nearby: sum s_j^2 / (2 curvature). No bound of anything.
double stationary_gap(const Point& point);

/// Where loss and l2 bend more than the penalty does, in all directions and by m at least, the objective is convex, and
/// the optimum no further below than sum s_j^2 / (2 m). Known of losses whose second derivative is the same everywhere,
/// for no more than some hundred weights; else none.
std::optional<double> concave_gap(const Point& point);

}  // namespace linden
