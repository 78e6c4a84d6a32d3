// The built-in losses: one expression each, generic in the scalar, and their evaluation order.
//
// A loss is written once. On doubles it gives the loss, on dual numbers (dual.hpp) also the slope and the curvature.
// The forms are part of the contract: whoever spells the same expression over the same primitives, in the same order,
// gets the same bytes.
#pragma once

#include <cstdint>

#include "backend/dual.hpp"
#include "backend/host_device.hpp"
#include "backend/math.hpp"

namespace linden {

enum class LossKind : std::uint8_t { squared, logistic, softmax, poisson };

/// A loss as kernels see it.
struct LossSpec {
  LossKind kind = LossKind::squared;
  std::int32_t outputs = 1;  ///< scores of a row: K for softmax, else 1
  double parameter[2] = {};  ///< for losses that have parameters; none of these four has
};

LINDEN_LEVEL_BEGIN

/// 0.5 * square(label - score): slope score - label, curvature 1.
struct SquaredLoss {
  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    using math::square;
    return 0.5 * square(label - score);
  }
};

/// softplus(score) - label * score: slope sigmoid(score) - label, curvature sigmoid(score) * sigmoid(-score).
struct LogisticLoss {
  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    using math::softplus;
    return softplus(score) - label * score;
  }
};

/// exp(score) - label * score: slope exp(score) - label, curvature exp(score).
struct PoissonLoss {
  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    using math::exp;
    return exp(score) - label * score;
  }
};

/// logsumexp(scores) - scores[label], over K scores. logsumexp is one primitive, evaluated as
///
///     shift = the largest score;  sum = exp(s_0 - shift) + exp(s_1 - shift) + ... from left to right;
///     logsumexp = shift + log(sum);  its slope in s_k: p_k = exp(s_k - shift) / sum;  its curvature: p_k * (1 - p_k).
///
/// The loss is logsumexp - s_label: slope p_k - [k = label], curvature that of logsumexp (the diagonal).
struct SoftmaxLoss {
  struct Output {
    double gradient;
    double curvature;
  };

  LINDEN_HD static double larger(double shift, double score) { return score > shift ? score : shift; }
  LINDEN_HD static double term(double score, double shift) { return math::exp(score - shift); }
  LINDEN_HD static double share(double score, double shift, double sum) { return term(score, shift) / sum; }
  LINDEN_HD static Output output(double share, bool is_label) {
    return {share - (is_label ? 1.0 : 0.0), share * (1.0 - share)};
  }
  LINDEN_HD static double value(double label_score, double shift, double sum) {
    return (shift + math::log(sum)) - label_score;
  }
};

/// Calls visitor(SquaredLoss()) or whichever functor `kind` names.
template <class Visitor>
LINDEN_HD auto visit_loss(LossKind kind, const Visitor& visitor) {
  switch (kind) {
    case LossKind::logistic: return visitor(LogisticLoss());
    case LossKind::softmax: return visitor(SoftmaxLoss());
    case LossKind::poisson: return visitor(PoissonLoss());
    case LossKind::squared: break;
  }
  return visitor(SquaredLoss());
}

LINDEN_LEVEL_END

}  // namespace linden
