// SurvivalGradients: the gradients of a loss of times. The order of time, in which Cox's likelihood goes over the rows,
// is made once.
#pragma once

#include <optional>

#include "backend/backend.hpp"
#include "boosting/train/gradients/gradient_source.hpp"
#include "loss/survival/risk_order.hpp"

namespace linden {

class SurvivalGradients final : public GradientSource {
 public:
  /// What is passed must outlive the object.
  SurvivalGradients(const Backend& backend, Context& context, const FitRows& rows);

  void fill(const Scores& scores, int round, Gradients& gradients) override;

 private:
  const Backend& backend_;
  Context& context_;
  const FitRows& rows_;
  std::optional<RiskOrder> order_;  // of Cox's, and what follows of it
  OnDevice<std::uint32_t> places_, begins_, ends_;
  OnDevice<double> earlier_, event_weights_;
  DeviceArray<double> memory_;
};

}  // namespace linden
