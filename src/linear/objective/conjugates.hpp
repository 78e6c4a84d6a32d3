// Rows of the Fenchel dual: what a dual point costs beside the exact one, for LinearRows::is_convex() losses.
//
// For a convex loss f of the scores s of a row, conjugate f*, and a dual point that differs by d from the slope f'(s):
//
//     divergence = f(s) + f*(f'(s) + d) - <s, f'(s) + d>  >= 0,
//
// infinite where f'(s) + d is outside the conjugate's domain. d itself is passed, not the point, so that nothing
// cancels: the divergence is of the order of d^2.
//
//     squared            d^2 / 2
//     poisson            q log(q / m) - q + m, the relative entropy of q = m + d from the mean m = exp(s)
//     logistic, softmax  the same, summed over the shares p_k of the classes
//     huber              the square inside; outside with a = what the slope +-delta shrinks by: a (|r| - delta) + a^2 /
//     2
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

#include "backend/loss/row_losses.hpp"

namespace linden {

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

/// The slope of a loss of one score.
inline double slope_of(const LossSpec& loss, double score, double label) noexcept {
  switch (loss.kind) {
    case LossKind::logistic: return label > 0.5 ? -math::sigmoid(-score) : math::sigmoid(score);
    case LossKind::poisson: return math::exp(score) - label;
    case LossKind::huber: {
      const double delta = loss.parameter[0], r = score - label;
      return r > delta ? delta : r < -delta ? -delta : r;
    }
    default: return score - label;
  }
}

/// The second derivative of that.
inline double bend_of(const LossSpec& loss, double score, double label) noexcept {
  switch (loss.kind) {
    case LossKind::logistic: return math::sigmoid(score) * math::sigmoid(-score);
    case LossKind::poisson: return math::exp(score);
    case LossKind::huber: return std::abs(score - label) <= loss.parameter[0] ? 1 : 0;
    default: return 1;
  }
}

/// What a row costs at least, whatever its scores.
inline double least_loss(const LossSpec& loss, double label) noexcept {
  return loss.kind == LossKind::poisson && label > 0 ? label - label * math::log(label) : 0;
}

/// Of a row with one score.
inline double divergence(const LossSpec& loss, double score, double label, double d) noexcept {
  switch (loss.kind) {
    case LossKind::logistic:
      return entropy_divergence(math::sigmoid(score), d, [&] { return math::log_sigmoid(score); }) +
             entropy_divergence(math::sigmoid(-score), -d, [&] { return math::log_sigmoid(-score); });
    case LossKind::poisson: return entropy_divergence(math::exp(score), d, [&] { return score; });
    case LossKind::huber: {
      const double delta = loss.parameter[0], r = score - label, size = std::abs(r);
      const double slack = 4 * std::numeric_limits<double>::epsilon() * delta;
      if (size <= delta) return std::abs(r + d) <= delta + slack ? 0.5 * d * d : no_dual_point;
      const double a = r > 0 ? -d : d;
      if (a < -slack || a > 2 * delta + slack) return no_dual_point;
      return a > 0 ? a * ((size - delta) + 0.5 * a) : 0;
    }
    default: return 0.5 * d * d;
  }
}

/// Shares p_k = exp(s_k) / sum_l exp(s_l), and their logarithms unless `logs` is empty.
inline void shares_of(std::span<const double> scores, std::span<double> shares, std::span<double> logs = {}) noexcept {
  double shift = scores[0], sum = 0;
  for (const double s : scores) shift = std::max(shift, s);
  for (std::size_t k = 0; k < scores.size(); ++k) sum += shares[k] = math::exp(scores[k] - shift);
  for (double& p : shares) p /= sum;
  const double log_sum = math::log(sum);
  for (std::size_t k = 0; k < logs.size(); ++k) logs[k] = (scores[k] - shift) - log_sum;
}

/// The slopes p_k - [k = label] of softmax, which sum to zero: that of the label is minus the others.
inline void softmax_slopes(std::span<const double> shares, std::size_t label, std::span<double> slopes) noexcept {
  double others = 0;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    slopes[k] = shares[k];
    if (k != label) others += shares[k];
  }
  slopes[label] = -others;
}

}  // namespace linden
