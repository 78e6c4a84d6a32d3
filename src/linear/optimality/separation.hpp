// Losses without a minimum: classes that a plane separates.
#pragma once

#include "linear/objective/objective.hpp"

namespace linden {

/// Whether the scores of a point give every row of positive weight its own class. That proves that
/// the mean loss has no minimum: for logistic, focal and softmax the loss of a row falls to 0 as its scores grow in
/// proportion, and it is above 0 everywhere. Rows of one class alone are separated likewise, by the intercept. False
/// for other losses, of which larger scores prove nothing. Weights that have a penalty or bounds do not grow without
/// end: the scores are those of the others alone.
bool separates(const Point& point);

}  // namespace linden
