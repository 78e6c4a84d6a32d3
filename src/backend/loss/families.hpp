// Of which distribution a loss is minus the log-likelihood: what statistics of a fit are made from, and
// which of them stand behind links.
#pragma once

#include <cstdint>

#include "backend/loss/class_losses.hpp"
#include "backend/loss/mean_link.hpp"
#include "backend/loss/mean_losses.hpp"
#include "backend/loss/square_losses.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

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
  inverse_gaussian,   ///< mean^3
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
template <>
inline constexpr FamilyKind family_of<InverseGaussianLoss> = FamilyKind::inverse_gaussian;

constexpr MeanRange means_of(FamilyKind family) noexcept {
  switch (family) {
    case FamilyKind::none:
    case FamilyKind::gaussian: return MeanRange::real;
    case FamilyKind::binomial:
    case FamilyKind::multinomial: return MeanRange::share;
    default: return MeanRange::positive;
  }
}

LINDEN_LEVEL_END
}  // namespace linden
