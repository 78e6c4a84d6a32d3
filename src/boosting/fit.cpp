// A fit: labels, cuts and bins once; then rounds of gradients, a sample, a tree for each output, and new scores.
// It is a coroutine that pauses when a round has its metrics (fit_in_rounds.hpp).
#include <algorithm>
#include <chrono>
#include <linden/boosting.hpp>
#include <optional>
#include <utility>

#include "backend/backend.hpp"
#include "boosting/fit_in_rounds.hpp"
#include "boosting/bins/bins.hpp"
#include "boosting/bins/category_groups.hpp"
#include "boosting/bins/counted_rows.hpp"
#include "boosting/categories/derived_columns.hpp"
#include "boosting/categories/encodings.hpp"
#include "boosting/model/config.hpp"
#include "boosting/model/defaults.hpp"
#include "boosting/model/model.hpp"
#include "boosting/model/survival.hpp"
#include "boosting/train/blank_model.hpp"
#include "boosting/train/dropout.hpp"
#include "boosting/train/ensemble/ensemble.hpp"
#include "boosting/train/ensemble/raw_rows.hpp"
#include "boosting/train/gradients/feature_sampler.hpp"
#include "boosting/train/file_rows.hpp"
#include "boosting/train/fit_checks.hpp"
#include "boosting/train/gradients/gradient_source.hpp"
#include "boosting/train/grow.hpp"
#include "boosting/train/grower.hpp"
#include "boosting/train/progress.hpp"
#include "boosting/train/rules.hpp"
#include "boosting/train/start_model.hpp"
#include "boosting/train/statistics.hpp"
#include "boosting/train/gradients/sampler.hpp"
#include "boosting/train/leaves/slope_fit.hpp"
#include "model/class_weights.hpp"
#include "model/feature_values.hpp"
#include "model/offsets.hpp"
#include "model/training_data.hpp"

namespace linden {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

}  // namespace

FitInRounds fit_in_rounds(const Dataset& all, const BoostingConfig& given, const FitOptions& options,
                          KnownCuts* known) {
  given.check();
  check_data(all);
  const StartModel start(options.start, given);
  const CountedRows counted(all, start.loss());
  const Dataset& train = counted.data();
  const Labels labels = start.labels(counted);
  BoostingConfig settled = given;
  settled.loss = labels.loss;
  const std::vector<CategoryEncoding> encodings = encodings_of(train, settled, labels);
  const BoostingConfig config = with_constants(std::move(settled), has_class_statistics(encodings, labels));
  const Backend& backend = backend_of(options.device);
  Workers workers(options.threads);
  DeviceContext context(options.device, workers);

  const std::shared_ptr<BoostedModel::State> model = blank_model(train, config, labels, options.save_history);
  check_constraints(*model);
  check_linear_leaves(config, train);
  const StoredTable* const table = rows_in_files(all, train, config, labels.loss, encodings, options.device);
  const RowWeights row_weights("fit_boosted", config.class_weights, labels, weights_of(train));
  const std::span<const double> weights = row_weights.span();
  const std::vector<double> offsets = training_offsets("fit_boosted", train, labels.loss.outputs());
  start.begin(*model, weights, labels, offsets, workers);
  const int outputs = model->outputs();
  const std::vector<double> first_scores = start.scores(train, options);
  const int rounds = *config.rounds;
  Progress progress(*model, start, rounds, train, labels, options, workers);

  const Clock::time_point bin_start = Clock::now();
  const FitRows rows(backend, context, labels, weights, train.groups());
  Scores start_scores(backend, context, model->initial_score, train.rows(), offsets);
  const std::vector<double> zeros(static_cast<std::size_t>(outputs));  // what first_scores are added to
  Gradients gradients(backend, context, outputs, train.rows());
  const std::unique_ptr<GradientSource> source = gradient_source(backend, context, rows, config);
  const auto fill = [&](const Scores& scores, int round) {
    source->fill(scores, start.rounds() + round, gradients);
    check_gradients(counted.as_numbered(gradients.ranges()), round, labels.loss, !offsets.empty());
  };
  const bool has_categories = std::ranges::any_of(train.columns(), &Column::categorical);
  std::vector<RowSlopes> slopes;
  if (has_categories) {  // their cuts need the gradients of the first round
    fill(start_scores, 0);
    slopes = gradients.slopes();
  }
  LearnedColumns learned = learn_statistics(train, labels, encodings, config, slopes, workers);
  model->set_statistics(std::move(learned.statistics));
  Dataset wide = with_columns(train, std::move(learned.columns));
  DatasetSource blocks(wide);
  const auto new_cuts = [&] {
    const CutRules cut_rules(config, wide.feature_names(), weights);
    std::vector<Cuts> made = table == nullptr ? make_cuts(blocks, cut_rules, slopes, workers)
                                              : cuts_of_files(*table, wide, blocks, cut_rules, slopes, workers);
    encode(made, encodings);
    return made;
  };
  // Statistics, and so their cuts, are drawn by the seed, which cuts that fits share know nothing of.
  const bool may_share = known != nullptr && model->statistics.empty();
  const std::vector<Cuts> cuts = may_share ? known->of(config, new_cuts) : new_cuts();
  for (std::size_t f = 0; f < model->feature_names.size(); ++f) model->groups.push_back(category_groups(cuts[f]));
  std::vector<double> monotone = by_feature(config.constraints.monotone, model->feature_names);
  monotone.resize(cuts.size());
  const GrowthLimits limits = growth_limits(config);
  const Bins bins(backend, context, blocks, cuts, limits.min_rows_in_leaf, monotone,
                  model->adds_to_all() || limits.oblivious || table != nullptr, table);
  if (table != nullptr) release_columns(*table, train);
  wide = Dataset();  // the bins are all that is read from here on
  model->seconds_binning = seconds_since(bin_start);
  if (!start.is_empty()) start_scores = Scores(backend, context, zeros, train.rows(), first_scores);
  // A forest's trees all start from the first scores, which its own, as far as they are asked for, move away from.
  const bool is_forest = config.mode.kind == Mode::forest;
  std::optional<Scores> constant;
  if (is_forest) constant.emplace(backend, context, model->initial_score, train.rows(), offsets);
  const auto trees_a_round = static_cast<std::size_t>(model->trees_a_round());
  std::optional<RawRows> raw;  // for linear leaves, and what gives them their slopes
  std::optional<SlopeFit> leaf_slopes;
  if (config.linear_leaves.enabled) {
    raw.emplace(backend, context, train, *model, training_sources(*model));
    leaf_slopes.emplace(backend, config.linear_leaves, *raw);
  }
  Ensemble ensemble(backend, context, cuts, bins, std::move(start_scores),
                    start.is_empty() ? model->initial_score : zeros, is_forest ? trees_a_round : 0,
                    raw ? &*raw : nullptr);
  progress.start(backend, context, model->statistics, cuts, bins, ensemble);

  const Clock::time_point train_start = Clock::now();
  Rules rules(backend, context, *model, cuts, bins);
  rules.count_as_used(start.trees());
  std::vector<Renewal> renewals;
  for (int k = 0; k < outputs; ++k) renewals.push_back(rows.renewal(k));
  const std::unique_ptr<Grower> grower = grower_of(backend, context, cuts, bins, config, std::move(renewals),
                                                   rules.tables(), leaf_slopes ? &*leaf_slopes : nullptr);
  const std::unique_ptr<Sampler> sampler = row_sampler(backend, context, config, rows, train);
  FeatureSampler features(backend, context, config, bins, rules.weights_of_varying(), rules.forced_features());
  Dropout dropout(config, trees_a_round);
  const int parallel = config.mode.parallel_trees;
  // By growth, as long as nothing else starts from these scores, and a leaf adds the same to all of its rows.
  const bool is_scored = parallel == 1 && !is_forest && !leaf_slopes;
  bool is_filled = has_categories && start.is_empty();
  std::vector<GradientRange> start_gradients;
  for (int round = 0; round < rounds; ++round) {
    const double rate = progress.asked_rate().value_or(learning_rate_of(config, round, rounds));
    grower->input().limits.learning_rate = rate / parallel;
    rules.begin_round(ensemble, grower->input());
    const int number = start.rounds() + round;  // in the model
    dropout.before_round(number, ensemble);
    const Scores& from = is_forest ? *constant : ensemble.scores();
    for (int draw = number * parallel; draw < (number + 1) * parallel; ++draw) {
      if (!is_filled) fill(from, round);
      if (start_gradients.empty()) start_gradients = gradients.ranges();
      is_filled = !sampler->draw(draw, gradients, grower->input());
      features.draw(draw, grower->input());
      grower->grow_round(gradients, from, is_scored, ensemble, rules.keys(draw));
    }
    if (!is_forest) is_filled = false;
    dropout.after_round(rate, ensemble);
    model->seconds_training = seconds_since(train_start);
    co_yield progress.measure(*model, ensemble);
    if (!progress.ask_callbacks(*model, ensemble, round, rate)) break;
  }
  progress.finish(ensemble, model->trees_a_round());
  model->trees = std::move(ensemble).trees();
  model->position_biases = source->position_biases();
  model->seconds_training = seconds_since(train_start);
  model->warnings = fit_warnings(*model, train, labels, start_gradients, static_cast<int>(bins.varying().size()),
                                 progress.undefined(), !start.is_empty());
  if (const std::string remark = statistics_remark(train, encodings, config, model->statistics); !remark.empty())
    model->warnings.push_back(remark);
  model->drop_unused_statistics();
  start.prepend_to(*model);
  model->finish_forest();
  add_baseline(*model, train, labels, weights, {.threads = options.threads, .device = options.device});
  co_return BoostedModel(model);
}

}  // namespace linden
