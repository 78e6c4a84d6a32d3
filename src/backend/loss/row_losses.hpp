// The built-in losses: one struct each, with its expression, generic in the scalar, and what the library asks about it
// (loss_traits.hpp).
//
// A loss is written once. On doubles it gives the loss, on dual numbers (dual.hpp) also the slope and the curvature.
// The forms are part of the contract: whoever spells the same expression over the same primitives, in the same order,
// gets the same bytes.
//
// From these come the kernels of both devices and both model families, the certificate of linear models, where a fit
// starts, the default metrics, and names and parameters in the program and in model files. A new loss is a struct and
// an entry of LossList here, and its declaration in linden/loss.hpp.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "backend/loss/divergence.hpp"
#include "backend/loss/loss_spec.hpp"
#include "backend/loss/loss_traits.hpp"
#include "backend/math/host_device.hpp"
#include "backend/math/math.hpp"
#include "backend/math/scalar_ops.hpp"

namespace linden {

LINDEN_LEVEL_BEGIN

inline constexpr double unbounded = std::numeric_limits<double>::infinity();

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
  static constexpr const char* name = "quantile";
  static constexpr Link link = Link::identity;
  static constexpr LabelKind labels = LabelKind::real;
  static constexpr LossShape shape = LossShape::cornered;
  static constexpr Lowest lowest = Lowest::at_a_score;
  static constexpr Start start = Start::order_statistic;
  static constexpr ParameterRule parameters[] = {
      {"level", 0, true, 1, 0.5, "the share of labels that lie below the prediction"}};
  static constexpr const char* metrics[] = {"pinball_{level}", "mae"};

  double level;

  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    const double r = label - value_of(score);
    const double below = 1.0 - level;
    const double slope = r > 0.0 ? -level : r < 0.0 ? below : 0.0;
    return with_derivatives(score, r > 0.0 ? level * r : -(below * r), slope + (r - r), 1.0);  // r - r: not finite, NaN
  }

  double renewal_level() const noexcept { return level; }
};

/// |label - score|: slope -1 where score < label, 1 where score > label, and 0 where they are equal. It has no
/// curvature: 1 is taken in its place.
struct AbsoluteLoss {
  static constexpr const char* name = "absolute";
  static constexpr Link link = Link::identity;
  static constexpr LabelKind labels = LabelKind::real;
  static constexpr LossShape shape = LossShape::cornered;
  static constexpr Lowest lowest = Lowest::at_a_score;
  static constexpr Start start = Start::order_statistic;
  static constexpr const char* metrics[] = {"mae", "rmse", "r2"};

  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    const double r = label - value_of(score);
    const double slope = r > 0.0 ? -1.0 : r < 0.0 ? 1.0 : 0.0;
    return with_derivatives(score, math::abs(r), slope + (r - r), 1.0);
  }

  static double renewal_level() noexcept { return 0.5; }
};

/// With r = label - score: 0.5 * square(r) for |r| <= delta, delta * (|r| - 0.5 * delta) outside. The slope is -r, at
/// most delta in size. The curvature is min(1, delta / |r|), that of the tightest parabola which touches the loss at
/// the score and lies above it everywhere: a step to its lowest point never raises the loss. (The second derivative,
/// 0 outside, would make steps without bound.)
struct HuberLoss {
  static constexpr const char* name = "huber";
  static constexpr Link link = Link::identity;
  static constexpr LabelKind labels = LabelKind::real;
  static constexpr LossShape shape = LossShape::convex;
  static constexpr Lowest lowest = Lowest::at_a_score;
  static constexpr Start start = Start::median;
  static constexpr ParameterRule parameters[] = {
      {"delta", 0, true, unbounded, 1, "the residual beyond which the loss is linear"}};
  static constexpr const char* metrics[] = {"mae", "rmse", "r2"};

  double delta;

  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    const double r = label - value_of(score);
    const double size = math::abs(r);
    const double value = size > delta ? delta * (size - 0.5 * delta) : 0.5 * math::square(r);
    const double slope = r > delta ? -delta : r < -delta ? delta : -r;
    return with_derivatives(score, value, slope, size > delta ? delta / size : 1.0);
  }

  /// The second derivative, of what the functor gives.
  static double bend(const Dual& d) noexcept { return d.second < 1 ? 0.0 : d.second; }
  double slope_limit() const noexcept { return delta; }
  /// delta beyond the median, half of the rows or more pull back with all their force.
  double reach() const noexcept { return delta; }
  /// That of the square inside; outside, with a = what the slope +-delta shrinks by, a (|r| - delta) + a^2 / 2.
  double divergence(double score, double label, double d) const noexcept {
    const double r = score - label, size = std::abs(r);
    const double slack = 4 * std::numeric_limits<double>::epsilon() * delta;
    if (size <= delta) return std::abs(r + d) <= delta + slack ? 0.5 * d * d : no_dual_point;
    const double a = r > 0 ? -d : d;
    if (a < -slack || a > 2 * delta + slack) return no_dual_point;
    return a > 0 ? a * ((size - delta) + 0.5 * a) : 0;
  }
  static double least(double) noexcept { return 0; }
};

/// With r = label - score: square(delta) * (sqrt(1 + square(r / delta)) - 1), about 0.5 * square(r) near 0 and
/// delta * (|r| - delta) far out, without a corner between. With root = sqrt(1 + square(r / delta)) the slope is
/// -r / root. The curvature is 1 / root, as for huber that of the tightest parabola which touches the loss at the score
/// and lies above it everywhere; the second derivative is its cube. Ratios are taken of the smaller to the larger.
struct PseudoHuberLoss {
  static constexpr const char* name = "pseudo_huber";
  static constexpr Link link = Link::identity;
  static constexpr LabelKind labels = LabelKind::real;
  static constexpr LossShape shape = LossShape::convex;
  static constexpr Lowest lowest = Lowest::at_a_score;
  static constexpr Start start = Start::median;
  static constexpr ParameterRule parameters[] = {
      {"delta", 0, true, unbounded, 1, "the residual about which the square becomes a line"}};
  static constexpr const char* metrics[] = {"mae", "rmse", "r2"};

  double delta;

  template <class S>
  LINDEN_HD auto operator()(S score, double label) const {
    const double r = label - value_of(score);
    const double size = math::abs(r);
    const bool is_near = size <= delta;
    const double low = is_near ? size : delta, ratio = low / (is_near ? delta : size);
    const double root = math::sqrt(1.0 + math::square(ratio)), unit = is_near ? 1.0 : ratio;
    const double slope = low / root;
    return with_derivatives(score, low * (size / (unit + root)), r > 0.0 ? -slope : slope, unit / root);
  }

  static double bend(const Dual& d) noexcept { return d.second * d.second * d.second; }
  double slope_limit() const noexcept { return delta; }
  /// With sines t = slope / delta and cosines c = sqrt(1 - square(t)) at the score and at the dual point:
  /// square(delta) (square(change of t) + square(change of c)) / (2 c).
  double divergence(double score, double label, double d) const noexcept {
    if (d == 0) return 0;
    const Dual at = (*this)(variable(score), label);
    const double cosine = at.second, sine = at.first / delta, step = d / delta, rise = step * (2 * sine + step);
    const double square_there = cosine * cosine - rise;
    if (square_there < -8 * std::numeric_limits<double>::epsilon()) return no_dual_point;
    const double there = square_there > 0 ? std::sqrt(square_there) : 0, tilt = (2 * sine + step) / (cosine + there);
    return 0.5 * d * d * (1 + tilt * tilt) / cosine;
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

/// A custom loss: row_program.hpp interprets it.
struct ProgramLoss {};
/// A custom loss that the tape evaluates: kernels get its derivatives.
struct TapeLoss {};

template <class... Losses>
struct LossTypes {
  static_assert((requires { CompleteLoss<Losses>(); } && ...));
};
/// All built-in losses, in the order in which they are listed for users.
using LossList = LossTypes<SquaredLoss, LogisticLoss, SoftmaxLoss, PoissonLoss, QuantileLoss, AbsoluteLoss, HuberLoss,
                           FocalLoss, PseudoHuberLoss, GammaLoss>;

template <class Loss>
struct LossType {
  using Type = Loss;
};

template <class Loss, class... Losses>
constexpr LossKind place_of(LossTypes<Losses...>) {
  static_assert((std::is_same_v<Loss, Losses> || ...), "the loss has no entry in LossList");
  int place = 0;
  static_cast<void>(((std::is_same_v<Loss, Losses> || (++place, false)) || ...));
  return static_cast<LossKind>(place);
}
/// The kind of a loss of the list: kind_of<HuberLoss>.
template <class Loss>
inline constexpr LossKind kind_of = place_of<Loss>(LossList());

template <class Loss>
constexpr bool is_loss(const LossSpec& loss) {
  return loss.kind == kind_of<Loss>;
}
/// Whether the loss is one of the list: all others are custom.
constexpr bool is_listed(const LossSpec& loss) { return loss.kind >= LossKind{}; }

/// The functor with these parameters, to a visitor.
template <class Loss, class Visitor>
auto visit_with(const double* parameter, const Visitor& visitor) {
  if constexpr (requires { Loss::visit(parameter, visitor); })
    return Loss::visit(parameter, visitor);
  else if constexpr (std::is_empty_v<Loss>)
    return visitor(Loss());
  else if constexpr (std::size(Loss::parameters) == 1)
    return visitor(Loss{parameter[0]});
  else
    return visitor(Loss{parameter[0], parameter[1]});
}

template <class Visitor, class First, class... Rest>
auto visit_place(int place, const Visitor& visitor, LossTypes<First, Rest...>) {
  if (place == 0) return visitor(LossType<First>());
  if constexpr (sizeof...(Rest) > 0)
    return visit_place(place - 1, visitor, LossTypes<Rest...>());
  else
    __builtin_trap();
}
/// Calls visitor(LossType<HuberLoss>()), or whichever type of the list `loss` names. Only for what is_listed().
template <class Visitor>
auto visit_type(const LossSpec& loss, const Visitor& visitor) {
  return visit_place(static_cast<int>(loss.kind), visitor, LossList());
}

/// Calls visitor(HuberLoss{delta}), or whichever functor `loss` names, with its parameters: of a custom loss
/// ProgramLoss() or TapeLoss(). Host code picks the kernel.
template <class Visitor>
auto visit_loss(const LossSpec& loss, const Visitor& visitor) {
  if (loss.kind == LossKind::program) return visitor(ProgramLoss());
  if (loss.kind == LossKind::tape) return visitor(TapeLoss());
  return visit_type(loss, [&]<class Loss>(LossType<Loss>) {
    return visit_with<Loss>(static_cast<const double*>(loss.parameter), visitor);
  });
}

/// The second derivative of a loss of one score, of what its functor gives.
template <class Loss>
double bend_of(const Dual& d) noexcept {
  if constexpr (is_majorised<Loss>)
    return Loss::bend(d);
  else
    return d.second;
}

/// Slope and curvature of a loss of one score, as exact as doubles are.
template <class Loss>
Dual sharp_derivatives(const Loss& loss, double score, double label) noexcept {
  if constexpr (requires { Loss::sharp(variable(score), label); })
    return Loss::sharp(variable(score), label);
  else
    return loss(variable(score), label);
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
inline double renewal_level(const LossSpec& loss) {
  return visit_loss(loss, []<class Loss>(const Loss& functor) -> double {
    if constexpr (requires { functor.renewal_level(); })
      return functor.renewal_level();
    else
      return 0;
  });
}

/// What a loss of the list says about itself, for code that does not know which one it has.
struct LossTraits {
  LossShape shape;
  Lowest lowest;
  Start start;
  bool is_majorised;
  std::span<const char* const> metrics;  ///< "{level}" stands for the value of a parameter

  bool is_convex() const noexcept { return shape == LossShape::quadratic || shape == LossShape::convex; }
};

template <class Loss>
inline constexpr LossTraits traits_of_listed{Loss::shape, Loss::lowest, Loss::start, is_majorised<Loss>, Loss::metrics};

/// Null for custom losses, of which the library does not know.
inline const LossTraits* traits_of(const LossSpec& loss) {
  if (!is_listed(loss)) return nullptr;
  return visit_type(loss, []<class Loss>(LossType<Loss>) { return &traits_of_listed<Loss>; });
}

LINDEN_LEVEL_END

}  // namespace linden
