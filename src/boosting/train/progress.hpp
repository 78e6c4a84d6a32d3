// What happens after each round: metrics of the validation sets and of the training rows, then the callbacks.
#pragma once

#include <deque>
#include <linden/boosting.hpp>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "boosting/model/model.hpp"
#include "boosting/train/ensemble/ensemble.hpp"
#include "boosting/train/start_model.hpp"
#include "boosting/train/validation.hpp"
#include "model/labels.hpp"
#include "ranks/agreement.hpp"
#include "ranks/parts_of_rows.hpp"

namespace linden {

/// The model of a fit that goes on, as callbacks may have it.
class ModelSoFar {
 public:
  ModelSoFar(const BoostedModel::State& model, const Ensemble& ensemble, const StartModel& start)
      : model_(model), ensemble_(ensemble), start_(start) {}
  /// A copy with the trees so far, made when it is first asked for.
  BoostedModel view() const;

 private:
  const BoostedModel::State& model_;
  const Ensemble& ensemble_;
  const StartModel& start_;
  mutable std::shared_ptr<const BoostedModel::State> made_;
};

class Progress {
 public:
  /// `model` has everything but its trees; `rounds` are those of this fit; `train` and `labels` of all ranks. Throws
  /// DataError when a validation set does not fit the model, ArgumentError when two have the same name. What is passed
  /// must outlive the object. `part`, unless it is null, has the parts of the validation sets that lie here.
  Progress(const BoostedModel::State& model, const StartModel& start, int rounds, const Dataset& train,
           const Labels& labels, const FitOptions& options, Workers& workers, const Ranks& ranks,
           const PartOfRows* part = nullptr);

  /// Before the first round: has the ensemble, which grows from `bins`, keep the scores of the validation sets.
  void start(const Backend& backend, Context& context, const TargetStatistics& statistics,
             const std::vector<Cuts>& cuts, const Bins& bins, Ensemble& ensemble);

  /// After a round: adds its metrics to the history, where there are rows for them, and returns them.
  std::span<const MetricValue> measure(BoostedModel::State& model, Ensemble& ensemble);
  /// The same of a round whose metrics are known from another time.
  std::span<const MetricValue> repeat(BoostedModel::State& model, std::span<const MetricValue> metrics) const;
  /// Brings the scores of all rows that are judged up to date, as measure() does.
  void settle(Ensemble& ensemble) const;
  /// Then: false when a callback ends training.
  bool ask_callbacks(const BoostedModel::State& model, const Ensemble& ensemble, int round, double learning_rate);

  /// The learning rate that callbacks asked for last, if they did.
  std::optional<double> asked_rate() const noexcept { return asked_rate_; }

  /// The metrics that had no value in some round.
  const UndefinedMetrics& undefined() const noexcept { return undefined_; }
  /// Those of rounds of another time.
  void set_undefined(const UndefinedMetrics& metrics) { undefined_.insert(metrics.begin(), metrics.end()); }

  /// Whether there are rows to judge.
  bool judges() const noexcept { return !sets_.empty() || options_.train_metrics; }
  /// What tells the validation sets from others.
  Facts facts() const;

  /// Drops the rounds that a callback did not want kept.
  void finish(Ensemble& ensemble, int trees_a_round) const;

 private:
  std::vector<MetricValue> evaluate(const BoostedModel::State& model, Ensemble& ensemble);
  /// Asks them, on the first rank alone.
  bool ask(const BoostedModel::State& model, const Ensemble& ensemble, int round, double learning_rate);

  Workers& workers_;
  const Ranks& ranks_;
  const StartModel& start_;
  int rounds_;
  const FitOptions& options_;
  std::vector<Metric> metrics_;
  std::deque<Validation> sets_;
  JudgedRows train_rows_;
  UndefinedMetrics undefined_;
  bool asks_ = false;  // whether the first rank has callbacks
  int keep_ = 0;
  std::optional<double> asked_rate_;
};

}  // namespace linden
