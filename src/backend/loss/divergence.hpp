// Divergences that several losses share: what a dual point costs beside the exact one.
//
// For a convex loss f of the scores s of a row, its conjugate f*, and a dual point that differs by d from the slope
// f'(s):
//
//     divergence = f(s) + f*(f'(s) + d) - <s, f'(s) + d>  >= 0,
//
// infinite where f'(s) + d is outside the conjugate's domain. d itself is passed, not the point, so that nothing
// cancels: the divergence is of the order of d^2. Certificates of linear models are sums of it.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "backend/math/host_device.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

inline constexpr double no_dual_point = std::numeric_limits<double>::infinity();

/// (1 + x) log(1 + x) - x for x >= -1: by its series sum_k (-x)^k / (k (k - 1)), k = 2, 3, ... where that would cancel.
inline double relative_entropy(double x) noexcept {
  if (x <= -1) return x == -1 ? 1 : no_dual_point;
  const double size = std::abs(x);
  if (size > 0.125) return (1 + x) * std::log1p(x) - x;
  double sum = 0;
  for (int k = size > 1e-3 ? 18 : 7; k >= 2; --k) sum = 1.0 / (k * (k - 1)) - x * sum;
  return x * x * sum;
}

/// q log(q / p) - q + p for q = p + d >= 0. log_p() is the logarithm of p, also where p underflows to 0.
template <class Log>
double entropy_divergence(double p, double d, const Log& log_p) noexcept {
  if (d == 0) return 0;
  if (std::abs(d) <= 0.5 * p) return p * relative_entropy(d / p);
  const double q = p + d;
  if (q <= 0) return q >= -4 * std::numeric_limits<double>::epsilon() * p ? p : no_dual_point;
  return q * (std::log(q) - log_p()) - d;
}

/// The t with up (exp(rise t) - 1) + down (1 - exp(-fall t)) = d, which grows with t: Newton's method within a bracket.
/// up, down > 0.
inline double solve_two_exponentials(double up, double rise, double down, double fall, double d) noexcept {
  constexpr double no_bound = std::numeric_limits<double>::infinity();
  double low = 0, high = 0;  // each of the two alone must go further than both together
  if (d > 0) high = std::min(std::log1p(d / up) / rise, d < down ? -std::log1p(-d / down) / fall : no_bound);
  if (d < 0) low = -std::min(std::log1p(-d / down) / fall, -d < up ? -std::log1p(d / up) / rise : no_bound);
  double t = d > 0 ? high : low;
  for (int i = 0; i < 200; ++i) {
    const double rest = up * std::expm1(rise * t) - down * std::expm1(-fall * t) - d;
    (rest > 0 ? high : low) = t;
    const double slope = up * rise * std::exp(rise * t) + down * fall * std::exp(-fall * t);
    double next = t - rest / slope;
    if (!(next >= low && next <= high)) next = 0.5 * (low + high);
    if (std::abs(next - t) <= 2 * std::numeric_limits<double>::epsilon() * std::abs(t)) return next;
    t = next;
  }
  return t;
}

LINDEN_LEVEL_END
}  // namespace linden
