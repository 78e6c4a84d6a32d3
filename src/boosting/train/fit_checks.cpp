#include "boosting/train/fit_checks.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <linden/version.hpp>

#include "base/counted.hpp"
#include "boosting/train/growth/rules.hpp"
#include "base/fail.hpp"
#include "boosting/model/config/config.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "model/features/check_names.hpp"
#include "model/features/feature_values.hpp"
#include "model/training_data.hpp"
#include "ranks/agreement.hpp"

namespace linden {
namespace {

// Whether an upper bound is known of any time.
bool has_events(const Labels& labels) {
  return std::ranges::any_of(labels.uppers, [](double upper) { return std::isfinite(upper); });
}

bool is_split(const Tree& tree) { return tree.nodes.size() > 1; }

// Why the trees of the first round are leaves.
std::string why_no_split(const BoostedModel::State& model, const Labels& labels, std::span<const GradientRange> start,
                         int varying) {
  const BoostingConfig& config = model.config;
  const auto first_round = std::span(model.trees).first(model.adds_to_all() ? 1 : start.size());
  const auto cover_of = [](const Tree& tree) { return tree.nodes.front().cover; };
  const std::int64_t rows = first_round.front().nodes.front().rows;
  const double cover = std::ranges::max(first_round, {}, cover_of).nodes.front().cover /
                       static_cast<double>(start.size() / first_round.size());  // that of an output
  const double gradient = std::ranges::max(start, {}, &GradientRange::max_gradient).max_gradient;
  if (varying == 0)
    return fmt::format("{} one value in all rows", counted(model.feature_names.size(), "feature has", "features have"));
  const bool has_least = config.growth != Growth::oblivious;  // of rows and of curvature in a leaf
  if (has_least && rows < 2 * std::int64_t{*config.min_rows_in_leaf})
    return fmt::format(
        "a tree sees {}, and each of two leaves needs .min_rows_in_leaf = {}. Hint: a smaller .min_rows_in_leaf",
        counted(rows, "row"), *config.min_rows_in_leaf);
  if (is_of_times(labels.loss) && !has_events(labels)) return "no row has an event";
  if (labels.uppers.empty() && model.offset.empty() &&
      std::ranges::adjacent_find(labels.values, std::not_equal_to<>()) == labels.values.end())
    return fmt::format("the label is {} in all rows", labels.values.front());
  if (gradient == 0 && is_of_groups(labels.loss)) return "no group has rows with different labels";
  if (gradient == 0)
    return "every gradient is 0 in single precision, which ends at 1.4e-45. Hint: a label (or weights) in other units";
  if (has_least && cover < 2 * config.min_child_weight)
    return fmt::format(
        "the curvatures of all rows add up to {:.3g}, and each of two leaves needs .min_child_weight = {}. Hint: a "
        "smaller .min_child_weight, or larger weights",
        cover, config.min_child_weight);
  return fmt::format("no split within the limits of the configuration gained more than .min_gain = {}",
                     config.min_gain);
}

}  // namespace

void check_data(const Dataset& train, const Dataset& whole) {
  check_training_data("fit_boosted", whole, train.features());
  if (whole.rows() > UINT32_MAX)
    fail<DataError>("fit_boosted: {} rows; at most {} are supported.", whole.rows(), UINT32_MAX);
  for (const Column& column : train.columns()) check_names("fit_boosted", "category", column.categories);
}

Facts settings_of(const BoostingConfig& config, const FitOptions& options) {
  Facts facts{{"the version of Linden", version()}, {"the loss", config.loss.name()}};
  for (const FieldInfo& field : fields(config)) facts.emplace_back("BoostingConfig." + field.name, field.value);
  std::vector<std::string> sets, metrics;
  for (const ValidationSet& set : options.valid) sets.push_back(fmt::format("\"{}\"", set.name));
  for (const Metric& metric : options.metrics) metrics.push_back(metric.name());
  const auto list = [](const std::vector<std::string>& words) { return words.empty() ? "none" : listing(words); };
  facts.emplace_back("the list of validation sets", list(sets));
  facts.emplace_back("the list of metrics", list(metrics));
  facts.emplace_back("FitOptions.train_metrics", options.train_metrics ? "true" : "false");
  facts.emplace_back("the model to go on from", options.start.empty() ? "none" : options.start.signature());
  return facts;
}

void check_ranks(const Ranks& ranks, const BoostingConfig& config, const FitOptions& options) {
  if (ranks.is_alone()) return;
  Facts facts = settings_of(config, options);
  facts.emplace_back("FitOptions.save_history", options.save_history ? "true" : "false");
  facts.emplace_back("Checkpoint.path", fmt::format("\"{}\"", options.checkpoint.path.string()));
  facts.emplace_back("Checkpoint.every", std::to_string(options.checkpoint.every));
  facts.emplace_back("Checkpoint.resume", options.checkpoint.resume ? "true" : "false");
  agree("fit_boosted", ranks, facts);
  const std::shared_ptr<const CustomLoss>& custom = config.loss.definition().custom;
  if (custom && custom->parameters_by_row)
    fail<ArgumentError>(
        "fit_boosted: a parameter of loss \"{}\" has a value for each row, which rows on several machines or "
        "GPUs do not allow. Hint: parameters that all rows have in common.",
        config.loss.name());
  if (config.linear_leaves.enabled)
    fail<ArgumentError>(
        "fit_boosted: leaves are not linear where rows lie on several machines or GPUs. Hint: leave "
        ".linear_leaves.enabled out.");
}

Labels labels_of(const CountedRows& counted) {
  try {
    return checked_labels("fit_boosted", counted.data(), counted.loss());
  } catch (const DataError&) {
    training_labels("fit_boosted", counted.as_numbered(), counted.loss());
    throw;
  }
}

void check_constraints(const BoostedModel::State& model) {
  const BoostingConfig& config = model.config;
  check_features(config, model.feature_names);
  const std::vector<double> monotone = by_feature(config.constraints.monotone, model.feature_names);
  for (std::size_t f = 0; f < monotone.size(); ++f)
    if (monotone[f] != 0 && model.categorical[f])
      fail<ArgumentError>(
          "BoostingConfig.constraints.monotone: feature \"{}\" has {}, but holds categories, which have no order. "
          "Hint: leave it out, or pass it as a column of numbers.",
          model.feature_names[f], monotone[f]);
  for (const auto& [feature, bins] : config.bins.max_bins) {
    const auto f = std::ranges::find(model.feature_names, feature) - model.feature_names.begin();
    if (bins > most_category_bins && model.categorical[static_cast<std::size_t>(f)])
      fail<ArgumentError>(
          "BoostingConfig.bins.max_bins: feature \"{}\" has {}, but holds categories, which have {} bins at most. "
          "Hint: "
          "more categories than bins share some of them.",
          feature, bins, most_category_bins);
  }
  for (const FeatureCutPoints& of : config.bins.cuts) {
    const auto f = std::ranges::find(model.feature_names, of.feature) - model.feature_names.begin();
    if (model.categorical[static_cast<std::size_t>(f)])
      fail<ArgumentError>(
          "BoostingConfig.bins.cuts: feature \"{}\" holds categories, which have no order. Hint: leave it out, or pass "
          "it as a column of numbers.",
          of.feature);
  }
  check_forced_splits(model);
}

void check_linear_leaves(const BoostingConfig& config, const Dataset& train) {
  if (config.linear_leaves.enabled && train.is_sparse())
    fail<DataError>(
        "fit_boosted: BoostingConfig.linear_leaves.enabled is true, but the data is sparse; leaves are linear in dense "
        "columns alone. Hint: pass columns, or leave it out.");
}

void check_gradients(std::span<const GradientRange> ranges, int round, const Loss& loss, bool has_offset) {
  const bool is_exact = loss.definition().spec.curvature == CurvatureRule::exact;
  for (const GradientRange& range : ranges) {
    if (range.first_bad_row < 0) continue;
    if (is_exact)
      fail<DataError>(
          "fit_boosted: in round {} the curvature of row {} is negative or not finite, and loss \"{}\" takes it as it "
          "is. Hint: .curvature = Curvature::clamped takes 0 where it is negative.",
          round, range.first_bad_row, loss.name());
    if (round == 0 && has_offset)
      fail<DataError>(
          "fit_boosted: the gradient of row {} is not finite where its score starts. Hint: look for offsets, or "
          "labels, of "
          "extreme size; an offset is added to the score, before the link.",
          range.first_bad_row);
    fail<DataError>(
        "fit_boosted: in round {} the gradient of row {} is not finite. Hint: a smaller .learning_rate, a "
        "larger .l2 or .min_child_weight keeps scores in bounds.",
        round, range.first_bad_row);
  }
}

std::vector<std::string> fit_warnings(const BoostedModel::State& model, const Dataset& train, const Labels& labels,
                                      std::span<const GradientRange> start, int varying,
                                      const UndefinedMetrics& undefined, bool goes_on) {
  std::vector<std::string> warnings = train.remarks();
  if (std::ranges::none_of(model.trees, is_split))
    warnings.push_back(fmt::format("no split was possible, so that {}: {}.",
                                   goes_on ? "the new trees tell no rows apart" : "all predictions are the same",
                                   why_no_split(model, labels, start, varying)));
  const ClassWeights& classes = model.config.class_weights;
  const bool has_weights =
      train.weight().elements() > 0 || classes.balanced || classes.positive != 1 || !classes.by_class.empty();
  if (model.config.bins.weighted && !has_weights)
    warnings.emplace_back(".bins.weighted has no effect: rows have no weights.");
  if (const std::int64_t trees = trees_without_forced_splits(model); trees > 0)
    warnings.push_back(
        fmt::format("{} of {} have not all forced splits: one that leaves too little on a side, or goes against a "
                    "monotone feature, "
                    "is left out, with those below it.",
                    trees, counted(model.trees.size(), "tree")));
  const bool lacks_events = is_of_times(labels.loss) && !has_events(labels);
  if (lacks_events)
    warnings.push_back(fmt::format(
        "no row has an event: of {} only times are known by which none had come, and nothing can be learnt of when it "
        "does.",
        counted(labels.uppers.size(), "row")));
  for (std::size_t k = 0; k < start.size(); ++k)
    if (start[k].max_curvature == 0 && !lacks_events)
      warnings.push_back(fmt::format(
          "the curvature of loss \"{}\" is 0 in all rows{}: steps are gradients over .l2 = {}{}.{}",
          model.config.loss.name(), start.size() > 1 ? fmt::format(" of output {}", k) : "", *model.config.l2,
          model.config.growth == Growth::oblivious ? "" : ", and with .min_child_weight > 0 no split is possible",
          model.config.loss.definition().custom ? " Hint: .curvature = Curvature::majorising, or Curvature::one."
                                                : ""));
  if (model.config.linear_leaves.enabled &&
      std::ranges::all_of(model.trees, [](const Tree& tree) { return tree.leaf_terms.empty(); }) &&
      std::ranges::any_of(model.trees, is_split))
    warnings.emplace_back("no leaf has a slope (.linear_leaves): no split is by a number that varies in a leaf.");
  for (const auto& [metric, why] : undefined)
    warnings.push_back(fmt::format("metric \"{}\" is undefined: {}", metric, why));
  for (std::size_t m = 0; !model.history.empty() && m < model.history.front().size(); ++m)
    if (!undefined.contains(model.history.front()[m].name) &&
        std::ranges::none_of(model.history, [m](const auto& round) { return std::isfinite(round[m].value); }))
      warnings.push_back(fmt::format("metric \"{}\" was not finite in any round ({} in the last).",
                                     model.history.front()[m].name, model.history.back()[m].value));
  return warnings;
}

}  // namespace linden
