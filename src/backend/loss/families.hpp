// Of which distribution a loss is minus the log-likelihood: what statistics of a fit are made from. Kernels do not ask.
#pragma once

#include <cstdint>

#include "backend/loss/row_losses.hpp"

namespace linden {

/// Distributions of exponential families, whose variance is a dispersion times a function of the mean.
enum class FamilyKind : std::uint8_t {
  none,               ///< no likelihood: slopes alone are known, and errors are those of the sandwich
  gaussian,           ///< variance 1
  binomial,           ///< mean (1 - mean), of shares
  poisson,            ///< mean
  gamma,              ///< mean^2
  tweedie,            ///< mean^power
  negative_binomial,  ///< mean + dispersion mean^2
  multinomial,        ///< of K classes
};

template <class Loss>
inline constexpr FamilyKind family_of = FamilyKind::none;
template <>
inline constexpr FamilyKind family_of<SquaredLoss> = FamilyKind::gaussian;
template <>
inline constexpr FamilyKind family_of<LogisticLoss> = FamilyKind::binomial;
template <>
inline constexpr FamilyKind family_of<CrossEntropyLoss> = FamilyKind::binomial;
template <>
inline constexpr FamilyKind family_of<SoftmaxLoss> = FamilyKind::multinomial;
template <>
inline constexpr FamilyKind family_of<PoissonLoss> = FamilyKind::poisson;
template <>
inline constexpr FamilyKind family_of<GammaLoss> = FamilyKind::gamma;
template <>
inline constexpr FamilyKind family_of<TweedieLoss> = FamilyKind::tweedie;
template <>
inline constexpr FamilyKind family_of<NegativeBinomialLoss> = FamilyKind::negative_binomial;

}  // namespace linden
