// Losses of classes, and of shares of them.
#pragma once

#include <limits>

#include "backend/loss/divergence.hpp"
#include "backend/loss/loss_traits.hpp"
#include "backend/loss/own_derivatives.hpp"
#include "backend/math/host_device.hpp"
#include "backend/math/math.hpp"
#include "backend/math/scalar_ops.hpp"

namespace linden {

LINDEN_LEVEL_BEGIN

/// softplus(score) - label * score: slope sigmoid(score) - label, curvature sigmoid(score) * sigmoid(-score).
struct LogisticLoss {
  static constexpr const char* name = "logistic";
  static constexpr Link link = Link::sigmoid;
  static constexpr LabelKind labels = LabelKind::classes;
  static constexpr LossShape shape = LossShape::convex;
  static constexpr Lowest lowest = Lowest::at_infinity;
  static constexpr Start start = Start::zero;
  static constexpr const char* metrics[] = {"logloss", "accuracy", "auc"};

  template <class S, class Label>
  LINDEN_HD auto operator()(const S& score, const Label& label) const {
    using math::softplus;
    return softplus(score) - label * score;
  }

  /// The same without the difference of the two, whose slope has no digits left where the label is all but certain.
  template <class S>
  static auto sharp(const S& score, double label) {
    using math::softplus;
    return softplus(label > 0.5 ? -score : score);
  }
  /// The relative entropy of the two probabilities from those of the score.
  static double divergence(double score, double, double d) noexcept {
    return entropy_divergence(math::sigmoid(score), d, [&] { return math::log_sigmoid(score); }) +
           entropy_divergence(math::sigmoid(-score), -d, [&] { return math::log_sigmoid(-score); });
  }
  static double least(double) noexcept { return 0; }
};

/// The sum of the logistic losses of K classes, each with a score of its own against all others.
struct OneVsAllLoss {
  static constexpr const char* name = "one_vs_all";
  static constexpr Link link = Link::sigmoid;
  static constexpr LabelKind labels = LabelKind::classes;
  static constexpr LossShape shape = LossShape::convex;
  static constexpr Lowest lowest = Lowest::at_infinity;
  static constexpr Start start = Start::zero;
  static constexpr const char* metrics[] = {"{loss}", "accuracy"};
  static constexpr bool per_class = true;

  template <class S>
  LINDEN_HD auto operator()(const S& score, double label) const {
    return LogisticLoss()(score, label);
  }

  static double divergence(double score, double label, double d) noexcept {
    return LogisticLoss::divergence(score, label, d);
  }
  static double least(double) noexcept { return 0; }
};

/// The logistic loss of labels from 0 to 1: shares, or probabilities of class 1.
struct CrossEntropyLoss {
  static constexpr const char* name = "cross_entropy";
  static constexpr Link link = Link::sigmoid;
  static constexpr LabelKind labels = LabelKind::share;
  static constexpr LossShape shape = LossShape::convex;
  static constexpr Lowest lowest = Lowest::by_label;
  static constexpr Start start = Start::zero;
  static constexpr const char* metrics[] = {"{loss}", "rmse"};

  template <class S, class Label>
  LINDEN_HD auto operator()(const S& score, const Label& label) const {
    return LogisticLoss()(score, label);
  }

  template <class S>
  static auto sharp(const S& score, double label) {
    using math::softplus;
    return label * softplus(-score) + (1.0 - label) * softplus(score);
  }
  static double divergence(double score, double label, double d) noexcept {
    return LogisticLoss::divergence(score, label, d);
  }
  static double least(double label) noexcept {
    const auto part = [](double p) { return p > 0 ? -p * math::log(p) : 0; };
    return part(label) + part(1 - label);
  }
};

/// exp((0.5 - label) * score), AdaBoost's loss of half the score: slope (0.5 - label) times the loss, curvature a
/// quarter of it for labels 0 and 1.
struct ExponentialLoss {
  static constexpr const char* name = "exponential";
  static constexpr Link link = Link::sigmoid;
  static constexpr LabelKind labels = LabelKind::classes;
  static constexpr LossShape shape = LossShape::convex;
  static constexpr Lowest lowest = Lowest::at_infinity;
  static constexpr Start start = Start::zero;
  static constexpr const char* metrics[] = {"logloss", "accuracy", "auc"};

  template <class S, class Label>
  LINDEN_HD auto operator()(const S& score, const Label& label) const {
    using math::exp;
    return exp((0.5 - label) * score);
  }

  /// The relative entropy of the loss that the dual point stands for from the loss at the score.
  static double divergence(double score, double label, double d) noexcept {
    const double rate = 0.5 - label;
    return entropy_divergence(math::exp(rate * score), d / rate, [&] { return rate * score; });
  }
  static double least(double) noexcept { return 0; }
};

/// With the margin m = score for label 1 and -score for label 0, and the gap g = 1 - m: 0 for g < 0, 0.5 * square(g) up
/// to 1, g - 0.5 beyond (Rennie and Srebro 2005): a hinge without a corner. The slope in m is -g, within [-1, 0]. The
/// curvature is 1 / max(1, |2 m - 1|), that of the tightest parabola which touches the loss at the score and lies above
/// it; the second derivative is 0 outside.
struct HingeLoss {
  static constexpr const char* name = "hinge";
  static constexpr Link link = Link::sigmoid;
  static constexpr LabelKind labels = LabelKind::classes;
  static constexpr LossShape shape = LossShape::convex;
  static constexpr Lowest lowest = Lowest::at_a_score;
  static constexpr Start start = Start::zero;
  static constexpr const char* metrics[] = {"{loss}", "accuracy", "auc"};

  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    const double sign = label > 0.5 ? 1.0 : -1.0, margin = sign * value_of(score), gap = 1.0 - margin;
    const double value = gap > 1.0 ? gap - 0.5 : gap < 0.0 ? 0.0 : 0.5 * math::square(gap);
    const double pull = gap > 1.0 ? 1.0 : gap < 0.0 ? 0.0 : gap;
    const double far = math::abs(2.0 * margin - 1.0);
    return with_derivatives(score, value, -sign * pull, far > 1.0 ? 1.0 / far : 1.0);
  }

  static double bend(const Dual& d) noexcept { return d.second < 1 ? 0.0 : d.second; }
  static double slope_limit() noexcept { return 1; }
  /// That of the square where the slope is within its bounds; at either bound, with a = what it leaves it by,
  /// a * (the distance from the square) + a^2 / 2.
  static double divergence(double score, double label, double d) noexcept {
    const double sign = label > 0.5 ? 1 : -1, gap = 1 - sign * score, step = sign * d;
    const double slack = 4 * std::numeric_limits<double>::epsilon();
    if (gap >= 0 && gap <= 1) return gap - step >= -slack && gap - step <= 1 + slack ? 0.5 * d * d : no_dual_point;
    const double a = gap > 1 ? step : -step, beyond = gap > 1 ? gap - 1 : -gap;
    if (a < -slack || a > 1 + slack) return no_dual_point;
    return a > 0 ? a * (beyond + 0.5 * a) : 0;
  }
  static double least(double) noexcept { return 0; }
};

/// logsumexp(scores) - scores[label], over K scores. logsumexp is one primitive, evaluated as
///
///     shift = the largest score;  sum = exp(s_0 - shift) + exp(s_1 - shift) + ... from left to right;
///     logsumexp = shift + log(sum);  its slope in s_k: p_k = exp(s_k - shift) / sum;  its curvature: p_k * (1 - p_k).
///
/// The loss is logsumexp - s_label: slope p_k - [k = label], curvature that of logsumexp (the diagonal).
struct SoftmaxLoss {
  static constexpr const char* name = "softmax";
  static constexpr Link link = Link::softmax;
  static constexpr LabelKind labels = LabelKind::classes;
  static constexpr LossShape shape = LossShape::convex;
  static constexpr Lowest lowest = Lowest::at_infinity;
  static constexpr Start start = Start::zero;
  static constexpr const char* metrics[] = {"logloss", "accuracy"};

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

  /// An output's part of the relative entropy of shares; that of a row is the sum of them.
  static double divergence(double share, double log_share, double d) noexcept {
    return entropy_divergence(share, d, [&] { return log_share; });
  }
  static double least(double) noexcept { return 0; }
};

/// The focal loss with a gamma that is not 2, p = sigmoid(score). The powers pow(1 - p, gamma) and pow(p, gamma) are
/// spelt exp(gamma * log_sigmoid(-score)) and exp(gamma * log_sigmoid(score)): the same numbers, finite with their
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

/// The focal loss with gamma = 2 and p = sigmoid(score):
///
///     -label * square(1 - p) * log_sigmoid(score) - (1 - label) * square(p) * log_sigmoid(-score)
///
/// It is not convex: of its second derivative, kernels take what is above 0. Any other gamma has its own functor.
struct FocalLoss {
  static constexpr const char* name = "focal";
  static constexpr Link link = Link::sigmoid;
  static constexpr LabelKind labels = LabelKind::classes;
  static constexpr LossShape shape = LossShape::not_convex;
  static constexpr Lowest lowest = Lowest::at_infinity;
  static constexpr Start start = Start::zero;
  static constexpr ParameterRule parameters[] = {
      {"gamma", 0, false, 100, 2, "how much rows that are right are played down; 0: as logistic"}};
  static constexpr const char* metrics[] = {"auc", "accuracy", "logloss"};

  template <class S, class Label>
  LINDEN_HD auto operator()(const S& score, const Label& label) const {
    using math::log_sigmoid, math::sigmoid, math::square;
    const auto p = sigmoid(score);
    return -label * square(1.0 - p) * log_sigmoid(score) - (1.0 - label) * square(p) * log_sigmoid(-score);
  }

  template <class Visitor>
  static auto visit(const double* parameter, const Visitor& visitor) {
    return parameter[0] == 2.0 ? visitor(FocalLoss()) : visitor(FocalPowerLoss{parameter[0]});
  }
};

LINDEN_LEVEL_END

}  // namespace linden
