// GradientSource: where the gradients of a round come from. Each kind of loss is one: by rows, whose loss a kernel
// evaluates row by row; by groups, whose rows are ranked (group_gradients.hpp); by times (survival_gradients.hpp); by
// the tape, which sees all rows at once, on the host.
#pragma once

#include <linden/boosting.hpp>
#include <memory>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "boosting/train/gradients/fit_rows.hpp"
#include "boosting/train/gradients/gradients.hpp"
#include "boosting/train/ensemble/scores.hpp"

namespace linden {

class GradientSource {
 public:
  GradientSource() = default;
  GradientSource(const GradientSource&) = delete;
  GradientSource& operator=(const GradientSource&) = delete;
  virtual ~GradientSource() = default;

  /// Fills the gradients, curvatures and ranges of all rows and outputs, weights included, at these scores.
  virtual void fill(const Scores& scores, int round, Gradients& gradients) = 0;

  /// What it has learnt beside the model: what places of a group add to scores. Empty where it learns nothing.
  virtual std::vector<double> position_biases() const { return {}; }
  /// Goes on from what position_biases() returned; from none as at first.
  virtual void set_position_biases(std::span<const double>) {}
};

/// What kernels are asked for: gradients of the loss of `rows` at these scores, in the memory of the device.
GradientTask on_device(const FitRows& rows, const Scores& scores, Gradients& gradients);

/// That of the loss of `rows`. What is passed must outlive it.
std::unique_ptr<GradientSource> gradient_source(const Backend& backend, Context& context, const FitRows& rows,
                                                const BoostingConfig& config = {});

}  // namespace linden
