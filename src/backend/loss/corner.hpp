// Losses with corners, as what their solver and their certificate see of them.
#pragma once

#include "backend/math/host_device.hpp"

namespace linden {

LINDEN_LEVEL_BEGIN

/// A function of the score with one corner: low * (score - at) before it and high * (score - at) behind it, low <= 0 <=
/// high. A loss with corners is the sum of one or two of them. It is the largest of theta * (score - at) over theta in
/// [low, high]: so the dual point of a row is a theta for each of its corners, and costs theta * at.
struct Corner {
  double at, low, high;

  double value(double score) const noexcept { return score < at ? low * (score - at) : high * (score - at); }
};

LINDEN_LEVEL_END

}  // namespace linden
