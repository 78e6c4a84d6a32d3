// What losses share that say themselves what their derivatives are.
#pragma once

#include <limits>

#include "backend/math/dual.hpp"
#include "backend/math/host_device.hpp"

namespace linden {

LINDEN_LEVEL_BEGIN

inline constexpr double unbounded = std::numeric_limits<double>::infinity();

// Losses whose own curvature is zero almost everywhere say which one steps are taken with instead.
LINDEN_HD double value_of(double score) { return score; }
LINDEN_HD double value_of(Line score) { return score.value; }
LINDEN_HD double with_derivatives(double, double value, double, double) { return value; }
LINDEN_HD Dual with_derivatives(Line score, double value, double slope, double curvature) {
  return chain(score, value, slope, curvature);
}

LINDEN_LEVEL_END

}  // namespace linden
