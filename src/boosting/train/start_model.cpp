#include "boosting/train/start_model.hpp"

#include <algorithm>
#include <utility>

#include "base/fail.hpp"
#include "boosting/model/config/config.hpp"
#include "boosting/model/join.hpp"
#include "boosting/train/fit_checks.hpp"
#include "boosting/train/growth/rules.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "loss/initial_score.hpp"
#include "loss/survival/first_score.hpp"
#include "model/features/feature_values.hpp"
#include "model/offsets.hpp"
#include "model/training_data.hpp"

namespace linden {
namespace {

constexpr int most_rounds = 1'000'000;

int parallel_trees(const BoostedModel::State& model) { return model.has_config ? model.config.mode.parallel_trees : 1; }

// A feature that is to be monotone must have been so.
void check_monotone(const BoostedModel::State& start, const BoostingConfig& config) {
  const FeatureValues before = start.has_config ? start.config.constraints.monotone : FeatureValues{};
  for (const auto& [feature, sign] : config.constraints.monotone) {
    const auto found = std::ranges::find(before, feature, &FeatureValue::feature);
    if (sign != 0 && (found == before.end() || found->value != sign))
      fail<ArgumentError>(
          "fit_boosted: .constraints.monotone has {} for feature \"{}\", but .start was not trained so, and its trees "
          "stay "
          "as they are. Hint: leave it out, or train anew.",
          sign, feature);
  }
}

}  // namespace

StartModel::StartModel(const BoostedModel& model, const BoostingConfig& config)
    : model_(model), loss_(!model.empty() && is_automatic(config.loss) ? model.loss() : config.loss) {
  if (is_empty()) return;
  const BoostedModel::State& start = model_.state();
  if (config.mode.kind == Mode::forest)
    fail<ArgumentError>(
        "fit_boosted: .mode.kind = forest does not go on from .start, since its trees are averaged. Hint: leave one "
        "out.");
  const bool for_all = has_shared_trees(config, start.outputs());
  if (start.adds_to_all() != for_all)
    fail<ArgumentError>(
        "fit_boosted: the trees of .start add to {} each, and those of this fit would to {}. Hint: "
        ".multi_output.strategy = {}.",
        for_all ? "one output" : "all outputs", for_all ? "all" : "one",
        for_all ? "one_output_per_tree" : "multi_output_tree");
  if (parallel_trees(start) != config.mode.parallel_trees)
    fail<ArgumentError>("fit_boosted: .mode.parallel_trees is {}, but a round of .start has {}. Hint: the same number.",
                        config.mode.parallel_trees, parallel_trees(start));
  if (config.rounds.value_or(0) > most_rounds - rounds())
    fail<ArgumentError>("fit_boosted: {} rounds beside the {} of .start; together they must be at most {}.",
                        *config.rounds, rounds(), most_rounds);
  if (!start.statistics.empty())
    fail<ArgumentError>(
        "fit_boosted: .start splits by target statistics, which know the labels of the rows that it was trained on, so "
        "that its scores of them are no start. Hint: train anew, or the start with .categories.encoding = partition.");
  check_monotone(start, config);
}

Labels StartModel::labels(const CountedRows& rows) const {
  if (is_empty()) return labels_of(rows);
  const BoostedModel::State& start = model_.state();
  const auto of = [&](const Dataset& data) { return further_labels("fit_boosted", data, rows.loss(), start.classes); };
  Labels labels;
  try {
    labels = of(rows.data());
  } catch (const DataError&) {
    of(rows.as_numbered());  // which says the same of the row as the user counts it
    throw;
  }
  known_offsets("fit_boosted", rows.data(), start);
  // The number of classes is that of the start, whatever these rows have.
  if (labels.loss.label_kind() == LabelKind::classes && labels.loss.classes() == 0) labels.loss = start.config.loss;
  check_trainable("fit_boosted", labels.loss, rows.data().rows());
  return labels;
}

void StartModel::begin(BoostedModel::State& model, std::span<const double> weights, const Labels& labels,
                       std::span<const double> offsets, Workers& workers) const {
  if (is_empty()) {
    const Loss& loss = model.config.loss;
    if (is_of_times(loss))
      model.initial_score = {first_score(loss, labels.values, labels.uppers, weights, offsets, workers)};
    else
      model.initial_score = initial_score(loss, labels.values, weights, workers, offsets);
    return;
  }
  const BoostedModel::State& start = model_.state();
  model.initial_score = start.initial_score;
  check_alike("fit_boosted: .start", "the data", start, model);
  check_interactions("fit_boosted: .start", model, start.trees);
  *model.config.rounds += rounds();
}

std::vector<double> StartModel::scores(const Dataset& rows, const FitOptions& options) const {
  if (is_empty()) return {};
  const Tensor scores =
      model_.predict(rows, {.output = Output::score, .threads = options.threads, .device = options.device});
  return (scores.rank() == 2 ? scores.transpose(0, 1) : scores).to_vector<double>();
}

void StartModel::prepend_to(BoostedModel::State& model) const {
  if (is_empty()) return;
  std::vector<Tree> trees = std::exchange(model.trees, model_.trees());
  const std::vector<std::vector<int>> groups = std::exchange(model.groups, model_.state().groups);
  TargetStatistics statistics = std::move(model.statistics);
  model.set_statistics({});
  append_trees("fit_boosted: .start", model, std::move(trees), groups, statistics);
}

}  // namespace linden
