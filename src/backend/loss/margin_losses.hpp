// Losses of support vector machines: rows that are right by a margin, or near enough, cost nothing.
#pragma once

#include <algorithm>
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

/// What both hinges have in common.
struct MarginLoss {
  static constexpr Link link = Link::sigmoid;
  static constexpr LabelKind labels = LabelKind::classes;
  static constexpr Lowest lowest = Lowest::at_a_score;
  static constexpr Start start = Start::zero;
  static constexpr const char* metrics[] = {"{loss}", "accuracy", "auc"};
};

/// With the margin m = score for label 1 and -score for label 0: max(0, 1 - m), the hinge with its corner. The slope in
/// m is -1 below 1 and 0 from there on. It has no curvature: 1 is taken in its place.
struct SharpHingeLoss : MarginLoss {
  static constexpr const char* name = "sharp_hinge";
  static constexpr LossShape shape = LossShape::cornered;

  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    const double sign = label > 0.5 ? 1.0 : -1.0, gap = 1.0 - sign * value_of(score);
    return with_derivatives(score, gap < 0.0 ? 0.0 : gap, (gap > 0.0 ? -sign : 0.0) + (gap - gap), 1.0);
  }

  static std::array<Corner, 1> corners(double label) noexcept {
    return label > 0.5 ? std::array{Corner{1, -1, 0}} : std::array{Corner{-1, 0, 1}};
  }
};

/// square(max(0, 1 - m)) of the same margin. The slope in m is -2 (1 - m) below 1, the curvature 2 there and 0 beyond.
struct SquaredHingeLoss : MarginLoss {
  static constexpr const char* name = "squared_hinge";
  static constexpr LossShape shape = LossShape::convex;

  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    const double sign = label > 0.5 ? 1.0 : -1.0, gap = 1.0 - sign * value_of(score);
    const double loss = gap < 0.0 ? 0.0 : gap;  // NaN stays
    return with_derivatives(score, math::square(loss), -2.0 * sign * loss, gap > 0.0 ? 2.0 : 0.0);
  }

  /// square(slope) / 4 is the conjugate but for the corner's place: square(d) / 4 where the loss pulls, and the way
  /// back to there beyond.
  static double divergence(double score, double label, double d) noexcept {
    const double sign = label > 0.5 ? 1 : -1, gap = 1 - sign * score, step = sign * d, pull = gap > 0 ? 2 * gap : 0;
    const double slack = 4 * std::numeric_limits<double>::epsilon();
    if (step - pull > slack * pull) return no_dual_point;
    return 0.25 * d * d + (gap < 0 ? gap * step : 0);
  }
  static double least(double) noexcept { return 0; }
};

/// What both losses with a tube have in common.
struct TubeLoss {
  static constexpr Link link = Link::identity;
  static constexpr LabelKind labels = LabelKind::real;
  static constexpr Lowest lowest = Lowest::at_a_score;
  static constexpr Start start = Start::median;
  static constexpr ParameterRule parameters[] = {
      {"epsilon", 0, false, unbounded, 0.1, "the residual up to which rows cost nothing"}};
  static constexpr const char* metrics[] = {"{loss}", "mae", "rmse"};

  double epsilon;
};

/// With r = label - score: max(0, |r| - epsilon). The slope is -1 where r > epsilon, 1 where r < -epsilon, and 0
/// between. It has no curvature: 1 is taken in its place.
struct EpsilonInsensitiveLoss : TubeLoss {
  static constexpr const char* name = "epsilon_insensitive";
  static constexpr LossShape shape = LossShape::cornered;

  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    const double r = label - value_of(score), beyond = math::abs(r) - epsilon;
    const double slope = beyond > 0.0 ? (r > 0.0 ? -1.0 : 1.0) : 0.0;
    return with_derivatives(score, beyond < 0.0 ? 0.0 : beyond, slope + (r - r), 1.0);
  }

  std::array<Corner, 2> corners(double label) const noexcept {
    return {Corner{label - epsilon, -1, 0}, Corner{label + epsilon, 0, 1}};
  }
};

/// square(max(0, |r| - epsilon)) of the same residual: slope -2 (|r| - epsilon) with the sign of r, curvature 2 where
/// |r| > epsilon and 0 between.
struct SquaredEpsilonInsensitiveLoss : TubeLoss {
  static constexpr const char* name = "squared_epsilon_insensitive";
  static constexpr LossShape shape = LossShape::convex;

  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    const double r = label - value_of(score), size = math::abs(r) - epsilon, beyond = size < 0.0 ? 0.0 : size;
    return with_derivatives(score, math::square(beyond), r > 0.0 ? -2.0 * beyond : 2.0 * beyond,
                            size > 0.0 ? 2.0 : 0.0);
  }

  /// The conjugate is square(slope) / 4 + epsilon |slope| but for label * slope. With x = score - label and q the dual
  /// point, square(q - slope) / 4 where x is beyond epsilon on the side of q; else what q costs from where x is.
  double divergence(double score, double label, double d) const noexcept {
    const double x = score - label, beyond = std::max(std::abs(x) - epsilon, 0.0);
    const double there = (x < 0 ? -2 * beyond : 2 * beyond) + d;
    if (there == 0 || (beyond > 0 && (there < 0) == (x < 0))) return 0.25 * d * d;
    return beyond * beyond + 0.25 * there * there + std::abs(there) * (epsilon - (there > 0 ? x : -x));
  }
  static double least(double) noexcept { return 0; }
};

LINDEN_LEVEL_END

}  // namespace linden
