// A validation set during a fit: its scores, to which the trees of each round are added, and its metrics.
#pragma once

#include <linden/boosting.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "boosting/model/model.hpp"
#include "rows/dataset_rows.hpp"
#include "rows/device_rows.hpp"

namespace linden {

/// By the name of a metric, why it has no value: "all rows with a weight have label 1. Hint: ...".
using UndefinedMetrics = std::map<std::string, std::string>;

class Validation {
 public:
  /// `model` has everything but its trees. Throws DataError when the set does not fit it. What is passed must outlive
  /// the object.
  Validation(const Backend& backend, Context& context, const BoostedModel::State& model, const ValidationSet& set);

  /// Once the model has its category groups, before the first round.
  void start(const BoostedModel::State& model);

  /// Adds the last round's trees to the scores, as predict would, and appends the metrics to `values`.
  void after_round(const BoostedModel::State& model, const std::vector<Metric>& metrics,
                   std::vector<MetricValue>& values, UndefinedMetrics& undefined);

 private:
  const Backend& backend_;
  Context& context_;
  const ValidationSet& set_;
  Tensor labels_;
  std::vector<FeatureSource> sources_;  // until start
  std::optional<DatasetRows> raw_;      // all features of the model
  std::optional<DeviceRows> rows_;
  std::vector<double> host_scores_;  // [outputs, rows]
  ToHost<double> scores_;            // these, where trees are added
};

/// Appends the metrics of predictions, their names after that of the set, if it has one. One that is undefined there is
/// NaN, and why is noted.
void append_metrics(const std::string& set, const std::vector<Metric>& metrics, const MetricInput& input,
                    std::vector<MetricValue>& values, UndefinedMetrics& undefined);

}  // namespace linden
