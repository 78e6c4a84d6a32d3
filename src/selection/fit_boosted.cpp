// fit_boosted, and what it leaves to small data: trees and samples that are small, and so many rounds as have
// the best mean over folds. docs/defaults.md has the figures behind the numbers.
#include <algorithm>
#include <cmath>
#include <linden/boosting.hpp>
#include <linden/threads.hpp>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "base/log.hpp"
#include "base/out_of_memory.hpp"
#include "boosting/bins/counted_rows.hpp"
#include "boosting/categories/encodings.hpp"
#include "boosting/fit_in_rounds.hpp"
#include "boosting/fit_on_devices.hpp"
#include "boosting/model/config/defaults.hpp"
#include "boosting/train/fit_checks.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "model/training_data.hpp"
#include "selection/defaults.hpp"
#include "selection/validate.hpp"

namespace linden {
namespace {

constexpr const char* where = "fit_boosted";

constexpr std::int64_t least_rows = 50, most_scores = 10'000, most_cells = 400'000;  // what is small
constexpr int tried_rounds = 400, patience = 20, tried_folds = 5;
constexpr double more_rows = 1.2;  // rounds for all rows, of those for four fifths of them

bool is_small(const SettledData& settled) {
  const std::int64_t classes = std::ssize(settled.data.classes()), outputs = settled.loss.outputs();
  const std::int64_t rows = settled.data.rows();
  const std::int64_t scores = rows * std::max<std::int64_t>(outputs > 0 ? outputs : classes, 1);
  const std::int64_t features = std::ssize(settled.data.feature_names());
  return rows >= least_rows && scores <= most_scores && features <= most_cells / scores;
}

// Encodings that cannot be are left to the fit to refuse.
BoostingConfig with_constants_for(const SettledData& settled, const BoostingConfig& config) {
  const Labels labels = checked_labels(where, settled.data, settled.loss);
  try {
    return with_constants(config, has_class_statistics(encodings_of(settled.data, config, labels), labels));
  } catch (const ArgumentError&) {
    return with_constants(config, false);
  }
}

// How many rounds have the best mean of the loss's metric over the folds, which have all labels alike, unless rows have
// several or stand together in groups.
int best_rounds(const SettledData& settled, const BoostingConfig& config, const TrialRuns& runs) {
  const bool may_stratify = settled.data.label().rank() == 1 && !settled.data.has_groups();
  PreparedFolds folds(where, settled.data,
                      settled.data.folds({.count = tried_folds, .seed = config.seed, .stratified = may_stratify}));
  const CrossValidationOptions options{
      .device = runs.device, .threads = runs.threads, .callbacks = {early_stopping({.patience = patience})}};
  const int best = validate(where, folds, config, options, Purpose::comparison).rounds;
  return static_cast<int>(std::lround(more_rows * best));
}

void log_choice(const BoostingConfig& given, const BoostingConfig& chosen, std::int64_t rows) {
  std::vector<std::string> words;
  const std::vector<FieldInfo> before = fields(given), after = fields(chosen);
  for (std::size_t i = 0; i < after.size(); ++i)
    if (before[i].value == "automatic" && after[i].value != before[i].value)
      words.push_back(fmt::format("{} = {}", after[i].name, after[i].value));
  log(LogLevel::info,
      fmt::format("{}: chosen for {}; a field that is set stays", fmt::join(words, ", "), counted(rows, "row")));
}

// Where that fails, the fit itself says what is wrong with the data, if anything is.
BoostingConfig chosen_for(const Dataset& train, const BoostingConfig& config, const FitOptions& options) {
  if (!options.start.empty() || !leaves_choice(config)) return config;
  try {
    const CountedRows counted(train, config.loss);
    BoostingConfig chosen = with_defaults(config, settled(where, counted.data(), counted.loss()),
                                          {.device = options.device, .threads = options.threads});
    chosen.loss = config.loss;
    return chosen;
  } catch (const Error&) {
    return config;
  }
}

}  // namespace

bool leaves_choice(const BoostingConfig& config) {
  return !config.rounds && config.mode.kind == Mode::boosting && config.schedule.decay == Decay::none &&
         !is_of_groups(config.loss) && config.loss.definition().custom == nullptr;
}

BoostingConfig with_defaults(const BoostingConfig& given, const SettledData& settled, const TrialRuns& runs) {
  BoostingConfig config = given;
  config.loss = settled.loss;
  if (!leaves_choice(config) || !is_small(settled)) return with_constants_for(settled, config);
  const BoostingConfig asked = config;
  if (config.growth != Growth::oblivious) {
    if (!config.max_leaves) config.max_leaves = settled.data.rows() < 1000 ? 8 : 16;
    if (!config.min_rows_in_leaf) config.min_rows_in_leaf = 5;
  }
  if (!config.row_fraction && config.sampling.kind == Sampling::uniform) config.row_fraction = 0.6;
  config.rounds = tried_rounds;
  config = with_constants_for(settled, config);
  try {
    config.rounds = best_rounds(settled, config, runs);
  } catch (const Error& error) {  // fewer groups than folds, say; or what the fit itself is about to refuse
    log(LogLevel::info, fmt::format("rounds are not chosen by cross-validation: {}", error.what()));
    return with_constants_for(settled, asked);
  }
  log_choice(asked, config, settled.data.rows());
  return config;
}

BoostingConfig with_defaults(const BoostingConfig& config, const Dataset& train) {
  return or_out_of_memory("with_defaults", [&] {
    config.check();
    check_data(train);
    const CountedRows counted(train, config.loss);
    return with_defaults(config, settled(where, counted.data(), counted.loss()), TrialRuns());
  });
}

BoostedModel fit_boosted(const Dataset& train, const BoostingConfig& config, const FitOptions& options) {
  return or_out_of_memory(where, [&] {
    const Threads tape_threads(options.threads);
    check_devices(options);
    if (!options.devices.empty()) {
      FitOptions of_first = options;
      of_first.device = options.devices.front();
      of_first.devices.clear();
      if (options.devices.size() == 1) return fit_boosted(train, config, of_first);
      config.check();
      check_data(train);
      return fit_on_devices(train, chosen_for(train, config, of_first), options);
    }
    // Ranks ask each other in the fit; none of them sees whether the data is small.
    const bool is_alone = options.ranks.get() == nullptr || options.ranks.get()->size() == 1;
    if (is_alone) {
      config.check();
      check_data(train);
    }
    const BoostingConfig chosen = is_alone ? chosen_for(train, config, options) : config;
    FitInRounds fit = fit_in_rounds(train, chosen, options);
    while (fit.next()) {
    }
    return fit.model();
  });
}

}  // namespace linden
