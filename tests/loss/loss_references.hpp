// An independent reference for every built-in loss: the tests that fold over LossList do not compile without one.
// Values are those that linden/loss.hpp documents; slopes and second derivatives come from jets.
#pragma once

#include <algorithm>
#include <linden/loss.hpp>
#include <span>
#include <string>
#include <vector>

#include "backend/loss/row_losses.hpp"
#include "jet.hpp"
#include "loss/definition.hpp"

namespace linden {

/// usual, loss: by the public function without a parameter, and with one that is not the usual one where there is any;
/// value: of a row, from its scores s (s is the first), its label y, r = y - s and the parameter p.
template <class Loss>
struct LossReference;

#define LINDEN_LOSS(Type, usual_one, other_one, expression)                               \
  template <>                                                                             \
  struct LossReference<Type> {                                                            \
    static Loss usual() { return loss::usual_one; }                                       \
    static Loss loss() { return loss::other_one; }                                        \
    static Jet value(std::span<const Jet> scores, long double y, long double parameter) { \
      [[maybe_unused]] const Jet s = scores[0], r = y - s;                                \
      [[maybe_unused]] const long double p = parameter;                                   \
      return expression;                                                                  \
    }                                                                                     \
  };

inline Jet log_of_sum(std::span<const Jet> scores) {
  Jet::Long top = scores[0].value;
  for (const Jet& s : scores) top = std::max(top, s.value);
  Jet sum;
  for (const Jet& s : scores) sum = sum + exp(s - top);
  return top + log(sum);
}
/// log(1 + exp(s))
inline Jet log_of_one_plus(const Jet& s) { return s.value > 0 ? s + log1p(exp(-s)) : log1p(exp(s)); }

inline Jet hinge_of(const Jet& gap) { return gap.value > 1 ? gap - 0.5L : gap.value < 0 ? 0 * gap : gap * gap / 2; }

inline Jet above(const Jet& x) { return x.value > 0 ? x : 0 * x; }
inline Jet squared(const Jet& x) { return x * x; }

inline Jet one_vs_all_of(std::span<const Jet> scores, long double y) {
  Jet sum;
  for (std::size_t k = 0; k < scores.size(); ++k)
    sum = sum + log_of_one_plus(y == static_cast<long double>(k) ? -scores[k] : scores[k]);
  return sum;
}

/// Of the scores mean and log(deviation).
inline Jet normal_nll(const Jet& mean, const Jet& log_deviation, long double y) {
  const Jet z = (y - mean) / exp(log_deviation);
  return log_deviation + z * z / 2 + std::log(2 * 3.14159265358979323846L) / 2;
}
/// Of log(mean) and log(shape): -log(density), factor by factor.
inline Jet gamma_nll(const Jet& log_mean, const Jet& log_shape, long double y) {
  const Jet shape = exp(log_shape), rate = shape / exp(log_mean);
  return lgamma(shape) - shape * log(rate) - (shape - 1) * std::log(y) + rate * y;
}

LINDEN_LOSS(SquaredLoss, squared(), squared(), r* r / 2)
LINDEN_LOSS(LogisticLoss, logistic(), logistic(), y > 0.5 ? log_of_one_plus(-s) : log_of_one_plus(s))
LINDEN_LOSS(SoftmaxLoss, softmax(), softmax({.classes = 3}), log_of_sum(scores) - scores[static_cast<std::size_t>(y)])
LINDEN_LOSS(PoissonLoss, poisson(), poisson(), exp(s) - y * s)
LINDEN_LOSS(GammaLoss, gamma(), gamma(), s + y * exp(-s))
LINDEN_LOSS(QuantileLoss, quantile(), quantile({.level = 0.9}), r.value > 0 ? p * r : (1 - p) * abs(r))
LINDEN_LOSS(AbsoluteLoss, absolute(), absolute(), abs(r))
LINDEN_LOSS(HuberLoss, huber(), huber({.delta = 0.7}), abs(r).value > p ? p * (abs(r) - p / 2) : r * r / 2)
LINDEN_LOSS(PseudoHuberLoss, pseudo_huber(), pseudo_huber({.delta = 0.7}), p* p*(sqrt(1 + r * r / (p * p)) - 1))
LINDEN_LOSS(TweedieLoss, tweedie(), tweedie({.variance_power = 1.3}),
            exp((2 - p) * s) / (2 - p) + y * exp((1 - p) * s) / (p - 1))
LINDEN_LOSS(NegativeBinomialLoss, negative_binomial(), negative_binomial({.dispersion = 0.6}),
            (y + 1 / p) * log_of_one_plus(s + std::log(p)) - y * s)
LINDEN_LOSS(InverseGaussianLoss, inverse_gaussian(), inverse_gaussian(), y* exp(-2 * s) / 2 - exp(-s))
LINDEN_LOSS(ExpectileLoss, expectile(), expectile({.level = 0.8}), (r.value > 0 ? p : 1 - p) * r * r)
LINDEN_LOSS(FairLoss, fair(), fair({.c = 0.7}), p* p*(abs(r) / p - log1p(abs(r) / p)))
LINDEN_LOSS(LogCoshLoss, log_cosh(), log_cosh(), log((exp(r) + exp(-r)) / 2))
LINDEN_LOSS(CrossEntropyLoss, cross_entropy(), cross_entropy(), log_of_one_plus(s) - y * s)
LINDEN_LOSS(ExponentialLoss, exponential(), exponential(), y > 0.5 ? exp(-s / 2) : exp(s / 2))
LINDEN_LOSS(SquaredLogLoss, squared_log(), squared_log(), (std::log1p(y) - s) * (std::log1p(y) - s) / 2)
LINDEN_LOSS(MapeLoss, mape(), mape(), abs(r) / std::max(1.0L, std::abs(y)))
LINDEN_LOSS(HingeLoss, hinge(), hinge(), hinge_of(y > 0.5 ? 1 - s : 1 + s))
LINDEN_LOSS(SharpHingeLoss, sharp_hinge(), sharp_hinge(), above(y > 0.5 ? 1 - s : 1 + s))
LINDEN_LOSS(SquaredHingeLoss, squared_hinge(), squared_hinge(), squared(above(y > 0.5 ? 1 - s : 1 + s)))
LINDEN_LOSS(EpsilonInsensitiveLoss, epsilon_insensitive(), epsilon_insensitive({.epsilon = 0.3}), above(abs(r) - p))
LINDEN_LOSS(SquaredEpsilonInsensitiveLoss, squared_epsilon_insensitive(), squared_epsilon_insensitive({.epsilon = 0.3}),
            squared(above(abs(r) - p)))
LINDEN_LOSS(OneVsAllLoss, one_vs_all(), one_vs_all({.classes = 3}), one_vs_all_of(scores, y))
LINDEN_LOSS(FocalLoss, focal(), focal({.gamma = 0.5}),
            y* pow(exp(-log_of_one_plus(s)), p) * log_of_one_plus(-s) +
                (1 - y) * pow(exp(-log_of_one_plus(-s)), p) * log_of_one_plus(s))

LINDEN_LOSS(NormalDistributionLoss, normal_distribution(), normal_distribution({.natural_gradient = false}),
            normal_nll(scores[0], scores[1], y))
LINDEN_LOSS(LogNormalDistributionLoss, log_normal_distribution(), log_normal_distribution({.natural_gradient = false}),
            normal_nll(scores[0], scores[1], std::log(y)) + std::log(y))
LINDEN_LOSS(GammaDistributionLoss, gamma_distribution(), gamma_distribution({.natural_gradient = false}),
            gamma_nll(scores[0], scores[1], y))

/// Calls visit(LossType<HuberLoss>()) for all losses, in their order.
template <class Visit, class... Losses>
void each_loss(const Visit& visit, LossTypes<Losses...>) {
  (visit(LossType<Losses>()), ...);
}
template <class Visit>
void each_loss(const Visit& visit) {
  each_loss(visit, LossList());
}

/// One of each, those that `wanted` likes.
inline std::vector<Loss> reference_losses(bool (*wanted)(const LossTraits&)) {
  std::vector<Loss> losses;
  each_loss([&]<class Listed>(LossType<Listed>) {
    const Loss loss = LossReference<Listed>::loss();
    if (wanted(*traits_of(loss.definition().spec))) losses.push_back(loss);
  });
  return losses;
}
inline std::vector<Loss> all_losses() {
  return reference_losses([](const LossTraits&) { return true; });
}
/// Those that kernels of linear models know, though their configuration may refuse them.
inline std::vector<Loss> joint_losses() {
  return reference_losses([](const LossTraits& traits) { return !traits.is_per_class && !traits.is_distribution; });
}
inline std::vector<Loss> convex_losses() {
  return reference_losses([](const LossTraits& traits) { return traits.is_convex() && !traits.is_per_class; });
}

/// Those without curvature.
inline std::vector<Loss> cornered_losses() {
  return reference_losses([](const LossTraits& traits) { return traits.shape == LossShape::cornered; });
}

/// The names of those that linear models take.
inline std::vector<std::string> losses_of_linear_models() {
  std::vector<std::string> names;
  for (const Loss& loss : joint_losses()) names.push_back(loss.name());
  names.emplace_back("cox");
  return names;
}

/// By the kind that a LossSpec has.
inline Jet reference_value(LossKind kind, std::span<const Jet> scores, long double label, long double parameter) {
  LossSpec spec;
  spec.kind = kind;
  return visit_type(
      spec, [&]<class Listed>(LossType<Listed>) { return LossReference<Listed>::value(scores, label, parameter); });
}

/// A label of this kind; `number` says which.
inline double some_label(LabelKind kind, int classes, int number) {
  switch (kind) {
    case LabelKind::classes: return number % classes;
    case LabelKind::nonnegative: return number % 4 * 1.5;
    case LabelKind::positive: return 0.25 + number % 5;
    case LabelKind::share: return number % 5 * 0.25;
    case LabelKind::grades: return number % 5;
    case LabelKind::times: return (number % 3 == 0 ? -1 : 1) * (0.5 + number % 5);
    case LabelKind::real: break;
  }
  return number % 7 - 3.25;
}

}  // namespace linden
