// What happens after each round: metrics of the validation sets and of the training rows, then the callbacks.
#pragma once

#include <deque>
#include <linden/boosting.hpp>
#include <memory>
#include <vector>

#include "boosting/model/model.hpp"
#include "boosting/train/scores.hpp"
#include "boosting/train/validation.hpp"
#include "model/labels.hpp"

namespace linden {

/// The model of a fit that goes on, as callbacks may have it.
class ModelSoFar {
 public:
  explicit ModelSoFar(std::shared_ptr<BoostedModel::State>& state) : state_(state) {}
  /// The state itself, with its trees ready for prediction. The fit changes it no more while somebody has it.
  BoostedModel view() const;

 private:
  std::shared_ptr<BoostedModel::State>& state_;
};

class Progress {
 public:
  /// `model` has everything but its trees. Throws DataError when a validation set does not fit it, ArgumentError when
  /// two have the same name. What is passed must outlive the object.
  Progress(const Backend& backend, Context& context, const BoostedModel::State& model, const Dataset& train,
           const Labels& labels, const FitOptions& options);

  /// Once the model has its category groups, before the first round.
  void start(const BoostedModel::State& model);

  /// False when a callback ends training. A model that a callback has kept is left to it: the fit goes on with a copy.
  bool after_round(std::shared_ptr<BoostedModel::State>& model, const Scores& scores, int round, double seconds,
                   double& learning_rate);

  /// The metrics that had no value in some round.
  const UndefinedMetrics& undefined() const noexcept { return undefined_; }

  /// Drops the rounds that a callback did not want kept.
  void finish(BoostedModel::State& model) const;

 private:
  std::vector<MetricValue> evaluate(const BoostedModel::State& model, const Scores& scores);

  Context& context_;
  const Dataset& train_;
  const FitOptions& options_;
  std::vector<Metric> metrics_;
  std::deque<Validation> sets_;
  Tensor train_labels_;
  UndefinedMetrics undefined_;
  int keep_ = 0;
};

}  // namespace linden
