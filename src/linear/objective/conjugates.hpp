// Rows of the Fenchel dual: slopes, second derivatives and divergences (backend/loss/divergence.hpp) of the convex
// losses, whichever it is.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

#include "backend/loss/row_losses.hpp"

namespace linden {

/// Calls visitor with the functor of a convex loss of one score: nobody asks this of others.
template <class Visitor>
double visit_convex(const LossSpec& loss, const Visitor& visitor) {
  if (is_linked(loss)) return visitor(linked_loss(loss));
  return visit_type(loss, [&]<class Loss>(LossType<Loss>) -> double {
    if constexpr (is_convex<Loss> && has_one_score<Loss>)
      return visit_with<Loss>(static_cast<const double*>(loss.parameter), visitor);
    else
      __builtin_trap();
  });
}

// Flattened: what a slope alone needs of dual numbers is a third of what they compute.

/// The slope of a loss of one score.
[[gnu::flatten]] inline double slope_of(const LossSpec& loss, double score, double label) noexcept {
  return visit_convex(loss, [&](const auto& functor) { return sharp_derivatives(functor, score, label).first; });
}

/// The second derivative of that.
[[gnu::flatten]] inline double bend_of(const LossSpec& loss, double score, double label) noexcept {
  return visit_convex(loss, [&]<class Loss>(const Loss& functor) {
    return linden::bend_of<Loss>(sharp_derivatives(functor, score, label));
  });
}

/// What a row costs at least, whatever its scores.
inline double least_loss(const LossSpec& loss, double label) noexcept {
  if (is_linked(loss)) return linked_loss(loss).least(label);
  return visit_type(loss, [&]<class Loss>(LossType<Loss>) -> double {
    if constexpr (is_convex<Loss>)
      return visit_with<Loss>(static_cast<const double*>(loss.parameter),
                              [&](const auto& functor) { return functor.least(label); });
    else
      __builtin_trap();
  });
}

/// Of a row with one score.
inline double divergence(const LossSpec& loss, double score, double label, double d) noexcept {
  return visit_convex(loss, [&](const auto& functor) { return functor.divergence(score, label, d); });
}

/// How large slopes get, of a loss whose kernels take the curvature of a parabola above it; infinite for all others.
inline double slope_limit(const LossSpec& loss) noexcept {
  return visit_convex(loss, []<class Loss>(const Loss& functor) -> double {
    if constexpr (is_majorised<Loss>)
      return functor.slope_limit();
    else
      return no_dual_point;
  });
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
