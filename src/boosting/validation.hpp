// What happens after each round: scores and metrics of the validation set, then the callbacks.
#pragma once

#include <linden/boosting.hpp>
#include <optional>
#include <vector>

#include "backend/backend.hpp"
#include "boosting/device_rows.hpp"
#include "boosting/model.hpp"

namespace linden {

class Validation {
 public:
  /// `model` has everything but its trees. Throws DataError when the validation set does not fit it.
  Validation(const Backend& backend, Context& context, const BoostedModel::State& model, const FitOptions& options);

  /// Once the model has its category groups, before the first round.
  void start(const BoostedModel::State& model);

  /// False when a callback ends training.
  bool after_round(BoostedModel::State& model, int round, double seconds);

  /// Drops the rounds that a callback did not want kept.
  void finish(BoostedModel::State& model) const;

 private:
  std::vector<MetricValue> evaluate(const BoostedModel::State& model);

  const Backend& backend_;
  Context& context_;
  const FitOptions& options_;
  std::vector<Metric> metrics_;
  Tensor labels_;
  std::vector<FeatureSource> sources_;  // until start
  std::optional<RawView> raw_;          // all features of the model
  std::optional<DeviceRows> rows_;
  DeviceArray<double> scores_;       // [outputs, rows]
  std::vector<double> host_scores_;  // on a GPU: a copy for the metrics
  int keep_ = 0;
};

}  // namespace linden
