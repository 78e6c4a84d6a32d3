#include "boosting/train/progress.hpp"

#include <set>

#include "base/fail.hpp"
#include "model/training_data.hpp"

namespace linden {
namespace {

constexpr const char* training_rows = "train";  // what stands before their metrics

void check_names(const FitOptions& options) {
  std::set<std::string> names;
  if (options.train_metrics) names.insert(training_rows);
  for (const ValidationSet& set : options.valid)
    if (!names.insert(set.name).second)
      fail<ArgumentError>(
          "fit_boosted: two sets of rows are called \"{}\". Hint: give each of .valid a name of its own{}.", set.name,
          options.train_metrics ? "; \"train\" stands for the training rows" : "");
}

void check_asked(const FitOptions& options) {
  std::set<std::string> metrics;
  for (const Metric& metric : options.metrics)
    if (!metrics.insert(metric.name()).second)
      fail<ArgumentError>(
          "fit_boosted: two of .metrics are called \"{}\". Hint: leave one out, or give it another name.",
          metric.name());
  for (std::size_t i = 0; i < options.callbacks.size(); ++i)
    if (!options.callbacks[i]) fail<ArgumentError>("fit_boosted: callback {} of .callbacks is empty.", i);
  if (options.metrics.empty() || !options.valid.empty() || options.train_metrics) return;
  std::vector<std::string> names;
  for (const Metric& metric : options.metrics) names.push_back(metric.name());
  fail<ArgumentError>(
      "fit_boosted: there are no rows for the metrics that .metrics asks for ({}). Hint: .valid = held_out, or "
      ".train_metrics = true.",
      listing(names));
}

}  // namespace

BoostedModel ModelSoFar::view() const {
  if (made_ == nullptr) {
    const auto state = std::make_shared<BoostedModel::State>(model_);
    state->trees = ensemble_.trees();
    start_.prepend_to(*state);
    state->finish_forest();
    made_ = state;
  }
  return BoostedModel(made_);
}

BoostedModel Round::model() const {
  if (so_far == nullptr) fail<ArgumentError>("Round::model: this round is not of a training.");
  return so_far->view();
}

Progress::Progress(const BoostedModel::State& model, const StartModel& start, int rounds, const Dataset& train,
                   const Labels& labels, const FitOptions& options, Workers& workers)
    : workers_(workers), start_(start), rounds_(rounds), options_(options), metrics_(options.metrics) {
  check_names(options);
  check_asked(options);
  if (metrics_.empty() && (!options.valid.empty() || options.train_metrics)) {
    metrics_ = metric::defaults(model.config.loss);
    for (const ValidationSet& set : options.valid) check_groups(where_of(set), model.config.loss, set.data);
  }
  for (const ValidationSet& set : options.valid) sets_.emplace_back(model, set, start.scores(set.data, options));
  if (options.train_metrics)
    train_rows_ = {.set = training_rows, .label = labels.tensor(), .weight = train.weight(), .groups = train.groups()};
}

void Progress::start(const Backend& backend, Context& context, const TargetStatistics& statistics,
                     const std::vector<Cuts>& cuts, const Bins& bins, Ensemble& ensemble) {
  for (Validation& set : sets_) set.start(backend, context, statistics, cuts, bins, ensemble);
}

std::vector<MetricValue> Progress::evaluate(const BoostedModel::State& model, Ensemble& ensemble) {
  std::vector<MetricValue> values;
  const Judges judges{metrics_, options_.device, workers_};
  for (Validation& set : sets_) append_metrics(judges, model, ensemble, set.rows(), values, undefined_);
  if (options_.train_metrics) append_metrics(judges, model, ensemble, train_rows_, values, undefined_);
  return values;
}

std::span<const MetricValue> Progress::measure(BoostedModel::State& model, Ensemble& ensemble) {
  if (sets_.empty() && !options_.train_metrics) return {};
  return model.history.emplace_back(evaluate(model, ensemble));
}

bool Progress::ask_callbacks(const BoostedModel::State& model, const Ensemble& ensemble, int round,
                             double learning_rate) {
  const std::vector<MetricValue> metrics = model.history.empty() ? std::vector<MetricValue>{} : model.history.back();
  const ModelSoFar so_far(model, ensemble, start_);
  const Round seen{round, rounds_, model.seconds_training, metrics, learning_rate, &so_far};
  bool go_on = true;
  for (const Callback& callback : options_.callbacks) {
    const Signal signal = callback(seen);
    if (signal.stops()) go_on = false;
    if (signal.keep() > 0) keep_ = signal.keep();
    if (!signal.learning_rate()) continue;
    asked_rate_ = signal.learning_rate();
    if (!(*asked_rate_ > 0 && *asked_rate_ <= 1))
      fail<ArgumentError>("fit_boosted: after round {} a callback set the learning rate to {}; it must be in (0, 1].",
                          round, *asked_rate_);
    if (model.config.mode.kind == Mode::forest)
      fail<ArgumentError>(
          "fit_boosted: after round {} a callback set the learning rate to {}, but a forest has none: its trees are "
          "averaged.",
          round, *asked_rate_);
  }
  return go_on;
}

void Progress::finish(Ensemble& ensemble, int trees_a_round) const {
  if (keep_ > 0) ensemble.keep_first(static_cast<std::size_t>(keep_) * static_cast<std::size_t>(trees_a_round));
}

}  // namespace linden
