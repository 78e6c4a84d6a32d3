// How far a point is from the optimum: the Fenchel gap where there is one, and the distance of the gradient from the
// optimality conditions.
#pragma once

#include <optional>
#include <span>

#include "linear/objective/objective.hpp"

namespace linden {

/// An upper bound of the objective at a point less the optimum. None where there is no bound: a loss that is not known
/// to be convex, a free parameter other than the intercept without penalty (projected_gap.hpp and newton_gap.hpp are
/// for those).
///
/// The bound includes rounding_of() the objective. Where the parameters alone show that it is above `target` > 0, it is
/// infinite: a solver that looks at it in every iteration is spared passes over the rows.
std::optional<double> fenchel_gap(const Point& point, double target = 0);

/// How far a point is above what the rows cost at least, and no penalty: an upper bound, too, and a close one where a
/// model fits perfectly. None for losses that are not known to be convex.
std::optional<double> floor_gap(const Point& point);

/// Rounding of the objective: no gap below it means anything.
double rounding_of(double objective) noexcept;

/// The subgradient of smallest size of the whole objective, parameter by parameter; 0 for those that are not free.
void least_subgradient(const Objective& objective, std::span<const double> at, std::span<const double> gradient,
                       std::span<double> out);

/// The largest |entry| of that, over weights and intercepts.
double kkt_distance(const Objective& objective, std::span<const double> at, std::span<const double> gradient);
inline double kkt_distance(const Point& point) {
  return kkt_distance(point.objective(), point.parameters(), point.gradient());
}

}  // namespace linden
