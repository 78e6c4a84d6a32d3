#include "boosting/train/validation.hpp"

#include <limits>
#include <numeric>
#include <string_view>
#include <utility>

#include "base/fail.hpp"
#include "boosting/model/matched_rows.hpp"
#include "model/labels.hpp"
#include "model/match_features.hpp"
#include "model/offsets.hpp"
#include "model/predictions.hpp"

namespace linden {

std::string where_of(const ValidationSet& set) {
  return set.name.empty() ? std::string("fit_boosted: validation set")
                          : fmt::format("fit_boosted: validation set \"{}\"", set.name);
}

Validation::Validation(const BoostedModel::State& model, const ValidationSet& set, std::vector<double> start)
    : model_(model), set_(set) {
  const std::string where = where_of(set);
  const Dataset& valid = set.data;
  if (valid.rows() == 0)
    fail<DataError>("fit_boosted: the validation set{} has no rows.",
                    set.name.empty() ? "" : fmt::format(" \"{}\"", set.name));
  if (valid.rows() > UINT32_MAX)
    fail<DataError>("{}: {} rows; at most {} are supported.", where, valid.rows(), UINT32_MAX);
  labels_ = known_labels(where, valid, model.config.loss, model.classes);
  offsets_ = known_offsets(where, valid, model);
  if (!start.empty()) offsets_ = std::move(start);
  std::vector<int> all(model.feature_names.size());
  std::iota(all.begin(), all.end(), 0);
  sources_ = match_features(where, valid, model, all);
}

void Validation::start(const Backend& backend, Context& context, const TargetStatistics& statistics,
                       const std::vector<Cuts>& cuts, const Bins& bins, Ensemble& ensemble) {
  if (model_.config.linear_leaves.enabled) {
    raw_.emplace(backend, context, set_.data, model_, std::move(sources_));
    number_ = ensemble.watch(*raw_, offsets_);
    return;
  }
  const Dataset data = derive_all(set_.data, statistics, sources_, context.workers);
  bins_.emplace(backend, context, data, sources_, cuts, bins);
  sources_ = {};
  number_ = ensemble.watch(bins_->view(), bins_->places(), offsets_);
}

void Validation::after_round(const BoostedModel::State& model, Ensemble& ensemble, const std::vector<Metric>& metrics,
                             Workers& workers, std::vector<MetricValue>& values, UndefinedMetrics& undefined) const {
  const double* const scores = ensemble.predicted(number_);
  MetricInput input = judged(model.config.loss, model.outputs(), set_.data.rows(), scores, workers);
  input.label = labels_;
  input.weight = set_.data.weight();
  input.groups = set_.data.groups();
  append_metrics(set_.name, metrics, input, values, undefined);
}

void append_metrics(const std::string& set, const std::vector<Metric>& metrics, const MetricInput& input,
                    std::vector<MetricValue>& values, UndefinedMetrics& undefined) {
  for (const Metric& metric : metrics) {
    const std::string name = set.empty() ? metric.name() : fmt::format("{} {}", set, metric.name());
    double value = std::numeric_limits<double>::quiet_NaN();
    try {
      value = metric.evaluate(input);
    } catch (const UndefinedMetric& error) {
      const std::string_view why = error.what();
      undefined.emplace(name, why.substr(why.starts_with("metric::") ? why.find(": ") + 2 : 0));
    }
    values.push_back({name, value, metric.higher_is_better()});
  }
}

}  // namespace linden
