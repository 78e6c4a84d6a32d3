#include "boosting/train/progress.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <set>

#include "base/fail.hpp"
#include "model/training_data.hpp"
#include "ranks/agreement.hpp"
#include "ranks/rows_of_ranks.hpp"

namespace linden {
namespace {

constexpr const char* where = "fit_boosted";
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

// What the first rank has found becomes what all have.
void take_from_first(const Ranks& ranks, std::vector<MetricValue>& values, UndefinedMetrics& undefined) {
  std::vector<std::string> words;
  for (const MetricValue& value : values) {
    const auto bits = std::bit_cast<std::array<char, sizeof(double)>>(value.value);
    words.insert(words.end(), {value.name, std::string(bits.data(), bits.size()), value.higher_is_better ? "up" : ""});
  }
  std::vector<std::string> reasons;
  for (const auto& [name, why] : undefined) reasons.insert(reasons.end(), {name, why});
  const std::vector<std::string> first =
      unpacked(gather_texts(ranks, ranks.is_first() ? packed({packed(words), packed(reasons)}) : "").front());
  if (ranks.is_first()) return;
  words = unpacked(first[0]);
  reasons = unpacked(first[1]);
  values.clear();
  for (std::size_t i = 0; i < words.size(); i += 3) {
    std::array<char, sizeof(double)> bits;
    std::ranges::copy(words[i + 1], bits.begin());
    values.push_back({words[i], std::bit_cast<double>(bits), !words[i + 2].empty()});
  }
  for (std::size_t i = 0; i < reasons.size(); i += 2) undefined.emplace(reasons[i], reasons[i + 1]);
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
                   const Labels& labels, const FitOptions& options, Workers& workers, const Ranks& ranks,
                   const PartOfRows* part)
    : workers_(workers), ranks_(ranks), start_(start), rounds_(rounds), options_(options), metrics_(options.metrics) {
  together(where, ranks, [&] {
    check_names(options);
    check_asked(options);
  });
  asks_ = ranks.gather(std::vector{static_cast<double>(options.callbacks.size())}).front() > 0;
  if (metrics_.empty() && (!options.valid.empty() || options.train_metrics)) {
    metrics_ = metric::defaults(model.config.loss);
    if (ranks.is_alone())
      for (const ValidationSet& set : options.valid) check_groups(where_of(set), model.config.loss, set.data);
  }
  for (const ValidationSet& set : options.valid) {
    const RowsOfRanks rows =
        part != nullptr ? part->valid[sets_.size()] : rows_of_ranks(where_of(set), set.data, ranks);
    if (!ranks.is_alone() && options.metrics.empty()) check_groups(where_of(set), model.config.loss, rows.whole);
    const std::int64_t first = first_of_ranks(ranks, rows.here.rows());
    together(where, ranks, [&] { sets_.emplace_back(model, set, rows, first, start.scores(rows.here, options)); });
  }
  if (options.train_metrics)
    train_rows_ = {.set = training_rows, .label = labels.tensor(), .weight = train.weight(), .groups = train.groups()};
}

void Progress::start(const Backend& backend, Context& context, const TargetStatistics& statistics,
                     const std::vector<Cuts>& cuts, const Bins& bins, Ensemble& ensemble) {
  for (Validation& set : sets_) set.start(backend, context, statistics, cuts, bins, ensemble);
}

std::vector<MetricValue> Progress::evaluate(const BoostedModel::State& model, Ensemble& ensemble) {
  std::vector<MetricValue> values;
  const Judges judges{metrics_, options_.device, workers_, ranks_};
  for (Validation& set : sets_) append_metrics(judges, model, ensemble, set.rows(), values, undefined_);
  if (options_.train_metrics) append_metrics(judges, model, ensemble, train_rows_, values, undefined_);
  if (!ranks_.is_alone()) take_from_first(ranks_, values, undefined_);
  return values;
}

std::span<const MetricValue> Progress::measure(BoostedModel::State& model, Ensemble& ensemble) {
  if (!judges()) return {};
  return model.history.emplace_back(evaluate(model, ensemble));
}

std::span<const MetricValue> Progress::repeat(BoostedModel::State& model, std::span<const MetricValue> metrics) const {
  if (!judges()) return {};
  return model.history.emplace_back(metrics.begin(), metrics.end());
}

void Progress::settle(Ensemble& ensemble) const {
  for (const Validation& set : sets_) ensemble.scores_of(set.rows().number);
  if (options_.train_metrics) ensemble.scores();
}

Facts Progress::facts() const {
  Facts all;
  for (const Validation& set : sets_)
    for (auto& fact : set.facts(ranks_, workers_)) all.push_back(std::move(fact));
  return all;
}

bool Progress::ask_callbacks(const BoostedModel::State& model, const Ensemble& ensemble, int round,
                             double learning_rate) {
  if (!asks_) return true;
  bool go_on = true;
  together(where, ranks_, [&] {
    if (ranks_.is_first()) go_on = ask(model, ensemble, round, learning_rate);
  });
  if (ranks_.is_alone()) return go_on;
  const std::vector<double> answers =
      ranks_.gather(std::vector{go_on ? 1.0 : 0.0, static_cast<double>(keep_), asked_rate_.value_or(0)});
  keep_ = static_cast<int>(answers[1]);
  if (answers[2] > 0) asked_rate_ = answers[2];
  return answers[0] > 0;
}

bool Progress::ask(const BoostedModel::State& model, const Ensemble& ensemble, int round, double learning_rate) {
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
