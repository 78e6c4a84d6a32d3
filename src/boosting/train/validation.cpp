#include "boosting/train/validation.hpp"

#include <algorithm>
#include <limits>
#include <linden/ops.hpp>
#include <numeric>
#include <string_view>
#include <utility>

#include "base/fail.hpp"
#include "boosting/model/matched_rows.hpp"
#include "checkpoint/rows_facts.hpp"
#include "model/labels.hpp"
#include "model/features/match_features.hpp"
#include "model/offsets.hpp"
#include "model/predictions.hpp"
#include "ranks/agreement.hpp"

namespace linden {

std::string where_of(const ValidationSet& set) {
  return set.name.empty() ? std::string("fit_boosted: validation set")
                          : fmt::format("fit_boosted: validation set \"{}\"", set.name);
}

Validation::Validation(const BoostedModel::State& model, const ValidationSet& set, RowsOfRanks rows, std::int64_t first,
                       std::vector<double> start)
    : model_(model), data_(std::move(rows.here)), first_(first) {
  const std::string where = where_of(set);
  const Dataset& valid = rows.whole;
  if (valid.rows() == 0)
    fail<DataError>("fit_boosted: the validation set{} has no rows.",
                    set.name.empty() ? "" : fmt::format(" \"{}\"", set.name));
  if (valid.rows() > UINT32_MAX)
    fail<DataError>("{}: {} rows; at most {} are supported.", where, valid.rows(), UINT32_MAX);
  rows_ = {.set = set.name,
           .label = known_labels(where, valid, model.config.loss, model.classes),
           .weight = valid.weight(),
           .groups = valid.groups()};
  offsets_ = known_offsets(where, valid, model);
  offsets_digits_ = digits_of(offsets_);
  if (data_.rows() < valid.rows()) offsets_ = part_of(offsets_, model.outputs(), first, data_.rows());
  if (!start.empty()) offsets_ = std::move(start);
  std::vector<int> all(model.feature_names.size());
  std::iota(all.begin(), all.end(), 0);
  sources_ = match_features(where, data_, model, all);
}

void Validation::start(const Backend& backend, Context& context, const TargetStatistics& statistics,
                       const std::vector<Cuts>& cuts, const Bins& bins, Ensemble& ensemble) {
  if (model_.config.linear_leaves.enabled) {
    raw_.emplace(backend, context, data_, model_, std::move(sources_));
    rows_.number = ensemble.watch(*raw_, offsets_);
    return;
  }
  const Dataset data = derive_all(data_, statistics, sources_, context.workers);
  bins_.emplace(backend, context, data, sources_, cuts, bins);
  sources_ = {};
  data_ = {};
  rows_.number = ensemble.watch(bins_->view(), bins_->places(), offsets_);
}

Facts Validation::facts(const Ranks& ranks, Workers& workers) const {
  const std::string set =
      rows_.set.empty() ? "the validation set" : fmt::format("the validation set \"{}\"", rows_.set);
  return {{"the number of rows of " + set, std::to_string(rows_.label.size(0))},
          {"the checksum of labels, weights, groups and offsets of " + set,
           fmt::format("{}, {}, {}, {}", digits_of(rows_.label.to_vector<double>()),
                       digits_of(rows_.weight.to_vector<double>()), digits_of(rows_.groups.to_vector<std::int64_t>()),
                       offsets_digits_)},
          {"the checksum of the values of " + set, digits_of_columns(data_, first_, ranks, workers)}};
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

namespace {

MetricInput on_host(const Judges& judges, const BoostedModel::State& model, const double* scores,
                    const JudgedRows& rows) {
  MetricInput input = judged(model.config.loss, model.outputs(), rows.label.size(0), scores, judges.workers);
  input.label = rows.label;
  input.weight = rows.weight;
  input.groups = rows.groups;
  return input;
}

// The same on a GPU, where there is one, of one score a row; empty where predictions are not easily had there, and
// where rows have weights, which are added up on the host.
MetricInput on_gpu(const Judges& judges, const BoostedModel::State& model, Ensemble& ensemble, JudgedRows& rows) {
  const Link link = model.config.loss.link();
  if (judges.device == Device::cpu() || model.outputs() != 1 || rows.label.rank() != 1 || rows.weight.elements() > 0 ||
      (link != Link::identity && link != Link::sigmoid))
    return {};
  const Tensor score = ensemble.predicted_there(rows.number, 0, judges.device);
  if (score.elements() == 0) return {};
  if (rows.label_there.elements() == 0) rows.label_there = rows.label.to(judges.device);
  return {.prediction = link == Link::sigmoid ? sigmoid(score) : score,
          .score = score,
          .label = rows.label_there,
          .groups = rows.groups,
          .link = link};
}

void append_of_ranks(const Judges& judges, const BoostedModel::State& model, Ensemble& ensemble, const JudgedRows& rows,
                     std::vector<MetricValue>& values, UndefinedMetrics& undefined) {
  const std::int64_t here = model.outputs() * ensemble.scores_of(rows.number).rows();
  const std::span<const double> mine(ensemble.predicted(rows.number), static_cast<std::size_t>(here));
  const std::vector<double> scores = whole_of(judges.ranks, mine, model.outputs());
  together("fit_boosted", judges.ranks, [&] {
    if (judges.ranks.is_first())
      append_metrics(rows.set, judges.metrics, on_host(judges, model, scores.data(), rows), values, undefined);
  });
}

}  // namespace

void append_metrics(const Judges& judges, const BoostedModel::State& model, Ensemble& ensemble, JudgedRows& rows,
                    std::vector<MetricValue>& values, UndefinedMetrics& undefined) {
  if (!judges.ranks.is_alone()) return append_of_ranks(judges, model, ensemble, rows, values, undefined);
  const bool asks_gpu = std::ranges::any_of(judges.metrics, &Metric::runs_on_gpu);
  const MetricInput there = asks_gpu ? on_gpu(judges, model, ensemble, rows) : MetricInput{};
  std::optional<MetricInput> here;
  for (const Metric& metric : judges.metrics) {
    const bool is_there = metric.runs_on_gpu() && there.prediction.elements() > 0;
    if (!is_there && !here) here = on_host(judges, model, ensemble.predicted(rows.number), rows);
    append_metrics(rows.set, {metric}, is_there ? there : *here, values, undefined);
  }
}

}  // namespace linden
