// Callbacks: what happens after each round of boosting.
//
//     fit_boosted(train, {...}, {.valid = valid, .callbacks = {progress_bar(), early_stopping({.patience = 30})}});
//
// A callback is any function of a Round that returns a Signal:
//
//     Callback budget = [](const Round& r) { return r.seconds > 60 ? Signal::stop() : Signal::proceed(); };
#pragma once

#include <filesystem>
#include <functional>
#include <linden/export.hpp>
#include <span>
#include <string>
#include <vector>

namespace linden {

/// One metric after one round.
struct MetricValue {
  std::string name;
  double value = 0;
  bool higher_is_better = false;
};

/// What a callback sees: the round that has just ended.
struct Round {
  int index = 0;                         ///< from 0
  int rounds = 0;                        ///< how many were asked for
  double seconds = 0;                    ///< since training began
  std::span<const MetricValue> metrics;  ///< on the validation set; empty without one
};

/// What a callback answers.
class Signal {
 public:
  static Signal proceed() noexcept { return {false, 0}; }
  /// End training; the model keeps all rounds so far.
  static Signal stop() noexcept { return {true, 0}; }
  /// End training (also on the last round); the model keeps its first `rounds` rounds.
  static Signal stop_and_keep(int rounds) noexcept { return {true, rounds}; }

  bool stops() const noexcept { return stops_; }
  /// Rounds to keep; 0 keeps all.
  int keep() const noexcept { return keep_; }

 private:
  Signal(bool stops, int keep) noexcept : stops_(stops), keep_(keep) {}
  bool stops_;
  int keep_;
};

using Callback = std::function<Signal(const Round&)>;

/// One line on stderr, redrawn in place, and only when stderr is a terminal.
LINDEN_API Callback progress_bar();

struct EarlyStopping {
  int patience = 30;        ///< rounds without improvement before training ends; at least 1
  std::string metric = {};  ///< which metric to watch; empty: the first
  double min_delta = 0;     ///< how much better counts as improvement; >= 0
};

/// Ends training when the metric has not improved for `patience` rounds, and keeps the rounds up to the best one,
/// also when the rounds run out first. NaN is no improvement; where the metric never was a number, all rounds so far
/// are kept. Throws ArgumentError here for bad options, and from fit_boosted when there is no validation set or no such
/// metric.
LINDEN_API Callback early_stopping(const EarlyStopping& options = {});

/// One JSON object a line and round: {"round": 0, "seconds": 0.01, "logloss": 0.63}. Throws FileError when the
/// file cannot be opened or written.
LINDEN_API Callback json_lines(const std::filesystem::path& path);

}  // namespace linden
