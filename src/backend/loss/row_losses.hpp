// The list of built-in losses, and the choice of one. Each has a struct in one of the six files below, with its
// expression, generic in the scalar, and what the library asks about it (loss_traits.hpp).
//
// A loss is written once. On doubles it gives the loss, on dual numbers (dual.hpp) also the slope and the curvature.
// The forms are part of the contract: whoever spells the same expression over the same primitives, in the same order,
// gets the same bytes.
//
// From these come the kernels of both devices and both model families, the certificate of linear models, where a fit
// starts, the default metrics, and names and parameters in the program and in model files. A new loss is a struct and
// an entry of LossList, and its declaration in linden/loss.hpp.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "backend/loss/loss_spec.hpp"
#include "backend/loss/loss_traits.hpp"
#include "backend/loss/class_losses.hpp"
#include "backend/loss/distribution_losses.hpp"
#include "backend/loss/linked_loss.hpp"
#include "backend/loss/margin_losses.hpp"
#include "backend/loss/mean_losses.hpp"
#include "backend/loss/residual_losses.hpp"
#include "backend/loss/square_losses.hpp"
#include "backend/math/host_device.hpp"
#include "backend/math/math.hpp"
#include "backend/math/scalar_ops.hpp"

namespace linden {

LINDEN_LEVEL_BEGIN

/// A custom loss: row_program.hpp interprets it.
struct ProgramLoss {};
/// A loss whose derivatives kernels of rows are given: a custom one that the tape evaluates, or one of groups or times.
struct TapeLoss {};

template <class... Losses>
struct LossTypes {
  static_assert((requires { CompleteLoss<Losses>(); } && ...));
};
/// All built-in losses, in the order in which they are listed for users.
using LossList =
    LossTypes<SquaredLoss, LogisticLoss, SoftmaxLoss, PoissonLoss, QuantileLoss, AbsoluteLoss, HuberLoss, FocalLoss,
              PseudoHuberLoss, GammaLoss, TweedieLoss, NegativeBinomialLoss, ExpectileLoss, FairLoss, LogCoshLoss,
              CrossEntropyLoss, ExponentialLoss, SquaredLogLoss, MapeLoss, HingeLoss, SharpHingeLoss, SquaredHingeLoss,
              EpsilonInsensitiveLoss, SquaredEpsilonInsensitiveLoss, OneVsAllLoss, NormalDistributionLoss,
              LogNormalDistributionLoss, GammaDistributionLoss, InverseGaussianLoss>;

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
/// Whether the loss is one of the list: all others are custom, or of groups or times.
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

/// Whether it is one of the list behind a link, and which one that is.
constexpr bool is_linked(const LossSpec& loss) { return loss.kind == LossKind::linked; }
constexpr LossSpec listed_part(LossSpec loss) {
  if (is_linked(loss)) loss.kind = static_cast<LossKind>(loss.place);
  return loss;
}
inline LinkedLoss linked_loss(const LossSpec& loss) {
  return visit_type(listed_part(loss), [&]<class Loss>(LossType<Loss>) {
    return LinkedLoss{family_of<Loss>, static_cast<Link>(loss.link), loss.parameter[0]};
  });
}

/// Calls visitor(HuberLoss{delta}), or whichever functor `loss` names, with its parameters: of a custom loss
/// ProgramLoss() or TapeLoss(), which one of groups or times is, too. Host code picks the kernel.
template <class Visitor>
auto visit_loss(const LossSpec& loss, const Visitor& visitor) {
  if (is_linked(loss)) return visitor(linked_loss(loss));
  if (loss.kind == LossKind::program) return visitor(ProgramLoss());
  if (loss.kind < LossKind::program) return visitor(TapeLoss());
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
  if constexpr (requires { loss.sharp(variable(score), label); })
    return loss.sharp(variable(score), label);
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

/// Calls visit(corner) for the corners of a row's loss, in order; those of losses that have none are none.
template <class Visit>
void each_corner(const LossSpec& loss, double label, const Visit& visit) {
  visit_loss(loss, [&]<class Loss>(const Loss& functor) {
    if constexpr (requires { functor.corners(label); })
      for (const Corner& corner : functor.corners(label)) visit(corner);
  });
}

/// What a loss of the list says about itself, for code that does not know which one it has.
struct LossTraits {
  LossShape shape;
  Lowest lowest;
  Start start;
  bool is_majorised;
  bool is_per_class;
  bool is_distribution;
  std::span<const char* const> metrics;  ///< "{level}" stands for the value of a parameter

  bool is_convex() const noexcept { return shape == LossShape::quadratic || shape == LossShape::convex; }
};

template <class Loss>
inline constexpr LossTraits traits_of_listed{Loss::shape,        Loss::lowest,       Loss::start,
                                             is_majorised<Loss>, is_per_class<Loss>, is_distribution<Loss>,
                                             Loss::metrics};

/// Of a loss behind a link: it may have lost its shape, and its lowest place.
template <class Loss, bool is_convex, Lowest lowest>
inline constexpr LossTraits traits_of_linked{
    is_convex ? LossShape::convex : LossShape::not_convex, lowest, Loss::start, false, false, false, Loss::metrics};

inline const LossTraits* traits_behind(const LossSpec& loss) {
  const Link link = static_cast<Link>(loss.link);
  return visit_type(listed_part(loss), [&]<class Loss>(LossType<Loss>) {
    constexpr FamilyKind family = family_of<Loss>;
    // Every mean that a label may want has a score, but for those of squared, and shares at the ends of their range.
    const bool is_edged = family == FamilyKind::gaussian ||
                          (family == FamilyKind::binomial && (link == Link::exp || link == Link::identity));
    if (is_convex_behind(family, link))
      return is_edged ? &traits_of_linked<Loss, true, Lowest::by_label> : &traits_of_linked<Loss, true, Loss::lowest>;
    return is_edged ? &traits_of_linked<Loss, false, Lowest::by_label> : &traits_of_linked<Loss, false, Loss::lowest>;
  });
}

/// Null for custom losses, of which the library does not know, and those of groups and times.
inline const LossTraits* traits_of(const LossSpec& loss) {
  if (is_linked(loss)) return traits_behind(loss);
  if (!is_listed(loss)) return nullptr;
  return visit_type(loss, []<class Loss>(LossType<Loss>) { return &traits_of_listed<Loss>; });
}

LINDEN_LEVEL_END

}  // namespace linden
