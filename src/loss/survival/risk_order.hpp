// Rows in the order of their times, as Cox's likelihood wants them, and what is worked out from that on the host: the
// likelihood itself, and the hazard that all rows have in common.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backend/loss/cox_loss.hpp"

namespace linden {

class RiskOrder {
 public:
  /// Of rows with an event at `lower`, where `upper` is the same, or lost from sight then. `weights` is empty for all
  /// one.
  RiskOrder(std::span<const double> lower, std::span<const double> upper, std::span<const double> weights);

  /// What it points to belongs to this object.
  RiskSets sets() const noexcept;
  /// Of the rows with an event.
  double event_weight() const noexcept { return event_weight_; }

 private:
  std::vector<std::uint32_t> order_, begins_, ends_;
  std::vector<double> earlier_, event_weights_;
  double event_weight_ = 0;
};

/// -log of the partial likelihood at these scores, over the weight of the rows with an event.
double cox_value(const RiskOrder& order, std::span<const double> scores, std::span<const double> weights, bool efron);

/// A cumulative hazard: a step at each of some times, ascending.
struct BaselineHazard {
  std::vector<double> times, hazards;

  bool empty() const noexcept { return times.empty(); }
  /// Up to this time, and with it.
  double at(double time) const noexcept;
};

/// Breslow's (1974) estimate of that of a row whose score is 0: at each time with an event its weight over the
/// exponentials of the scores of all rows at risk.
BaselineHazard breslow_hazard(const RiskOrder& order, std::span<const double> lower, std::span<const double> scores,
                              std::span<const double> weights);

}  // namespace linden
