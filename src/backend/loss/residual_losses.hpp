// Losses that outliers pull on no harder than others, or hardly: corners, and squares that become lines.
#pragma once

#include <array>
#include <cmath>
#include <limits>

#include "backend/loss/corner.hpp"
#include "backend/loss/divergence.hpp"
#include "backend/loss/loss_traits.hpp"
#include "backend/loss/own_derivatives.hpp"
#include "backend/math/host_device.hpp"
#include "backend/math/math.hpp"
#include "backend/math/scalar_ops.hpp"

namespace linden {

LINDEN_LEVEL_BEGIN

/// With r = label - score: level * r for r >= 0, (level - 1) * r below. The slope in the score is -level where r > 0,
/// 1 - level where r < 0, and 0 where r = 0, which lies between the two. It has no curvature: 1 is taken in its place.
struct QuantileLoss {
  static constexpr const char* name = "quantile";
  static constexpr Link link = Link::identity;
  static constexpr LabelKind labels = LabelKind::real;
  static constexpr LossShape shape = LossShape::cornered;
  static constexpr Lowest lowest = Lowest::at_a_score;
  static constexpr Start start = Start::order_statistic;
  static constexpr ParameterRule parameters[] = {
      {"level", 0, true, 1, 0.5, "the share of labels that lie below the prediction", false, true}};
  static constexpr const char* metrics[] = {"pinball_{level}", "mae"};

  double level;

  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    const double r = label - value_of(score);
    const double below = 1.0 - level;
    const double slope = r > 0.0 ? -level : r < 0.0 ? below : 0.0;
    return with_derivatives(score, r > 0.0 ? level * r : -(below * r), slope + (r - r), 1.0);  // r - r: not finite, NaN
  }

  double renewal_level() const noexcept { return level; }
  std::array<Corner, 1> corners(double label) const noexcept { return {Corner{label, -level, 1 - level}}; }
};

/// |label - score|: slope -1 where score < label, 1 where score > label, and 0 where they are equal. It has no
/// curvature: 1 is taken in its place.
struct AbsoluteLoss {
  static constexpr const char* name = "absolute";
  static constexpr Link link = Link::identity;
  static constexpr LabelKind labels = LabelKind::real;
  static constexpr LossShape shape = LossShape::cornered;
  static constexpr Lowest lowest = Lowest::at_a_score;
  static constexpr Start start = Start::order_statistic;
  static constexpr const char* metrics[] = {"mae", "rmse", "r2"};

  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    const double r = label - value_of(score);
    const double slope = r > 0.0 ? -1.0 : r < 0.0 ? 1.0 : 0.0;
    return with_derivatives(score, math::abs(r), slope + (r - r), 1.0);
  }

  static double renewal_level() noexcept { return 0.5; }
  static std::array<Corner, 1> corners(double label) noexcept { return {Corner{label, -1, 1}}; }
};

/// |label - score| / max(1, |label|): the absolute loss of a row whose weight is that of a relative error. It has no
/// curvature: the weight is taken in its place.
struct MapeLoss {
  static constexpr const char* name = "mape";
  static constexpr Link link = Link::identity;
  static constexpr LabelKind labels = LabelKind::real;
  static constexpr LossShape shape = LossShape::cornered;
  static constexpr Lowest lowest = Lowest::at_a_score;
  static constexpr Start start = Start::order_statistic;
  static constexpr const char* metrics[] = {"mape", "mae", "rmse"};

  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    const double r = label - value_of(score), w = renewal_weight(label);
    const double slope = r > 0.0 ? -w : r < 0.0 ? w : 0.0;
    return with_derivatives(score, w * math::abs(r), slope + (r - r), w);
  }

  static double renewal_level() noexcept { return 0.5; }
  LINDEN_HD static double renewal_weight(double label) {
    const double size = math::abs(label);
    return size > 1.0 ? 1.0 / size : 1.0;
  }
  static std::array<Corner, 1> corners(double label) noexcept {
    return {Corner{label, -renewal_weight(label), renewal_weight(label)}};
  }
};

/// With r = label - score: 0.5 * square(r) for |r| <= delta, delta * (|r| - 0.5 * delta) outside. The slope is -r, at
/// most delta in size. The curvature is min(1, delta / |r|), that of the tightest parabola which touches the loss at
/// the score and lies above it everywhere: a step to its lowest point never raises the loss. (The second derivative,
/// 0 outside, would make steps without bound.)
struct HuberLoss {
  static constexpr const char* name = "huber";
  static constexpr Link link = Link::identity;
  static constexpr LabelKind labels = LabelKind::real;
  static constexpr LossShape shape = LossShape::convex;
  static constexpr Lowest lowest = Lowest::at_a_score;
  static constexpr Start start = Start::median;
  static constexpr ParameterRule parameters[] = {
      {"delta", 0, true, unbounded, 1, "the residual beyond which the loss is linear"}};
  static constexpr const char* metrics[] = {"mae", "rmse", "r2"};

  double delta;

  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    const double r = label - value_of(score);
    const double size = math::abs(r);
    const double value = size > delta ? delta * (size - 0.5 * delta) : 0.5 * math::square(r);
    const double slope = r > delta ? -delta : r < -delta ? delta : -r;
    return with_derivatives(score, value, slope, size > delta ? delta / size : 1.0);
  }

  /// The second derivative, of what the functor gives.
  static double bend(const Dual& d) noexcept { return d.second < 1 ? 0.0 : d.second; }
  double slope_limit() const noexcept { return delta; }
  /// delta beyond the median, half of the rows or more pull back with all their force.
  double reach() const noexcept { return delta; }
  /// That of the square inside; outside, with a = what the slope +-delta shrinks by, a (|r| - delta) + a^2 / 2.
  double divergence(double score, double label, double d) const noexcept {
    const double r = score - label, size = std::abs(r);
    const double slack = 4 * std::numeric_limits<double>::epsilon() * delta;
    if (size <= delta) return std::abs(r + d) <= delta + slack ? 0.5 * d * d : no_dual_point;
    const double a = r > 0 ? -d : d;
    if (a < -slack || a > 2 * delta + slack) return no_dual_point;
    return a > 0 ? a * ((size - delta) + 0.5 * a) : 0;
  }
  static double least(double) noexcept { return 0; }
};

/// With r = label - score: square(delta) * (sqrt(1 + square(r / delta)) - 1), about 0.5 * square(r) near 0 and
/// delta * (|r| - delta) far out, without a corner between. With root = sqrt(1 + square(r / delta)) the slope is
/// -r / root. The curvature is 1 / root, as for huber that of the tightest parabola which touches the loss at the score
/// and lies above it everywhere; the second derivative is its cube. Ratios are taken of the smaller to the larger.
struct PseudoHuberLoss {
  static constexpr const char* name = "pseudo_huber";
  static constexpr Link link = Link::identity;
  static constexpr LabelKind labels = LabelKind::real;
  static constexpr LossShape shape = LossShape::convex;
  static constexpr Lowest lowest = Lowest::at_a_score;
  static constexpr Start start = Start::median;
  static constexpr ParameterRule parameters[] = {
      {"delta", 0, true, unbounded, 1, "the residual about which the square becomes a line"}};
  static constexpr const char* metrics[] = {"mae", "rmse", "r2"};

  double delta;

  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    const double r = label - value_of(score);
    const double size = math::abs(r);
    const bool is_near = size <= delta;
    const double low = is_near ? size : delta, ratio = low / (is_near ? delta : size);
    const double root = math::sqrt(1.0 + math::square(ratio)), unit = is_near ? 1.0 : ratio;
    const double slope = low / root;
    return with_derivatives(score, low * (size / (unit + root)), r > 0.0 ? -slope : slope, unit / root);
  }

  static double bend(const Dual& d) noexcept { return d.second * d.second * d.second; }
  double slope_limit() const noexcept { return delta; }
  /// With sines t = slope / delta and cosines c = sqrt(1 - square(t)) at the score and at the dual point:
  /// square(delta) (square(change of t) + square(change of c)) / (2 c).
  double divergence(double score, double label, double d) const noexcept {
    if (d == 0) return 0;
    const Dual at = (*this)(variable(score), label);
    const double cosine = at.second, sine = at.first / delta, step = d / delta, rise = step * (2 * sine + step);
    const double square_there = cosine * cosine - rise;
    if (square_there < -8 * std::numeric_limits<double>::epsilon()) return no_dual_point;
    const double there = square_there > 0 ? std::sqrt(square_there) : 0, tilt = (2 * sine + step) / (cosine + there);
    return 0.5 * d * d * (1 + tilt * tilt) / cosine;
  }
  static double least(double) noexcept { return 0; }
};

/// a - log1p(a) for a > -1, by the series of the logarithm where that would cancel.
LINDEN_HD double excess_of_log1p(double a) {
  if (math::abs(a) > 0.125) return a - math::log1p(a);
  const double t = a / (2.0 + a), u = t * t;  // log1p(a) = 2 atanh(t)
  return t *
         (a - 2.0 * u * (1.0 / 3 + u * (1.0 / 5 + u * (1.0 / 7 + u * (1.0 / 9 + u * (1.0 / 11 + u * (1.0 / 13)))))));
}

/// With r = label - score and a = |r| / c: square(c) * (a - log1p(a)), about 0.5 * square(r) near 0 and growing ever
/// more like a line far out. The slope is -r / (1 + a), below c in size. The curvature is 1 / (1 + a), as for huber
/// that of the tightest parabola above; the second derivative is its square.
struct FairLoss {
  static constexpr const char* name = "fair";
  static constexpr Link link = Link::identity;
  static constexpr LabelKind labels = LabelKind::real;
  static constexpr LossShape shape = LossShape::convex;
  static constexpr Lowest lowest = Lowest::at_a_score;
  static constexpr Start start = Start::median;
  static constexpr ParameterRule parameters[] = {
      {"c", 0, true, unbounded, 1, "the residual at which the pull is half of what it can be"}};
  static constexpr const char* metrics[] = {"mae", "rmse", "r2"};

  double c;

  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    const double r = label - value_of(score), a = math::abs(r) / c, curvature = 1.0 / (1.0 + a);
    return with_derivatives(score, c * c * excess_of_log1p(a), -r * curvature, curvature);
  }

  static double bend(const Dual& d) noexcept { return d.second * d.second; }
  double slope_limit() const noexcept { return c; }
  /// With t = |slope| / c, t = a / (1 + a): the conjugate is square(c) (-t - log1p(-t)) but for label * slope.
  double divergence(double score, double label, double d) const noexcept {
    if (d == 0) return 0;
    const double x = score - label, a = std::abs(x) / c, t = x / (c + std::abs(x)), there = t + d / c;
    if (std::abs(there) >= 1) return no_dual_point;
    if ((there < 0) == (x < 0) || there == 0) return c * c * excess_of_log1p((x < 0 ? d : -d) / c * (1 + a));
    return c * c * (excess_of_log1p(-std::abs(there)) + excess_of_log1p(a) - there * x / c);
  }
  static double least(double) noexcept { return 0; }
};

/// With r = label - score: log(cosh(r)), about 0.5 * square(r) near 0 and |r| - log(2) far out. The slope is -tanh(r).
/// The curvature is tanh(r) / r, as for huber that of the tightest parabola above; the second derivative is
/// 1 - square(tanh(r)).
struct LogCoshLoss {
  static constexpr const char* name = "log_cosh";
  static constexpr Link link = Link::identity;
  static constexpr LabelKind labels = LabelKind::real;
  static constexpr LossShape shape = LossShape::convex;
  static constexpr Lowest lowest = Lowest::at_a_score;
  static constexpr Start start = Start::median;
  static constexpr const char* metrics[] = {"mae", "rmse", "r2"};

  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    const double r = label - value_of(score), size = math::abs(r), slope = math::tanh(r);
    return with_derivatives(score, value(size), -slope, size > 0.0 ? slope / r : 1.0);
  }

  static constexpr double log_two = 0.693147180559945309;

  /// cosh(size) - 1 = square(e) / (2 (1 + e)) with e = expm1(size); far out, without overflow.
  LINDEN_HD static double value(double size) {
    if (size > 1.0) return size + math::log1p(math::exp(-2.0 * size)) - log_two;
    const double e = math::expm1(size);
    return math::log1p(0.5 * (e / (1.0 + e)) * e);
  }

  static double bend(const Dual& d) noexcept { return (1 - d.first) * (1 + d.first); }
  static double slope_limit() noexcept { return 1; }
  /// Half the relative entropies of 1 + slope and of 1 - slope.
  static double divergence(double score, double label, double d) noexcept {
    constexpr double slack = 4 * std::numeric_limits<double>::epsilon();
    const auto part = [](double z, double step) {
      const double p = 2 * math::sigmoid(z), q = p + step;
      return entropy_divergence(p, q < 0 && q >= -slack ? -p : step, [&] { return log_two + math::log_sigmoid(z); });
    };
    const double x = 2 * (score - label);
    return 0.5 * (part(x, d) + part(-x, -d));
  }
  static double least(double) noexcept { return 0; }
};

LINDEN_LEVEL_END

}  // namespace linden
