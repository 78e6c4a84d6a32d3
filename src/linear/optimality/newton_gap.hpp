// A gap where the penalties do not bound it.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "linear/objective/objective.hpp"

namespace linden {

/// An upper bound of the objective at a point less the optimum, if that is where a Newton step says, about: for convex
/// losses without penalties, or with some so small that fenchel_gap() says nothing. None where no dual point is found:
/// for other losses, or too far from the optimum. `solve` applies about the inverse of the Hessian, such as the last
/// factor; it may be empty. Costs a pass over the rows for each step of conjugate gradients: one to three with a factor
/// of about here.
std::optional<double> newton_gap(const Point& point, const std::function<void(std::span<double>)>& solve = {});

/// For custom losses whose function is known: half the squared Newton decrement, with the true Hessian, between rows
/// and outputs, too. None where that is not positive along a step. Costs two passes of the tape and of the design for
/// each step of conjugate gradients.
std::optional<double> decrement_gap(const Point& point);

}  // namespace linden
