#include "loss/distribution.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "backend/loss/distribution_losses.hpp"
#include "loss/quantile_functions.hpp"

namespace linden {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double inverse_root_of_pi = 0.564189583547756287;

/// The integral for the normal distribution of mean 0 and deviation 1.
double normal_crps(double z) {
  const double density = std::exp(-0.5 * z * z - half_log_two_pi);
  return z * (2 * normal_share(z) - 1) + 2 * density - inverse_root_of_pi;
}

/// Jordan, Krueger and Lerch 2019, as that of the gamma distribution.
double log_normal_crps(double log_mean, double log_scale, double label) {
  const double scale = math::exp(log_scale), mean = math::exp(log_mean + 0.5 * scale * scale);
  const double z = label > 0 ? (math::log(label) - log_mean) / scale : -infinity;
  const double root_of_half = 0.707106781186547524;
  return label * (2 * normal_share(z) - 1) -
         2 * mean * (normal_share(z - scale) + normal_share(scale * root_of_half) - 1);
}

double gamma_crps(double log_mean, double log_shape, double label) {
  const double mean = math::exp(log_mean), shape = math::exp(log_shape), x = std::max(label, 0.0) / mean * shape;
  const double log_beta = std::lgamma(0.5) + math::lgamma(shape) - math::lgamma(shape + 0.5);
  return label * (2 * gamma_share(shape, x) - 1) - mean * (2 * gamma_share(shape + 1, x) - 1) -
         mean / shape * std::exp(-log_beta);
}

}  // namespace

bool is_of_distribution(Link link) noexcept {
  return link == Link::normal || link == Link::log_normal || link == Link::gamma;
}

Moments moments_of(Link link, TwoScores scores) {
  const double second = math::exp(scores.second);
  if (link == Link::normal) return {scores.first, second};
  if (link == Link::log_normal) {
    const double variance = second * second, mean = math::exp(scores.first + 0.5 * variance);
    return {mean, mean * math::sqrt(math::expm1(variance))};
  }
  const double mean = math::exp(scores.first);
  return {mean, mean * math::exp(-0.5 * scores.second)};
}

TwoScores scores_of(Link link, Moments moments) {
  if (link == Link::normal) return {moments.mean, math::log(moments.deviation)};
  const double log_mean = math::log(moments.mean), ratio = moments.deviation / moments.mean;
  if (link == Link::log_normal) {
    const double variance = math::log1p(ratio * ratio);
    return {log_mean - 0.5 * variance, 0.5 * math::log(variance)};
  }
  return {log_mean, -2 * math::log(ratio)};
}

double quantile_of(Link link, TwoScores scores, double level) {
  if (link == Link::gamma) {
    const double shape = math::exp(scores.second);
    return math::exp(scores.first) * (gamma_quantile(shape, level) / shape);
  }
  const double x = scores.first + math::exp(scores.second) * normal_quantile(level);
  return link == Link::normal ? x : math::exp(x);
}

double nll_of(Link link, TwoScores scores, double label) {
  if (link == Link::normal) return NormalDistributionLoss{1}(scores.first, scores.second, label);
  if (!(label > 0)) return infinity;
  if (link == Link::log_normal) return LogNormalDistributionLoss{1}(scores.first, scores.second, label);
  return GammaDistributionLoss{1}(scores.first, scores.second, label);
}

double share_below(Link link, TwoScores scores, double label) {
  const auto [first, second] = scores;
  if (link == Link::normal) return normal_share((label - first) / math::exp(second));
  if (!(label > 0)) return 0;
  if (link == Link::log_normal) return normal_share((math::log(label) - first) / math::exp(second));
  const double shape = math::exp(second);
  return gamma_share(shape, label / math::exp(first) * shape);
}

double crps_of(Link link, TwoScores scores, double label) {
  const auto [first, second] = scores;
  if (link == Link::log_normal) return log_normal_crps(first, second, label);
  if (link == Link::gamma) return gamma_crps(first, second, label);
  const double deviation = math::exp(second);
  return deviation > 0 ? deviation * normal_crps((label - first) / deviation) : std::abs(label - first);
}

}  // namespace linden
