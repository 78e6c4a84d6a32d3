// The built-in losses: one expression each, generic in the scalar, and their evaluation order.
//
// A loss is written once. On doubles it gives the loss, on dual numbers (dual.hpp) also the slope and the curvature.
// The forms are part of the contract: whoever spells the same expression over the same primitives, in the same order,
// gets the same bytes.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"
#include "backend/math/math.hpp"
#include "backend/math/scalar_ops.hpp"

namespace linden {

enum class LossKind : std::uint8_t {
  squared,
  logistic,
  softmax,
  poisson,
  quantile,
  absolute,
  huber,
  focal,
  program,  ///< a custom loss as a row program (row_program.hpp)
  tape,     ///< a custom loss that only the tape can evaluate: no kernel sees it
};

/// What a program's curvature becomes.
enum class CurvatureRule : std::uint8_t {
  clamped,     ///< 0 where it is negative, as for the built-in losses
  exact,       ///< NaN where it is negative: the fit is refused
  absolute,    ///< without its sign
  one,         ///< 1
  majorising,  ///< that of a parabola which touches the loss and lies above it: Majoriser, below
};

/// The parabola's lowest point is at a centre m, the row's label or 0. At a distance e from it, with the slopes of the
/// loss at m + e and m - e, its curvature is (slope(m + e) - slope(m - e)) / (2 e): for a line plus an even function
/// about m whose slope grows no faster than e, the tightest there is (de Leeuw and Lange 2009). Huber's above is an
/// instance. Nearer to m than `nearest`, e is that: where the loss has a corner, curvatures would be infinite.
struct Majoriser {
  double nearest = 0;
  bool about_label = true;
};

struct RowProgram;

/// A loss as kernels see it.
struct LossSpec {
  LossKind kind = LossKind::squared;
  CurvatureRule curvature = CurvatureRule::clamped;  ///< of a program
  std::int32_t outputs = 1;                          ///< scores of a row: K for softmax, else 1
  double parameter[2] = {};                          ///< level of quantile, delta of huber, gamma of focal
  const RowProgram* program = nullptr;
  const double* const* program_parameters = nullptr;  ///< those that it reads by row
  Majoriser majoriser = {};                           ///< for CurvatureRule::majorising
};

LINDEN_LEVEL_BEGIN

/// 0.5 * square(label - score): slope score - label, curvature 1.
struct SquaredLoss {
  template <class S, class Label>
  LINDEN_HD auto operator()(const S& score, const Label& label) const {
    using math::square;
    return 0.5 * square(label - score);
  }
};

/// softplus(score) - label * score: slope sigmoid(score) - label, curvature sigmoid(score) * sigmoid(-score).
struct LogisticLoss {
  template <class S, class Label>
  LINDEN_HD auto operator()(const S& score, const Label& label) const {
    using math::softplus;
    return softplus(score) - label * score;
  }
};

/// exp(score) - label * score: slope exp(score) - label, curvature exp(score).
struct PoissonLoss {
  template <class S, class Label>
  LINDEN_HD auto operator()(const S& score, const Label& label) const {
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

// Losses whose own curvature is zero almost everywhere say which one steps are taken with instead.
LINDEN_HD double value_of(double score) { return score; }
LINDEN_HD double value_of(Line score) { return score.value; }
LINDEN_HD double with_derivatives(double, double value, double, double) { return value; }
LINDEN_HD Dual with_derivatives(Line score, double value, double slope, double curvature) {
  return chain(score, value, slope, curvature);
}

/// With r = label - score: level * r for r >= 0, (level - 1) * r below. The slope in the score is -level where r > 0,
/// 1 - level where r < 0, and 0 where r = 0, which lies between the two. It has no curvature: 1 is taken in its place.
struct QuantileLoss {
  double level;

  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    const double r = label - value_of(score);
    const double below = 1.0 - level;
    const double slope = r > 0.0 ? -level : r < 0.0 ? below : 0.0;
    return with_derivatives(score, r > 0.0 ? level * r : -(below * r), slope + (r - r), 1.0);  // r - r: not finite, NaN
  }
};

/// |label - score|: slope -1 where score < label, 1 where score > label, and 0 where they are equal. It has no
/// curvature: 1 is taken in its place.
struct AbsoluteLoss {
  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    const double r = label - value_of(score);
    const double slope = r > 0.0 ? -1.0 : r < 0.0 ? 1.0 : 0.0;
    return with_derivatives(score, math::abs(r), slope + (r - r), 1.0);
  }
};

/// With r = label - score: 0.5 * square(r) for |r| <= delta, delta * (|r| - 0.5 * delta) outside. The slope is -r, at
/// most delta in size. The curvature is min(1, delta / |r|), that of the tightest parabola which touches the loss at
/// the score and lies above it everywhere: a step to its lowest point never raises the loss. (The second derivative,
/// 0 outside, would make steps without bound.)
struct HuberLoss {
  double delta;

  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    const double r = label - value_of(score);
    const double size = math::abs(r);
    const double value = size > delta ? delta * (size - 0.5 * delta) : 0.5 * math::square(r);
    const double slope = r > delta ? -delta : r < -delta ? delta : -r;
    return with_derivatives(score, value, slope, size > delta ? delta / size : 1.0);
  }
};

/// The focal loss with gamma = 2 and p = sigmoid(score):
///
///     -label * square(1 - p) * log_sigmoid(score) - (1 - label) * square(p) * log_sigmoid(-score)
///
/// It is not convex: of its second derivative, kernels take what is above 0.
struct FocalLoss {
  template <class S, class Label>
  LINDEN_HD auto operator()(const S& score, const Label& label) const {
    using math::log_sigmoid, math::sigmoid, math::square;
    const auto p = sigmoid(score);
    return -label * square(1.0 - p) * log_sigmoid(score) - (1.0 - label) * square(p) * log_sigmoid(-score);
  }
};

/// The focal loss with any other gamma. The powers pow(1 - p, gamma) and pow(p, gamma) are spelt
/// exp(gamma * log_sigmoid(-score)) and exp(gamma * log_sigmoid(score)): the same numbers, finite with their
/// derivatives where p is 0 or 1 to the last bit.
struct FocalPowerLoss {
  double gamma;

  template <class S, class Label>
  LINDEN_HD auto operator()(const S& score, const Label& label) const {
    using math::exp, math::log_sigmoid;
    const auto log_p = log_sigmoid(score), log_q = log_sigmoid(-score);
    return -label * exp(gamma * log_q) * log_p - (1.0 - label) * exp(gamma * log_p) * log_q;
  }
};

/// A custom loss: row_program.hpp interprets it.
struct ProgramLoss {};

/// Calls visitor(SquaredLoss()) or whichever functor `loss` names, with its parameters. Host code picks the kernel.
template <class Visitor>
auto visit_loss(const LossSpec& loss, const Visitor& visitor) {
  const double parameter = loss.parameter[0];
  switch (loss.kind) {
    case LossKind::logistic: return visitor(LogisticLoss());
    case LossKind::softmax: return visitor(SoftmaxLoss());
    case LossKind::poisson: return visitor(PoissonLoss());
    case LossKind::quantile: return visitor(QuantileLoss{parameter});
    case LossKind::absolute: return visitor(AbsoluteLoss());
    case LossKind::huber: return visitor(HuberLoss{parameter});
    case LossKind::focal: return parameter == 2.0 ? visitor(FocalLoss()) : visitor(FocalPowerLoss{parameter});
    case LossKind::program: return visitor(ProgramLoss());
    case LossKind::squared:
    case LossKind::tape: break;
  }
  return visitor(SquaredLoss());
}

/// A program's curvature as its rule wants it; what is still negative, kernels take as 0.
LINDEN_HD double ruled_curvature(CurvatureRule rule, double curvature) {
  if (rule == CurvatureRule::absolute) return math::abs(curvature);
  if (rule == CurvatureRule::one) return 1.0;
  return rule == CurvatureRule::exact && curvature < 0.0 ? __builtin_nan("") : curvature;
}

/// The level in (0, 1) of the order statistic of the labels that minimises the loss of a constant score, for losses
/// where a Newton step does not lead there: boosting starts from that statistic, and leaves are renewed by that of
/// their residuals. 0 for all others.
LINDEN_HD double renewal_level(const LossSpec& loss) {
  switch (loss.kind) {
    case LossKind::quantile: return loss.parameter[0];
    case LossKind::absolute: return 0.5;
    default: return 0.0;
  }
}

LINDEN_LEVEL_END

}  // namespace linden
