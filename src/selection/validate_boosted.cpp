// Boosted models on folds: each fold's fit goes round by round, one after another, or, where callbacks look at the
// means over the folds, all of them side by side.
#include <chrono>
#include <linden/threads.hpp>
#include <memory>

#include "boosting/fit_in_rounds.hpp"
#include "loss/custom.hpp"
#include "selection/fold_results.hpp"
#include "selection/metric_curves.hpp"
#include "selection/validate.hpp"

namespace linden {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// What a fit reads while it goes on, beside its rows, and the fit. It stays where it is.
struct FoldFit {
  FoldFit(FoldRows& rows, BoostingConfig config_of_fold, FitOptions options_of_fold)
      : config(std::move(config_of_fold)),
        options(std::move(options_of_fold)),
        fit(fit_in_rounds(rows.train, config, options, &rows.cuts)) {}

  const BoostingConfig config;
  const FitOptions options;
  FitInRounds fit;
};

// The callbacks of the user see the means of all folds; in each fold stand callbacks that repeat what they answered.
class SharedCallbacks {
 public:
  SharedCallbacks(const std::vector<Callback>& callbacks, const BoostingConfig& config)
      : callbacks_(callbacks),
        rounds_(*config.rounds),
        learning_rate_(config.learning_rate),
        answers_(callbacks.size(), Signal::proceed()) {}

  std::vector<Callback> of_a_fold() const {
    std::vector<Callback> repeating;
    for (const Signal& answer : answers_) repeating.emplace_back([&answer](const Round&) { return answer; });
    return repeating;
  }

  void ask(int round, double seconds, std::span<const MetricValue> means) {
    const Round seen{round, rounds_, seconds, means, learning_rate_, nullptr};
    for (std::size_t c = 0; c < callbacks_.size(); ++c) answers_[c] = callbacks_[c](seen);
    for (const Signal& answer : answers_) learning_rate_ = answer.learning_rate().value_or(learning_rate_);
  }

 private:
  const std::vector<Callback>& callbacks_;
  int rounds_;
  double learning_rate_;
  std::vector<Signal> answers_;
};

}  // namespace

BoostedCrossValidation validate(std::string_view where, PreparedFolds& folds, const BoostingConfig& config,
                                const CrossValidationOptions& options, Purpose purpose) {
  const Clock::time_point start = Clock::now();
  const Threads tape_threads(options.threads);
  const std::size_t count = folds.folds().size();
  SharedCallbacks callbacks(options.callbacks, config);
  MetricCurves curves(count);
  OutOfFold out_of_fold(folds.data().rows());
  FoldWarnings warnings(folds.data());
  BoostedCrossValidation cv;
  cv.folds = folds.folds();

  const auto started = [&](std::size_t f) {
    BoostingConfig config_of_fold = config;
    config_of_fold.loss = loss_of_rows(config.loss, cv.folds[f].train);
    FoldRows& rows = folds.rows(f);
    return std::make_unique<FoldFit>(rows, std::move(config_of_fold),
                                     FitOptions{.device = options.device,
                                                .threads = options.threads,
                                                .valid = rows.test,
                                                .metrics = options.metrics,
                                                .callbacks = callbacks.of_a_fold(),
                                                .train_metrics = options.train_metrics,
                                                .start = options.start});
  };
  const auto finish = [&](std::size_t f, const BoostedModel& model) {
    cv.rounds = model.rounds() - (options.start.empty() ? 0 : options.start.rounds());
    cv.classes = model.classes();
    warnings.add(f, model.warnings());
    if (purpose == Purpose::comparison) return;
    out_of_fold.add(cv.folds[f].test,
                    model.predict(folds.rows(f).test, {.threads = options.threads, .device = options.device}));
    if (options.keep_models) cv.models.push_back(model);
    folds.forget(f);
  };

  const std::size_t side_by_side = options.callbacks.empty() ? 1 : count;
  for (std::size_t first = 0; first < count; first += side_by_side) {
    std::vector<std::unique_ptr<FoldFit>> fits;
    for (std::size_t f = first; f < first + side_by_side; ++f) fits.push_back(started(f));
    for (int round = 0;; ++round) {
      bool goes_on = false;  // the same for all
      for (std::size_t f = first; f < first + side_by_side; ++f) {
        FitInRounds& fit = fits[f - first]->fit;
        goes_on = in_fold(where, folds, f, [&] { return fit.next(); });
        if (goes_on) curves.add(static_cast<std::size_t>(round), f, fit.metrics());
      }
      if (!goes_on) break;
      if (!options.callbacks.empty())
        callbacks.ask(round, seconds_since(start), curves.means(static_cast<std::size_t>(round)));
    }
    for (std::size_t f = first; f < first + side_by_side; ++f) {
      const BoostedModel model = fits[f - first]->fit.model();
      fits[f - first].reset();
      finish(f, model);
    }
  }
  cv.curves = std::move(curves).curves();
  cv.warnings = warnings.all();
  if (purpose == Purpose::report) cv.prediction = std::move(out_of_fold).mean();
  cv.seconds = seconds_since(start);
  return cv;
}

}  // namespace linden
