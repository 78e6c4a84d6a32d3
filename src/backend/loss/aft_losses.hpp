// Accelerated failure times: log T = score + scale * Z, with Z normal, logistic or of extreme values, and a label that
// is an interval in which the time T lies: a point where it is known, without an end where a row was lost from sight
// before.
//
// A distribution gives what an interval of Z costs, -log P(low < Z < high) or, of a point, minus the logarithm of the
// density, with the first and the second derivative as both ends move up together. All three have densities whose
// logarithms are concave, so that the second one is never negative.
#pragma once

#include "backend/loss/loss_traits.hpp"
#include "backend/math/dual.hpp"
#include "backend/math/host_device.hpp"
#include "backend/math/math.hpp"
#include "backend/math/mills_ratio.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// What a loss of survival knows of a row's time: lower == upper where it is known, upper is infinite where it is only
/// known to be above lower, lower is 0 where it is only known to be below upper.
struct TimeInterval {
  double lower, upper;
};

/// The logarithm of the density at z, of the standard normal distribution.
inline constexpr double log_sqrt_two_pi = 0x1.d67f1c864beb5p-1;

/// Z is normal: times are log-normal.
struct NormalTimes {
  static constexpr const char* name = "aft";

  /// P(Z > z).
  LINDEN_HD static double above(double z) {
    const double tail = math::exp(-0.5 * z * z - log_sqrt_two_pi) * math::mills_ratio(math::abs(z));
    return z < 0.0 ? 1.0 - tail : tail;
  }
  static double middle() { return 0; }

  LINDEN_HD static Dual at(double z) { return {0.5 * z * z + log_sqrt_two_pi, z, 1.0}; }

  LINDEN_HD static Dual between(double low, double high) {
    // Mirrored so that the interval is above 0, or most of it: there tails are exact.
    const bool is_mirrored = low + high < 0.0;
    const double a = is_mirrored ? -high : low, b = is_mirrored ? -low : high;
    const bool ends = b < math::infinity;
    // So narrow an interval is its middle: differences of the tails would lose all digits.
    const double width = b - a, middle = 0.5 * (a + b);
    if (width * (1.0 + math::abs(middle)) < 0x1p-16) {
      const Dual point = at(middle);
      return {point.value - math::log(width), is_mirrored ? -point.first : point.first, point.second};
    }
    const double tail_a = math::mills_ratio(math::abs(a)), tail_b = math::mills_ratio(b);
    // The density at b over that at a.
    const double fall = ends ? math::exp(-0.5 * width * (a + b)) : 0.0;
    const double density_a = math::exp(-0.5 * a * a - log_sqrt_two_pi);
    const double density_b = ends ? math::exp(-0.5 * b * b - log_sqrt_two_pi) : 0.0;
    // Of a >= 0 in units of the density at a, else as it is.
    const double mass = a >= 0.0 ? tail_a - fall * tail_b : 1.0 - density_a * tail_a - density_b * tail_b;
    const double at_a = (a >= 0.0 ? 1.0 : density_a) / mass, at_b = (a >= 0.0 ? fall : density_b) / mass;
    const double slope = at_a - at_b;
    const double bend = at_a * (at_a - a) - at_b * (at_a + slope) + (ends ? b * at_b : 0.0);
    const double value = (a >= 0.0 ? 0.5 * a * a + log_sqrt_two_pi : 0.0) - math::log(mass);
    // 1 less the variance of what is left of the distribution.
    return {value, is_mirrored ? -slope : slope, math::minimum(math::maximum(bend, 0.0), 1.0)};
  }
};

/// Z is logistic.
struct LogisticTimes {
  static constexpr const char* name = "aft_logistic";

  LINDEN_HD static double above(double z) { return math::sigmoid(-z); }
  static double middle() { return 0; }

  LINDEN_HD static Dual at(double z) { return ends(z, z); }
  /// P is (1 - exp(low - high)) sigmoid(-low) sigmoid(high).
  LINDEN_HD static Dual between(double low, double high) {
    const Dual both = ends(low, high);
    return {both.value - math::log(-math::expm1(low - high)), both.first, both.second};
  }

 private:
  LINDEN_HD static Dual ends(double low, double high) {
    const double below = math::sigmoid(low), above = math::sigmoid(-high);
    return {math::softplus(low) + math::softplus(-high), below - above,
            below * math::sigmoid(-low) + above * math::sigmoid(high)};
  }
};

/// exp(Z) is exponential (Z is of Gumbel's distribution of least values): times are Weibull's.
struct ExtremeTimes {
  static constexpr const char* name = "aft_extreme";

  LINDEN_HD static double above(double z) { return math::exp(-math::exp(z)); }
  static double middle() { return math::log(math::log(2.0)); }

  LINDEN_HD static Dual at(double z) {
    const double hazard = bounded_exp(z);
    return {math::exp(z) - z, hazard - 1.0, hazard};
  }
  /// P is exp(-w) (1 - exp(-v)), w = exp(low) and v = exp(high) - w; as ends move v and w grow by themselves.
  LINDEN_HD static Dual between(double low, double high) {
    const double w = math::exp(low), v = low > -math::infinity ? w * math::expm1(high - low) : math::exp(high);
    // v / (exp(v) - 1), and its derivative as v grows by v, without its sign: share (v + share - 1).
    const double share = v > 0.0 ? (v < 700.0 ? v / math::expm1(v) : 0.0) : 1.0;
    const double rest =
        v < 0x1p-7 ? v * (0.5 + v * (0x1.5555555555555p-4 - v * v * 0x1.6c16c16c16c17p-10)) : v + share - 1.0;
    const double change = v < 700.0 ? share * rest : 0.0;
    const double hazard = bounded_exp(low);
    return {w - math::log(-math::expm1(-v)), hazard - share, hazard + change};
  }

 private:
  /// Slopes are floats. Steps are as long beyond the bound: the ratio of both derivatives is 1 there.
  LINDEN_HD static double bounded_exp(double z) { return math::exp(z > 60.0 ? 60.0 : z); }
};

inline constexpr ParameterRule aft_scale_rule{"scale", 0, true,
                                              1e6,     1, "the spread of the logarithm of times about the score"};

/// -log of the density, or of the probability, of what is known of a time.
template <class Times>
struct AftLoss {
  static constexpr const char* name = Times::name;
  static constexpr ParameterRule parameters[1] = {aft_scale_rule};  // nvcc counts none in a template
  using Distribution = Times;

  double scale;

  explicit AftLoss(const double* parameter) : scale(parameter[0]) {}

  /// Of a row, with the derivatives by the score.
  LINDEN_HD Dual operator()(double score, const TimeInterval& time) const {
    const double log_lower = math::log(time.lower), log_upper = math::log(time.upper);
    const double low = (log_lower - score) / scale, high = (log_upper - score) / scale;
    const bool is_known = time.lower == time.upper;
    const Dual cost = is_known ? Times::at(low) : Times::between(low, high);
    const double density = is_known ? math::log(scale) + log_lower : 0.0;
    return {cost.value + density, -cost.first / scale, cost.second / (scale * scale)};
  }

  /// The probability that the time is above this one.
  LINDEN_HD double above(double score, double time) const { return Times::above((math::log(time) - score) / scale); }
  /// The time that is as often exceeded as not.
  double median(double score) const { return math::exp(score + scale * Times::middle()); }
};

using AftNormalLoss = AftLoss<NormalTimes>;
using AftLogisticLoss = AftLoss<LogisticTimes>;
using AftExtremeLoss = AftLoss<ExtremeTimes>;

LINDEN_LEVEL_END
}  // namespace linden
