// Losses of distributions: minus the logarithm of the density at the label, from two scores a row.
//
// Each pair of scores is one of which the Fisher information is diagonal, F_0 and F_1. So the natural gradient, the
// inverse of the information times the gradient, is slope / F score by score, and the curvature in its units is
// second derivative / F, whose mean under the distribution is 1. Steps are taken with no less than 1: the second
// derivative falls to 0 or below where a label is likelier than expected, and where it is less likely it grows with the
// slope, so that a step has a bound.
#pragma once

#include <concepts>
#include <cstdint>

#include "backend/loss/class_losses.hpp"
#include "backend/loss/loss_traits.hpp"
#include "backend/math/host_device.hpp"
#include "backend/math/math.hpp"
#include "backend/math/scalar_ops.hpp"
#include "backend/math/special.hpp"

namespace linden {

LINDEN_LEVEL_BEGIN

inline constexpr double half_log_two_pi = 0.918938533204672742;
inline constexpr ParameterRule natural_gradient_rule{
    "natural_gradient", 0, false, 2, 1, "1: rows weigh alike; 0: by their Fisher information", true};

/// What all of them have in common.
struct DistributionLoss {
  static constexpr LossShape shape = LossShape::not_convex;
  static constexpr Lowest lowest = Lowest::at_infinity;
  static constexpr Start start = Start::moments;
  static constexpr ParameterRule parameters[] = {natural_gradient_rule};
  static constexpr const char* metrics[] = {"nll", "crps", "rmse"};

  double natural_gradient;
};

/// log_scale + 0.5 * square((label - mean) * exp(-log_scale)) + log(2 pi) / 2.
struct NormalDistributionLoss : DistributionLoss {
  static constexpr const char* name = "normal_distribution";
  static constexpr Link link = Link::normal;
  static constexpr LabelKind labels = LabelKind::real;

  template <class Mean, class LogScale>
  LINDEN_HD auto operator()(const Mean& mean, const LogScale& log_scale, double label) const {
    using math::exp, math::square;
    return log_scale + (0.5 * square((label - mean) * exp(-log_scale)) + half_log_two_pi);
  }

  /// Of score k.
  LINDEN_HD static double information(double, double log_scale, std::int64_t k) {
    return k == 0 ? math::square(math::exp(-log_scale)) : 2.0;
  }
};

/// The same of the label's logarithm, and what that adds: log(label).
struct LogNormalDistributionLoss : DistributionLoss {
  static constexpr const char* name = "log_normal_distribution";
  static constexpr Link link = Link::log_normal;
  static constexpr LabelKind labels = LabelKind::positive;

  template <class Mean, class LogScale>
  LINDEN_HD auto operator()(const Mean& mean, const LogScale& log_scale, double label) const {
    const double y = math::log(label);
    return NormalDistributionLoss{natural_gradient}(mean, log_scale, y) + y;
  }

  LINDEN_HD static double information(double mean, double log_scale, std::int64_t k) {
    return NormalDistributionLoss::information(mean, log_scale, k);
  }
};

/// With r = log(label) - log_mean and k = exp(log_shape): k * (expm1(r) - r) + (lgamma(k) - k * (log_shape - 1)) +
/// log(label).
struct GammaDistributionLoss : DistributionLoss {
  static constexpr const char* name = "gamma_distribution";
  static constexpr Link link = Link::gamma;
  static constexpr LabelKind labels = LabelKind::positive;

  template <class LogMean, class LogShape>
  LINDEN_HD auto operator()(const LogMean& log_mean, const LogShape& log_shape, double label) const {
    using math::exp, math::expm1, math::lgamma;
    const double y = math::log(label);
    const auto r = y - log_mean;
    const auto k = exp(log_shape);
    return k * (expm1(r) - r) + (lgamma(k) - k * (log_shape - 1.0)) + y;
  }

  /// k and k^2 trigamma(k) - k, which is 1/2 + 1 / (6 k) - 1 / (30 k^3) + ... for large k.
  LINDEN_HD static double information(double, double log_shape, std::int64_t output) {
    const double k = math::exp(log_shape);
    if (output == 0) return k;
    if (k > 1024.0) return 0.5 + (1.0 - 0.2 / (k * k)) / (6.0 * k);
    return k * (k * math::polygamma(1.0, k) - 1.0);
  }
};

/// What trees are grown from, of output k.
template <class Loss>
LINDEN_HD SoftmaxLoss::Output distribution_output(const Loss& loss, double first, double second, double label,
                                                  std::int64_t k) {
  const Dual d = k == 0 ? loss(variable(first), second, label) : loss(first, variable(second), label);
  const double information = loss.information(first, second, k);
  const double curvature = d.second > information ? d.second : information;
  if (loss.natural_gradient > 0.0) return {d.first / information, curvature / information};
  return {d.first, curvature};
}

LINDEN_LEVEL_END

}  // namespace linden
