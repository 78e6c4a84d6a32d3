// Callbacks: what happens after each round of boosting.
//
//     fit_boosted(train, {.rounds = 500},
//                 {.valid = valid, .callbacks = {progress_bar(), early_stopping({.patience = 30})}});
//
// A callback is any function of a Round that returns a Signal:
//
//     Callback budget = [](const Round& r) { return r.seconds > 60 ? Signal::stop() : Signal::proceed(); };
//     Callback decay = [](const Round& r) { return Signal::proceed_with(0.99 * r.learning_rate); };
//     Callback checkpoint = [](const Round& r) {
//       if (r.index % 100 == 99) r.model().save("so far.json");
//       return Signal::proceed();
//     };
#pragma once

#include <filesystem>
#include <functional>
#include <linden/error.hpp>
#include <linden/export.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace linden {

class BoostedModel;  // boosting.hpp
class ModelSoFar;    // src/boosting/train/progress.hpp

/// One metric after one round.
struct MetricValue {
  std::string name;  ///< that of the metric; of a validation set "2024" or the training rows "2024 auc", "train auc"
  double value = 0;
  bool higher_is_better = false;
};

/// What a callback sees: the round that has just ended.
struct Round {
  int index = 0;                         ///< from 0
  int rounds = 0;                        ///< how many were asked for
  double seconds = 0;                    ///< since training began
  std::span<const MetricValue> metrics;  ///< of the validation sets, in order, then of the training rows if asked for
  double learning_rate = 0;              ///< of this round
  const ModelSoFar* so_far = nullptr;    ///< what model() asks

  /// The model as it is after this round, to predict with, to save, to keep: a copy, which takes time and memory in
  /// proportion to its trees. Throws ArgumentError for a Round that no training made.
  LINDEN_API BoostedModel model() const;
};

/// What a callback answers.
class Signal {
 public:
  static Signal proceed() noexcept { return {false, 0}; }
  /// Go on, from the next round on with this learning rate, in (0, 1]: fit_boosted throws ArgumentError for another. Of
  /// several callbacks the last one that gives a rate is heard. The model's configuration keeps the first rate.
  static Signal proceed_with(double learning_rate) noexcept { return {false, 0, learning_rate}; }
  /// End training; the model keeps all rounds so far.
  static Signal stop() noexcept { return {true, 0}; }
  /// End training (also on the last round); the model keeps its first `rounds` rounds.
  static Signal stop_and_keep(int rounds) noexcept { return {true, rounds}; }

  bool stops() const noexcept { return stops_; }
  /// Rounds to keep; 0 keeps all.
  int keep() const noexcept { return keep_; }
  /// The learning rate from the next round on, or none for the one there is.
  std::optional<double> learning_rate() const noexcept { return learning_rate_; }

 private:
  Signal(bool stops, int keep, std::optional<double> learning_rate = {}) noexcept
      : stops_(stops), keep_(keep), learning_rate_(learning_rate) {}
  bool stops_;
  int keep_;
  std::optional<double> learning_rate_;
};

using Callback = std::function<Signal(const Round&)>;

/// One line on stderr, redrawn in place, as wide as the terminal (or COLUMNS) lets it; only where stderr is a terminal.
LINDEN_API Callback progress_bar();

struct EarlyStopping {
  int patience = 30;        ///< rounds without improvement before training ends; at least 1
  std::string metric = {};  ///< which metric to watch ("auc", "2024 auc"); empty: the first
  double min_delta = 0;     ///< how much better counts as improvement; >= 0
  /// Several metrics to watch, in place of `metric`. Training ends when none of them has improved for `patience`
  /// rounds, and the rounds up to the best one of the metric that improved last are kept.
  std::vector<std::string> metrics = {};
  /// Of several: training ends as soon as one of them has not improved, and its best round is kept.
  bool any = false;
};

/// Ends training when the metric has not improved for `patience` rounds, and keeps the rounds up to the best one,
/// also when the rounds run out first. NaN is no improvement; where the metric never was a number, all rounds so far
/// are kept. Throws ArgumentError here for bad options, and from fit_boosted when there is no validation set or no such
/// metric.
LINDEN_API Callback early_stopping(const EarlyStopping& options = {});

/// Sets the learning rate of each round but the first, which has that of the configuration: round i has rate_of(i). See
/// BoostingConfig::schedule for rates that need no function. Throws ArgumentError without a function.
LINDEN_API Callback learning_rates(std::function<double(int round)> rate_of);

/// One JSON object a line and round: {"round": 0, "seconds": 0.01, "logloss": 0.63}. Throws FileError when the
/// file cannot be opened or written.
LINDEN_API Callback json_lines(const std::filesystem::path& path);

}  // namespace linden
