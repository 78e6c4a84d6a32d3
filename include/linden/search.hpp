// Search: configurations drawn from a space, compared by cross-validation.
//
//     auto found = search(train, BoostingConfig{.rounds = 90},
//                         {{"learning_rate", space::log_uniform(0.02, 0.3)},
//                          {"max_leaves", space::log_integers(4, 64)},
//                          {"growth", space::choices({"leaf_wise", "level_wise"})}},
//                         {.trials = 9, .halving = Halving{}, .file = "trials.json"});
//     std::cout << found.csv() << "best: " << found.config << '\n';
//     found.model.save("best.json");
//
// The same data, configuration, space and options give the same trials and the same model, whatever the device and the
// number of threads; a search that was broken off goes on where it was (SearchOptions::file).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <linden/boosting.hpp>
#include <linden/callback.hpp>
#include <linden/cross_validation.hpp>
#include <linden/data.hpp>
#include <linden/device.hpp>
#include <linden/error.hpp>
#include <linden/export.hpp>
#include <linden/linear.hpp>
#include <linden/metric.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace linden {

/// What a field may be: a range of numbers, or some values. linden::space makes them.
class LINDEN_API SearchValues {
 public:
  enum class Kind { uniform, log_uniform, integers, log_integers, choices };

  /// "0.1..1.0", "log:0.01..0.3", "1..50", "log:4..256", "leaf_wise,level_wise": space::by_text reads it.
  std::string text() const;
  Kind kind() const noexcept { return kind_; }
  double low() const noexcept { return low_; }
  double high() const noexcept { return high_; }
  /// Of choices their values, else the two ends of the range, in the form that set_field takes.
  std::vector<std::string> ends() const;
  /// The value that a uniform number in [0, 1) stands for, in the form that set_field takes; of a range of real numbers
  /// with six digits.
  std::string at(double uniform) const;

 private:
  SearchValues(Kind kind, double low, double high, std::vector<std::string> choices)
      : kind_(kind), low_(low), high_(high), choices_(std::move(choices)) {}
  friend struct SearchValuesMaker;  // src/selection/space.cpp

  Kind kind_;
  double low_, high_;
  std::vector<std::string> choices_;
};

/// A field of the configuration, by the name that set_field takes ("learning_rate", "loss.level"), and what it may be.
struct SearchField {
  std::string field;
  SearchValues values;
};

using SearchSpace = std::vector<SearchField>;

namespace space {

/// Real numbers in [low, high], each as likely. All throw ArgumentError for ends that are not finite or not in order.
LINDEN_API SearchValues uniform(double low, double high);
/// Real numbers whose logarithms are equally likely; low > 0.
LINDEN_API SearchValues log_uniform(double low, double high);
/// Whole numbers from low to high, each as likely.
LINDEN_API SearchValues integers(std::int64_t low, std::int64_t high);
/// Whole numbers, small ones the more likely: the logarithm is uniform; low > 0.
LINDEN_API SearchValues log_integers(std::int64_t low, std::int64_t high);
/// One of these values, which are distinct.
LINDEN_API SearchValues choices(std::vector<std::string> values);

/// From text: "0.1..1" or "0..1.0" are real numbers, since one of the ends has a point, "1..50" whole ones; "log:"
/// before a range makes it logarithmic; "a,b,c" are choices. Throws ArgumentError for what is none of these.
LINDEN_API SearchValues by_text(std::string_view text);

/// Where to look when nothing is known: learning_rate, max_leaves, min_rows_in_leaf, l2, row_fraction and
/// feature_fraction for boosted models, with max_depth in place of max_leaves and min_rows_in_leaf for oblivious trees;
/// l1 and l2 for linear ones.
LINDEN_API SearchSpace of(const BoostingConfig& config);
LINDEN_API SearchSpace of(const LinearConfig& config);

}  // namespace space

/// Successive halving: all trials begin with a small part of the budget, and of each rung the best one in `factor` goes
/// on to the next, which gives `factor` times as much; the last rung gives all. With n trials there are as many rungs
/// as n can be divided by `factor`, or as `least` allows.
struct Halving {
  enum class Budget {
    rounds,  ///< of boosted models
    rows,    ///< drawn at random from all (whole groups, where the data has groups); tests are on all rows
  };
  Budget budget = Budget::rounds;
  int factor = 3;          ///< at least 2
  std::int64_t least = 0;  ///< what the first rung gives at least; 0: 10 rounds, 1,000 rows
};

/// A rung of a search. Without halving there is one.
struct Rung {
  int trials = 0;
  int rounds = 0;         ///< of each trial at most; 0 for linear models
  std::int64_t rows = 0;  ///< of the data
};

/// A field of a trial.
struct TrialValue {
  std::string field, value;
};

/// A configuration and how well it did on a rung.
struct Trial {
  int number = 0;  ///< from 0: a trial keeps it on all rungs
  int rung = 0;    ///< from 0
  std::vector<TrialValue> values;
  int rounds = 0;       ///< those up to the best mean, with early stopping; else all
  FoldSpread score;     ///< of the metric that the search goes by; NaN where it is undefined, or the trial failed
  double seconds = 0;   ///< what it took
  std::string failure;  ///< why no model could be trained; empty if one was
};

struct SearchOptions {
  int trials = 50;                      ///< 1 .. 1,000,000
  std::optional<Halving> halving = {};  ///< none: each trial has all rounds and rows
  double seconds = 0;                   ///< when they are over no trial is begun, after the first; 0: no limit
  std::uint64_t seed = 0;               ///< of the trials, and of the rows that rungs draw
  std::vector<Fold> folds = {};         ///< as in CrossValidationOptions; one fold is a plain split
  std::optional<Metric> metric = {};    ///< that decides; none: the first of metric::defaults(loss)
  /// Of boosted models: ends a trial by the mean over its folds. The trial's score is then that of its best round.
  std::optional<EarlyStopping> early_stopping = {};
  /// Where trials are written, after each of them; the file appears whole or not at all. If it is there, the trials in
  /// it are not made again: the search goes on, or, of random search, has more trials. A file of another search, be it
  /// of other data, folds, space or configuration, is refused. Empty: no file.
  std::filesystem::path file = {};
  bool refit = true;  ///< whether the model of the best configuration is fitted to all rows
  std::function<void(const Trial&)> after_trial = {};  ///< called after each, also for those from the file
  Device device = Device::cpu();
  int threads = 0;  ///< 0: all cores
};

struct SearchReport {
  std::string metric;  ///< that the search goes by
  bool higher_is_better = false;
  std::vector<Rung> rungs;
  std::vector<Trial> trials;  ///< rung by rung, in the order of their numbers
  int best_trial = 0;         ///< index into trials: the best one of the last rung that was reached
  bool out_of_time = false;   ///< whether trials are missing since SearchOptions::seconds were over
  std::vector<std::string> warnings;
  double seconds = 0;

  const Trial& best() const { return trials.at(static_cast<std::size_t>(best_trial)); }
  /// The trials as a table: trial, rung, the rung's budget, the fields, the rounds, the score and its spread, seconds
  /// and why it failed.
  LINDEN_API std::string csv() const;
};

struct BoostedSearch : SearchReport {
  BoostingConfig config;  ///< that of the best trial, with its rounds
  BoostedModel model;     ///< fitted to all rows; empty without SearchOptions::refit
};

struct LinearSearch : SearchReport {
  LinearConfig config;
  LinearModel model;
};

/// Draws trials from the space, cross-validates each of them, and fits the best one to all rows. `base` has the fields
/// that the space does not name. Trial k is the same whatever the number of trials. Throws ArgumentError for a space or
/// options that make no sense, naming the field and its bounds, and for a file of another search; FileError for a file
/// that cannot be read or written; DataError for data that cannot be trained on, and where every trial failed. A trial
/// that fails by itself (scores that grow beyond all bounds) is noted, and comes last.
LINDEN_API BoostedSearch search(const Dataset& data, const BoostingConfig& base, const SearchSpace& space,
                                const SearchOptions& options = {});
LINDEN_API LinearSearch search(const Dataset& data, const LinearConfig& base, const SearchSpace& space,
                               const SearchOptions& options = {});

}  // namespace linden
