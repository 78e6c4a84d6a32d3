// What is kept of a row's derivatives: two floats, and over all rows the largest of either and the first bad row.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"
#include "backend/loss/row_losses.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

struct StoredGradient {
  float gradient, curvature;
};

/// Derivatives of output k of a row, whose scores score(j) gives; for losses that are functors.
template <class Loss, class Score>
LINDEN_HD SoftmaxLoss::Output row_output(const Loss& loss, const Score& score, double label, std::int64_t k) {
  if constexpr (is_distribution<Loss>) {
    return distribution_output(loss, score(0), score(1), label, k);
  } else {
    const Dual d = loss(variable(score(k)), label_of_output<Loss>(label, k));
    return {d.first, d.second};
  }
}

/// Times the weight, rounded from double; negative curvature becomes 0.
template <bool weighted>
LINDEN_HD StoredGradient stored_gradient(const SoftmaxLoss::Output& d, double weight) {
  double gradient = d.gradient;
  double curvature = d.curvature < 0.0 ? 0.0 : d.curvature;
  if constexpr (weighted) {
    gradient *= weight;
    curvature *= weight;
  }
  return {static_cast<float>(gradient), static_cast<float>(curvature)};
}

/// The bit pattern without its sign: the order of patterns is that of magnitudes, with infinity and then NaN on top, so
/// that one integer maximum finds the peak and whatever is not finite.
LINDEN_HD std::int32_t magnitude_bits(float x) { return __builtin_bit_cast(std::int32_t, x) & 0x7fffffff; }

inline constexpr std::int32_t infinite_bits = 0x7f800000;

LINDEN_LEVEL_END
}  // namespace linden
