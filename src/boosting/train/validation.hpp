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
#include "ranks/agreement.hpp"
#include "ranks/rows_of_ranks.hpp"

namespace linden {

/// By the name of a metric, why it has no value: "all rows with a weight have label 1. Hint: ...".
using UndefinedMetrics = std::map<std::string, std::string>;

/// What opens the messages about it.
std::string where_of(const ValidationSet& set);

/// What is known of rows whose scores are judged; of several ranks, of the rows of all.
struct JudgedRows {
  std::string set = {};    ///< its name stands before those of metrics
  std::size_t number = 0;  ///< in the ensemble
  Tensor label = {}, weight = {}, groups = {};
  Tensor label_there = {};  ///< on the device, once it was asked for
};

/// What metrics are evaluated with.
struct Judges {
  const std::vector<Metric>& metrics;
  Device device;
  Workers& workers;
  const Ranks& ranks;
};

/// Appends the metrics of predictions, their names after that of the set, if it has one. One that is undefined there is
/// NaN, and why is noted.
void append_metrics(const std::string& set, const std::vector<Metric>& metrics, const MetricInput& input,
                    std::vector<MetricValue>& values, UndefinedMetrics& undefined);

/// Appends the metrics of the scores that rows have. One that is undefined there is NaN, and why is noted. Those that
/// run on a GPU see scores where these are. Of several ranks the first alone appends them, by the scores of all.
void append_metrics(const Judges& judges, const BoostedModel::State& model, Ensemble& ensemble, JudgedRows& rows,
                    std::vector<MetricValue>& values, UndefinedMetrics& undefined);

class Validation {
 public:
  /// `model` has everything but its trees; `rows` are those of `set`, of which this rank's are `first` and following;
  /// `start` [outputs, rows] are the scores that rows begin with, where the fit goes on from a model, else empty.
  /// Throws DataError when the set does not fit. What is passed must outlive the object, but for `rows` and `start`.
  Validation(const BoostedModel::State& model, const ValidationSet& set, RowsOfRanks rows, std::int64_t first = 0,
             std::vector<double> start = {});

  /// Before the first round: has the ensemble, which grows from `bins`, keep the scores of the set.
  void start(const Backend& backend, Context& context, const TargetStatistics& statistics,
             const std::vector<Cuts>& cuts, const Bins& bins, Ensemble& ensemble);

  /// Its rows, since start().
  JudgedRows& rows() noexcept { return rows_; }
  const JudgedRows& rows() const noexcept { return rows_; }

  /// What tells the set from others; before start().
  Facts facts(const Ranks& ranks, Workers& workers) const;

 private:
  const BoostedModel::State& model_;
  Dataset data_;        // this rank's rows, until start
  std::int64_t first_;  // of them, among those of all ranks
  std::string offsets_digits_;
  JudgedRows rows_;
  std::vector<double> offsets_;         // [outputs, rows], or empty; all of the first scores of a fit that goes on
  std::vector<FeatureSource> sources_;  // of all features of the model, until start
  std::optional<ValidBins> bins_;       // or, where leaves are linear:
  std::optional<RawRows> raw_;
};

}  // namespace linden
