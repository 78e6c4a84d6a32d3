#include "boosting/validation.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/fail.hpp"
#include "boosting/category_groups.hpp"
#include "boosting/predictor.hpp"
#include "model/labels.hpp"
#include "model/match_features.hpp"
#include "model/predictions.hpp"

namespace linden {
namespace {

constexpr std::int64_t resident_bytes = std::int64_t{4} << 30;  // of raw rows that stay on a GPU for all rounds

}  // namespace

Validation::Validation(const Backend& backend, Context& context, const BoostedModel::State& model,
                       const FitOptions& options)
    : backend_(backend), context_(context), options_(options), metrics_(options.metrics) {
  if (!options.valid) return;
  const Dataset& valid = *options.valid;
  if (valid.rows() == 0) fail<DataError>("fit_boosted: the validation set has no rows.");
  if (metrics_.empty()) metrics_ = metric::defaults(model.config.loss);
  const std::vector<double> labels = known_labels("fit_boosted: validation set", valid, model.classes);
  labels_ = Tensor::copy_of(std::span(labels), {valid.rows()});
  std::vector<int> all(model.feature_names.size());
  std::iota(all.begin(), all.end(), 0);
  sources_ = match_features("fit_boosted: validation set", valid,
                            {model.feature_names, model.categorical, model.categories}, all);
}

void Validation::start(const BoostedModel::State& model) {
  if (!options_.valid) return;
  const Dataset& valid = *options_.valid;
  std::vector<int> all(sources_.size());
  std::iota(all.begin(), all.end(), 0);
  translate_to_groups(sources_, all, model.groups);
  raw_.emplace(valid, std::move(sources_));
  rows_.emplace(backend_, context_, *raw_, DeviceRows::Limits{.keep_bytes = resident_bytes});
  host_scores_.resize(static_cast<std::size_t>(model.outputs() * valid.rows()));
  for (int k = 0; k < model.outputs(); ++k)
    std::fill_n(host_scores_.begin() + k * valid.rows(), valid.rows(), model.initial_score[k]);
  scores_ = DeviceArray<double>(backend_.memory, context_, model.outputs() * valid.rows(), "validation scores");
  scores_.upload(host_scores_.data());
  if (context_.queue == nullptr) host_scores_ = {};
}

// Adds the last round's trees to the scores, as predict would.
std::vector<MetricValue> Validation::evaluate(const BoostedModel::State& model) {
  const Dataset& valid = *options_.valid;
  const Forest forest(std::span(model.trees).last(static_cast<std::size_t>(model.outputs())), model.categories,
                      model.groups);
  const DeviceForest device_forest(backend_, context_, forest, model.outputs());
  add_trees(backend_, context_, device_forest, *rows_, forest.used(), scores_.data(), valid.rows());
  const bool on_cpu = context_.queue == nullptr;
  if (!on_cpu) scores_.download(host_scores_.data());
  const Tensor prediction = predictions(model.config.loss, model.outputs(), valid.rows(),
                                        on_cpu ? scores_.data() : host_scores_.data(), true, context_.arena);
  std::vector<MetricValue> values;
  for (const Metric& metric : metrics_)
    values.push_back({metric.name(), metric.evaluate(prediction, labels_, valid.weight()), metric.higher_is_better()});
  return values;
}

bool Validation::after_round(BoostedModel::State& model, int round, double seconds) {
  if (options_.valid) model.history.push_back(evaluate(model));
  const std::span<const MetricValue> metrics =
      options_.valid ? std::span<const MetricValue>(model.history.back()) : std::span<const MetricValue>{};
  bool go_on = true;
  for (const Callback& callback : options_.callbacks) {
    const Signal signal = callback({round, model.config.rounds, seconds, metrics});
    if (signal.stops()) go_on = false;
    if (signal.keep() > 0) keep_ = signal.keep();
  }
  return go_on;
}

void Validation::finish(BoostedModel::State& model) const {
  const auto kept = static_cast<std::size_t>(keep_) * static_cast<std::size_t>(model.outputs());
  if (keep_ > 0 && kept < model.trees.size()) model.trees.resize(kept);
}

}  // namespace linden
