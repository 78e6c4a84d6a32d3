// The losses of survival: labels are times of which some are only known to be above, below or between others. Cox's
// compares rows; the others are losses of single rows.
#pragma once

#include <span>

#include "backend/loss/aft_losses.hpp"
#include "backend/loss/cox_loss.hpp"
#include "backend/loss/loss_spec.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

template <class... Losses>
struct SurvivalLossTypes {};
using SurvivalLossList = SurvivalLossTypes<CoxLoss, AftNormalLoss, AftLogisticLoss, AftExtremeLoss>;

template <class Visitor, class First, class... Rest>
auto visit_survival_place(int place, const double* parameter, const Visitor& visitor,
                          SurvivalLossTypes<First, Rest...>) {
  if (place == 0) return visitor(First(parameter));
  if constexpr (sizeof...(Rest) > 0)
    return visit_survival_place(place - 1, parameter, visitor, SurvivalLossTypes<Rest...>());
  else
    __builtin_trap();
}
/// Calls visitor(CoxLoss(parameters)), or whichever loss of survival `loss` is.
template <class Visitor>
auto visit_survival_loss(const LossSpec& loss, const Visitor& visitor) {
  return visit_survival_place(loss.place, static_cast<const double*>(loss.parameter), visitor, SurvivalLossList());
}

/// Whether it compares rows, and knows nothing of time but its order.
template <class Loss>
inline constexpr bool is_cox = std::is_same_v<Loss, CoxLoss>;

/// What a loss of survival says about itself, for code that does not know which one it has.
struct SurvivalLossTraits {
  const char* name;
  std::span<const ParameterRule> parameters;
  bool compares_rows;
};
inline SurvivalLossTraits survival_traits_of(const LossSpec& loss) {
  return visit_survival_loss(loss, []<class Loss>(const Loss&) {
    return SurvivalLossTraits{Loss::name, Loss::parameters, is_cox<Loss>};
  });
}
/// How many there are: LossSpec::place is below.
template <class... Losses>
constexpr int survival_loss_count(SurvivalLossTypes<Losses...>) {
  return sizeof...(Losses);
}

LINDEN_LEVEL_END
}  // namespace linden
