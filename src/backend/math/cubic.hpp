// The lowest point of a cubic between two points whose values and slopes are known, for line searches.
#pragma once

#include <cmath>
#include <limits>

namespace linden {

/// How far before the second point it lies, as a share of the distance from the first to the second. `mixed` is
///
///     slope + slope_of_second - 3 (value_of_second - value) / distance.
///
/// Callers sum it themselves: the order of that sum is part of the bytes that they promise. Not finite where the cubic
/// has no minimum.
inline double share_from_end(double mixed, double slope, double slope_of_second) noexcept {
  const double square = mixed * mixed - slope * slope_of_second;
  if (!(square >= 0)) return std::numeric_limits<double>::quiet_NaN();
  const double root = std::sqrt(square);
  return (slope_of_second + root - mixed) / (slope_of_second - slope + 2 * root);
}

}  // namespace linden
