#include "boosting/train/validation.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string_view>

#include "base/fail.hpp"
#include "boosting/bins/category_groups.hpp"
#include "boosting/predict/predictor.hpp"
#include "model/labels.hpp"
#include "model/match_features.hpp"
#include "model/predictions.hpp"

namespace linden {
namespace {

constexpr std::int64_t resident_bytes = std::int64_t{4} << 30;  // of raw rows that stay on a GPU for all rounds

}  // namespace

Validation::Validation(const Backend& backend, Context& context, const BoostedModel::State& model,
                       const ValidationSet& set)
    : backend_(backend), context_(context), set_(set) {
  const std::string where = set.name.empty() ? std::string("fit_boosted: validation set")
                                             : fmt::format("fit_boosted: validation set \"{}\"", set.name);
  const Dataset& valid = set.data;
  if (valid.rows() == 0)
    fail<DataError>("fit_boosted: the validation set{} has no rows.",
                    set.name.empty() ? "" : fmt::format(" \"{}\"", set.name));
  const std::vector<double> labels = known_labels(where, valid, model.classes);
  labels_ = Tensor::copy_of(std::span(labels), {valid.rows()});
  std::vector<int> all(model.feature_names.size());
  std::iota(all.begin(), all.end(), 0);
  sources_ = match_features(where, valid, model, all);
}

void Validation::start(const BoostedModel::State& model) {
  const Dataset& valid = set_.data;
  std::vector<int> all(sources_.size());
  std::iota(all.begin(), all.end(), 0);
  translate_to_groups(sources_, all, model.groups);
  raw_.emplace(valid, std::move(sources_));
  rows_.emplace(backend_, context_, raw_->view(), DeviceRows::Limits{.keep_bytes = resident_bytes});
  host_scores_.resize(static_cast<std::size_t>(model.outputs() * valid.rows()));
  for (int k = 0; k < model.outputs(); ++k)
    std::fill_n(host_scores_.begin() + k * valid.rows(), valid.rows(), model.initial_score[k]);
  scores_ =
      ToHost<double>(backend_.memory, context_, host_scores_.data(), std::ssize(host_scores_), "validation scores");
  scores_.upload();
}

void Validation::after_round(const BoostedModel::State& model, const std::vector<Metric>& metrics,
                             std::vector<MetricValue>& values, UndefinedMetrics& undefined) {
  const std::int64_t rows = set_.data.rows();
  const Forest forest(std::span(model.trees).last(static_cast<std::size_t>(model.outputs())), model.categories,
                      model.groups);
  const DeviceForest device_forest(backend_, context_, forest, model.outputs());
  add_trees(backend_, context_, device_forest, *rows_, forest.used(), scores_.data(), rows);
  scores_.download();
  MetricInput input = judged(model.config.loss, model.outputs(), rows, host_scores_.data(), context_.workers);
  input.label = labels_;
  input.weight = set_.data.weight();
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
