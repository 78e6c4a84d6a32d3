// A validation set during a fit: its rows as bins, and its metrics after each round.
#pragma once

#include <linden/boosting.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "boosting/model/model.hpp"
#include "boosting/train/ensemble/ensemble.hpp"
#include "boosting/train/ensemble/raw_rows.hpp"
#include "boosting/train/ensemble/valid_bins.hpp"

namespace linden {

/// By the name of a metric, why it has no value: "all rows with a weight have label 1. Hint: ...".
using UndefinedMetrics = std::map<std::string, std::string>;

/// What opens the messages about it.
std::string where_of(const ValidationSet& set);

class Validation {
 public:
  /// `model` has everything but its trees; `start` [outputs, rows] are the scores that rows begin with, where the fit
  /// goes on from a model, else empty. Throws DataError when the set does not fit. What is passed must outlive the
  /// object, but for `start`.
  Validation(const BoostedModel::State& model, const ValidationSet& set, std::vector<double> start = {});

  /// Before the first round: has the ensemble, which grows from `bins`, keep the scores of the set.
  void start(const Backend& backend, Context& context, const TargetStatistics& statistics,
             const std::vector<Cuts>& cuts, const Bins& bins, Ensemble& ensemble);

  /// Appends the metrics of the scores to `values`.
  void after_round(const BoostedModel::State& model, Ensemble& ensemble, const std::vector<Metric>& metrics,
                   Workers& workers, std::vector<MetricValue>& values, UndefinedMetrics& undefined) const;

 private:
  const BoostedModel::State& model_;
  const ValidationSet& set_;
  Tensor labels_;
  std::vector<double> offsets_;         // [outputs, rows], or empty; all of the first scores of a fit that goes on
  std::vector<FeatureSource> sources_;  // of all features of the model, until start
  std::optional<ValidBins> bins_;       // or, where leaves are linear:
  std::optional<RawRows> raw_;
  std::size_t number_ = 0;  // in the ensemble
};

/// Appends the metrics of predictions, their names after that of the set, if it has one. One that is undefined there is
/// NaN, and why is noted.
void append_metrics(const std::string& set, const std::vector<Metric>& metrics, const MetricInput& input,
                    std::vector<MetricValue>& values, UndefinedMetrics& undefined);

}  // namespace linden
