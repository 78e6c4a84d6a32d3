// Losses of the squared residual.
#pragma once

#include "backend/loss/loss_traits.hpp"
#include "backend/loss/own_derivatives.hpp"
#include "backend/math/host_device.hpp"
#include "backend/math/math.hpp"
#include "backend/math/scalar_ops.hpp"

namespace linden {

LINDEN_LEVEL_BEGIN

/// 0.5 * square(label - score): slope score - label, curvature 1.
struct SquaredLoss {
  static constexpr const char* name = "squared";
  static constexpr Link link = Link::identity;
  static constexpr LabelKind labels = LabelKind::real;
  static constexpr LossShape shape = LossShape::quadratic;
  static constexpr Lowest lowest = Lowest::at_a_score;
  static constexpr Start start = Start::zero;
  static constexpr const char* metrics[] = {"rmse", "mae", "r2"};

  template <class S, class Label>
  LINDEN_HD auto operator()(const S& score, const Label& label) const {
    using math::square;
    return 0.5 * square(label - score);
  }

  static double divergence(double, double, double d) noexcept { return 0.5 * d * d; }
  static double least(double) noexcept { return 0; }
};

/// 0.5 * square(log1p(label) - score): the squared loss of the label's logarithm.
struct SquaredLogLoss {
  static constexpr const char* name = "squared_log";
  static constexpr Link link = Link::expm1;
  static constexpr LabelKind labels = LabelKind::nonnegative;
  static constexpr LossShape shape = LossShape::convex;
  static constexpr Lowest lowest = Lowest::at_a_score;
  static constexpr Start start = Start::zero;
  static constexpr const char* metrics[] = {"rmsle", "rmse"};

  template <class S, class Label>
  LINDEN_HD auto operator()(const S& score, const Label& label) const {
    using math::log1p, math::square;
    return 0.5 * square(log1p(label) - score);
  }

  static double divergence(double, double, double d) noexcept { return 0.5 * d * d; }
  static double least(double) noexcept { return 0; }
};

/// With r = label - score and w = level where r > 0, 1 - level elsewhere: w * square(r); half the square at level 0.5.
/// The slope is -2 * w * r, the curvature 2 * w.
struct ExpectileLoss {
  static constexpr const char* name = "expectile";
  static constexpr Link link = Link::identity;
  static constexpr LabelKind labels = LabelKind::real;
  static constexpr LossShape shape = LossShape::convex;
  static constexpr Lowest lowest = Lowest::at_a_score;
  static constexpr Start start = Start::zero;
  static constexpr ParameterRule parameters[] = {
      {"level", 0, true, 1, 0.5, "the share of the pull that comes from labels above the prediction", false, true}};
  static constexpr const char* metrics[] = {"{loss}", "rmse"};

  double level;

  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    const double r = label - value_of(score), w = r > 0.0 ? level : 1.0 - level;
    return with_derivatives(score, w * math::square(r), -2.0 * w * r, 2.0 * w);
  }

  /// square(slope) / (4 w) is the conjugate but for label * slope, with the w of the slope's sign.
  double divergence(double score, double label, double d) const noexcept {
    const double x = score - label, w = x < 0 ? level : 1 - level, there = 2 * w * x + d;
    if (there == 0 || (there < 0) == (x < 0)) return d * d / (4 * w);
    return there * there / (4 * (there < 0 ? level : 1 - level)) + w * x * x - there * x;
  }
  static double least(double) noexcept { return 0; }
};

LINDEN_LEVEL_END

}  // namespace linden
