// What happens after each round: scores and metrics of the validation set, then the callbacks.
#pragma once

#include <linden/boosting.hpp>
#include <memory>
#include <vector>

#include "backend/tree_kernels.hpp"
#include "boosting/model.hpp"
#include "boosting/raw_view.hpp"

namespace linden {

class Validation {
 public:
  /// `model` has everything but its trees. Throws DataError when the validation set does not fit it.
  Validation(const TreeKernels& kernels, Context& context, const BoostedModel::State& model, const FitOptions& options);

  /// False when a callback ends training.
  bool after_round(BoostedModel::State& model, int round, double seconds);

  /// Drops the rounds that a callback did not want kept.
  void finish(BoostedModel::State& model) const;

 private:
  std::vector<MetricValue> evaluate(const BoostedModel::State& model);

  const TreeKernels& kernels_;
  Context& context_;
  const FitOptions& options_;
  std::vector<Metric> metrics_;
  std::vector<FeatureSource> sources_;  // one for each feature of the model
  Tensor labels_;
  std::vector<double> scores_;  // [outputs, rows]
  int keep_ = 0;
};

}  // namespace linden
