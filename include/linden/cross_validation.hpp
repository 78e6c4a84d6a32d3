// Cross-validation: how well a configuration does on rows that its models have not seen.
//
//     const auto cv = cross_validate(train, BoostingConfig{.rounds = 500, .learning_rate = 0.05},
//                                    {.folds = train.folds({.count = 5, .stratified = true}),
//                                     .callbacks = {early_stopping({.patience = 30})}});
//     std::cout << cv;               // logloss     0.277185 +- 0.0026 (deviation 0.0058; folds 0.2772, ...)
//     const int rounds = cv.rounds;  // up to the best by the mean over the folds
//     const FoldSpread auc = cv.of("auc");
//
// A fold's model is that of fit_boosted, or fit_linear, on its training rows, to the byte: nothing of the rows that it
// is tested on, not even where bins end, comes into it. The answers have the same bytes for any device and number of
// threads, as the models have.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <linden/boosting.hpp>
#include <linden/callback.hpp>
#include <linden/data.hpp>
#include <linden/device.hpp>
#include <linden/export.hpp>
#include <linden/linear.hpp>
#include <linden/metric.hpp>
#include <linden/tensor.hpp>
#include <linden/values.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

struct TimeFoldOptions {
  int count = 5;            ///< folds, at least 1
  NumberList time = {};     ///< one number a row, the larger the later; empty: rows stand in the order of time
  std::int64_t gap = 0;     ///< rows left out between those that a fold trains on and those it tests on, >= 0
  std::int64_t window = 0;  ///< train on so many of the latest rows at most (a sliding window); 0: all that are earlier
};

/// Folds that train on what is earlier and test on what comes next: rows are cut by time into count + 1 parts of nearly
/// one size, and fold i trains on the first i + 1 of them and tests on the one behind. Rows of one time, and those of
/// one group of the data, are not parted. Throws ArgumentError where there are too few times for that many folds, for
/// times that are not finite or part a group, and where the gap leaves nothing to train on.
LINDEN_API std::vector<Fold> folds_by_time(const Dataset& data, const TimeFoldOptions& options = {});

/// `repeats` times data.folds(options), with the seeds options.seed, options.seed + 1, ...: every row is held out so
/// many times. Throws as Dataset::folds does, and ArgumentError for less than one.
LINDEN_API std::vector<Fold> repeated_folds(const Dataset& data, const FoldOptions& options, int repeats);

/// A metric over the folds. Each fold counts the same, whatever its size. NaN where the metric is undefined in one.
struct FoldSpread {
  double mean = 0;
  double standard_deviation = 0;  ///< of the folds around their mean, with one degree of freedom less than folds
  double standard_error = 0;      ///< that over the square root of their number: of the mean
};

/// A metric after every round of every fold. Of linear models there is one round.
struct MetricCurve {
  std::string name;  ///< "auc"; of the training rows "train auc"
  bool higher_is_better = false;
  std::vector<std::vector<double>> values;  ///< [rounds][folds]; NaN where it is undefined
  std::vector<FoldSpread> spread;           ///< [rounds]

  /// How many rounds have the best mean, the fewest of those that are equal; 0 where it was never a number.
  LINDEN_API int best_rounds() const;
};

struct CrossValidationOptions {
  /// Which rows each model is trained and tested on: those of data.folds, folds_by_time, repeated_folds, or your own,
  /// each with rows in both of its parts and none in two; empty: data.folds().
  std::vector<Fold> folds = {};
  Device device = Device::cpu();
  int threads = 0;                   ///< 0: all cores. Each fold has all of them
  std::vector<Metric> metrics = {};  ///< empty: metric::defaults(loss)
  bool train_metrics = false;        ///< whether they are those of the training rows, too: "train auc"
  /// Of boosted models: after each round of all folds, with the means over the folds for its metrics. What they answer
  /// is done in every fold: early_stopping ends all of them together, at the best mean. Round::model is not to be had.
  /// With callbacks all folds are in memory at a time, without them one after another.
  std::vector<Callback> callbacks = {};
  bool keep_models = false;  ///< whether the models of the folds are returned
  /// Of boosted models: one that all folds go on from (FitOptions::start), trained on other rows than these, or metrics
  /// are those of rows that it has seen.
  BoostedModel start = {};
};

struct CrossValidation {
  std::vector<Fold> folds;
  std::vector<MetricCurve> curves;  ///< in the order of the metrics, those of the training rows behind them
  int rounds = 0;  ///< that the models have, without those of .start: all, or those that a callback kept; of linear
                   ///< models 1
  /// For each row what a model said that was not trained on it, as predict gives it: [rows], or [rows, K] for K
  /// outputs. The mean where several folds hold it out, NaN where none does.
  Tensor prediction;
  std::vector<std::string> classes;   ///< that columns of predictions stand for; empty for real labels
  std::vector<std::string> warnings;  ///< the data's remarks, and what the fits of the folds warn of
  double seconds = 0;

  /// Throw ArgumentError for a metric that is not there, with the nearest one.
  LINDEN_API const MetricCurve& curve(std::string_view metric) const;
  /// Its values after `rounds` rounds: those of the models.
  LINDEN_API const FoldSpread& of(std::string_view metric) const;
};

struct BoostedCrossValidation : CrossValidation {
  std::vector<BoostedModel> models;  ///< one a fold, if they were to be kept
};

struct LinearCrossValidation : CrossValidation {
  std::vector<LinearModel> models;
};

/// A line for each metric: its mean, standard error and standard deviation, and its values in the folds.
LINDEN_API std::ostream& operator<<(std::ostream& out, const CrossValidation& cv);

/// Trains a model for each fold and tests it on the rows that the fold holds out. Loss, classes and defaults are those
/// of all rows. Throws ArgumentError for folds that do not fit the data, and what fit_boosted throws, with the number
/// of the fold before it.
LINDEN_API BoostedCrossValidation cross_validate(const Dataset& data, const BoostingConfig& config,
                                                 const CrossValidationOptions& options = {});

/// The same for linear models. Throws ArgumentError for callbacks, since there are no rounds.
LINDEN_API LinearCrossValidation cross_validate(const Dataset& data, const LinearConfig& config,
                                                const CrossValidationOptions& options = {});

}  // namespace linden
