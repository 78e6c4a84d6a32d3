#include "boosting/validation.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/fail.hpp"
#include "boosting/labels.hpp"
#include "boosting/predictor.hpp"

namespace linden {

Validation::Validation(const TreeKernels& kernels, Context& context, const BoostedModel::State& model,
                       const FitOptions& options)
    : kernels_(kernels), context_(context), options_(options), metrics_(options.metrics) {
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
  scores_.resize(static_cast<std::size_t>(model.outputs() * valid.rows()));
  for (int k = 0; k < model.outputs(); ++k)
    std::fill_n(scores_.begin() + k * valid.rows(), valid.rows(), model.initial_score[k]);
}

// Adds the last round's trees to the scores, as predict would.
std::vector<MetricValue> Validation::evaluate(const BoostedModel::State& model) {
  const Dataset& valid = *options_.valid;
  const Forest forest(std::span(model.trees).last(static_cast<std::size_t>(model.outputs())), model.categories);
  std::vector<FeatureSource> used;
  for (const int feature : forest.used()) used.push_back(sources_[feature]);
  const RawView view(valid, std::move(used));
  run_forest(kernels_, context_, forest.view(model.outputs()), view, scores_.data(), nullptr);
  const Tensor prediction =
      predictions(model.config.loss, model.outputs(), valid.rows(), scores_.data(), true, context_.arena);
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
