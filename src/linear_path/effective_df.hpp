// Degrees of freedom where l2 shrinks weights.
#pragma once

#include "linear/objective/objective.hpp"

namespace linden {

/// The trace of H (H + l2)^-1 over the weights that are not 0 and the free intercepts, H the Hessian of the mean loss
/// at the point: of the squared loss that of the matrix which takes labels to scores.
double effective_df(const Point& point);

}  // namespace linden
