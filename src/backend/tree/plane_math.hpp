// What a split is worth in the planes of a tree (planes.hpp), shared by the devices.
#pragma once

#include "backend/tree/planes.hpp"
#include "backend/tree/split_math.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// What so much of a plane's rows going left gains there.
LINDEN_HD double plane_gain(const Scan& s, std::int64_t gradient, std::int64_t curvature, double l2) {
  return gain_of<false>(s, 0, gradient, curvature, 0, l2);
}

LINDEN_HD double plane_weight(const Scan& s, std::int64_t curvature) {
  return static_cast<double>(curvature) * s.curvature_unit;
}

/// Whether both sides of a split are heavy enough: weights are sums over planes.
LINDEN_HD bool are_heavy(double left, double all, double least) { return (left >= least) & (all - left >= least); }

LINDEN_LEVEL_END
}  // namespace linden
