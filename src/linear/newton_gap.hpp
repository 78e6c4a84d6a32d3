// A gap for objectives without penalties.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "linear/objective.hpp"

namespace linden {

/// An upper bound of objective(at) - optimum, for the point that `objective` evaluated last, with its gradient: for
/// convex losses without any penalty, where the gap of fenchel_gap() does not exist. None where no dual point is found:
/// for other objectives, or too far from the optimum. `solve` applies about the inverse of the Hessian, such as the
/// last factor; it may be empty. Costs a pass over the rows for each step of conjugate gradients: one to three with a
/// factor of about here.
std::optional<double> newton_gap(Objective& objective, std::span<const double> at, std::span<const double> gradient,
                                 const std::function<void(std::span<double>)>& solve = {});

}  // namespace linden
