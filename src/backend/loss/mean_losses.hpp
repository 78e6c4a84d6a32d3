// Losses of the logarithm of a mean: counts and amounts.
#pragma once

#include <cmath>
#include <limits>

#include "backend/loss/divergence.hpp"
#include "backend/loss/loss_traits.hpp"
#include "backend/loss/class_losses.hpp"
#include "backend/loss/own_derivatives.hpp"
#include "backend/math/host_device.hpp"
#include "backend/math/math.hpp"
#include "backend/math/scalar_ops.hpp"

namespace linden {

LINDEN_LEVEL_BEGIN

/// exp(score) - label * score: slope exp(score) - label, curvature exp(score).
struct PoissonLoss {
  static constexpr const char* name = "poisson";
  static constexpr Link link = Link::exp;
  static constexpr LabelKind labels = LabelKind::nonnegative;
  static constexpr LossShape shape = LossShape::convex;
  static constexpr Lowest lowest = Lowest::by_label;
  static constexpr Start start = Start::log_mean;
  static constexpr const char* metrics[] = {"poisson_deviance", "rmse"};

  template <class S, class Label>
  LINDEN_HD auto operator()(const S& score, const Label& label) const {
    using math::exp;
    return exp(score) - label * score;
  }

  /// The relative entropy of the mean m + d from the mean m = exp(score).
  static double divergence(double score, double, double d) noexcept {
    return entropy_divergence(math::exp(score), d, [&] { return score; });
  }
  static double least(double label) noexcept { return label > 0 ? label - label * math::log(label) : 0; }
};

/// score + label * exp(-score): slope 1 - label * exp(-score), curvature label * exp(-score).
struct GammaLoss {
  static constexpr const char* name = "gamma";
  static constexpr Link link = Link::exp;
  static constexpr LabelKind labels = LabelKind::positive;
  static constexpr LossShape shape = LossShape::convex;
  static constexpr Lowest lowest = Lowest::at_a_score;
  static constexpr Start start = Start::log_mean;
  static constexpr const char* metrics[] = {"gamma_deviance", "rmse"};

  template <class S, class Label>
  LINDEN_HD auto operator()(const S& score, const Label& label) const {
    using math::exp;
    return score + label * exp(-score);
  }

  /// The relative entropy of the ratio q - d from the ratio q = label exp(-score), which should be 1.
  static double divergence(double score, double label, double d) noexcept {
    return entropy_divergence(label * math::exp(-score), -d, [&] { return math::log(label) - score; });
  }
  static double least(double label) noexcept { return 1 + math::log(label); }
};

/// With p the power, 1 < p < 2: exp((2 - p) * score) / (2 - p) + label * exp((1 - p) * score) / (p - 1), half the
/// deviance of a compound of Poisson many gamma amounts, but for what the label alone adds. The slope is exp((1 - p) *
/// score) * (exp(score) - label).
struct TweedieLoss {
  static constexpr const char* name = "tweedie";
  static constexpr Link link = Link::exp;
  static constexpr LabelKind labels = LabelKind::nonnegative;
  static constexpr LossShape shape = LossShape::convex;
  static constexpr Lowest lowest = Lowest::by_label;
  static constexpr Start start = Start::log_mean;
  static constexpr ParameterRule parameters[] = {
      {"variance_power", 1, true, 2, 1.5, "the power of the mean that the variance goes with"}};
  static constexpr const char* metrics[] = {"tweedie_deviance_{variance_power}", "rmse"};

  double power;

  template <class S, class Label>
  LINDEN_HD auto operator()(const S& score, const Label& label) const {
    using math::exp;
    const double rise = 2.0 - power, fall = power - 1.0;
    return exp(rise * score) / rise + label * exp(-fall * score) / fall;
  }

  /// With the score t further at which the slope is the dual point's, and h(u) = u exp(u) - expm1(u):
  /// exp((2 - p) score) h((2 - p) t) / (2 - p) + label exp((1 - p) score) h((1 - p) t) / (p - 1).
  double divergence(double score, double label, double d) const noexcept {
    if (d == 0) return 0;
    const double rise = 2 - power, fall = power - 1;
    const double up = math::exp(rise * score), down = label * math::exp(-fall * score);
    if (down == 0) return entropy_divergence(up, d, [&] { return rise * score; }) / rise;
    if (up == 0) return no_dual_point;  // so low a score that the point would have no bound
    const double t = solve_two_exponentials(up, rise, down, fall, d);
    const auto h = [](double u) { return relative_entropy(std::expm1(u)); };
    return up * h(rise * t) / rise + down * h(-fall * t) / fall;
  }
  double least(double label) const noexcept {
    return label > 0 ? std::pow(label, 2 - power) / ((2 - power) * (power - 1)) : 0;
  }
};

/// With a the dispersion: (label + 1 / a) * softplus(score + log(a)) - label * score, the loss of counts whose variance
/// is mean + a * square(mean). The slope is (mean - label) / (1 + a * mean) with mean = exp(score).
struct NegativeBinomialLoss {
  static constexpr const char* name = "negative_binomial";
  static constexpr Link link = Link::exp;
  static constexpr LabelKind labels = LabelKind::nonnegative;
  static constexpr LossShape shape = LossShape::convex;
  static constexpr Lowest lowest = Lowest::by_label;
  static constexpr Start start = Start::log_mean;
  static constexpr ParameterRule parameters[] = {
      {"dispersion", 0, true, unbounded, 1, "the variance is mean + dispersion * mean^2"}};
  static constexpr const char* metrics[] = {"{loss}", "rmse"};

  double size;   ///< 1 / dispersion
  double shift;  ///< log(dispersion)

  template <class Visitor>
  static auto visit(const double* parameter, const Visitor& visitor) {
    return visitor(NegativeBinomialLoss{1 / parameter[0], math::log(parameter[0])});
  }

  template <class S, class Label>
  LINDEN_HD auto operator()(const S& score, const Label& label) const {
    using math::softplus;
    return (label + size) * softplus(score + shift) - label * score;
  }

  /// label + 1 / a times the logistic loss's.
  double divergence(double score, double label, double d) const noexcept {
    const double trials = label + size;
    return trials * LogisticLoss::divergence(score + shift, 0, d / trials);
  }
  double least(double label) const noexcept {
    return label > 0 ? (label + size) * math::log1p(label / size) - label * math::log(label) : 0;
  }
};

/// 0.5 * label * exp(-2 * score) - exp(-score), half the deviance of an inverse Gaussian distribution but for what the
/// label alone adds: slope exp(-score) * (1 - label * exp(-score)).
struct InverseGaussianLoss {
  static constexpr const char* name = "inverse_gaussian";
  static constexpr Link link = Link::exp;
  static constexpr LabelKind labels = LabelKind::positive;
  static constexpr LossShape shape = LossShape::not_convex;
  static constexpr Lowest lowest = Lowest::at_a_score;
  static constexpr Start start = Start::log_mean;
  static constexpr const char* metrics[] = {"{loss}", "rmse"};

  template <class S, class Label>
  LINDEN_HD auto operator()(const S& score, const Label& label) const {
    using math::exp;
    return 0.5 * label * exp(-2.0 * score) - exp(-score);
  }
  static double least(double label) noexcept { return -0.5 / label; }
};

LINDEN_LEVEL_END

}  // namespace linden
