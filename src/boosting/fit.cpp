// A fit: labels, cuts and bins once; then rounds of gradients, a sample, a tree for each output, and new scores.
// It is a coroutine that pauses when a round has its metrics (fit_in_rounds.hpp).
#include <algorithm>
#include <chrono>
#include <linden/boosting.hpp>
#include <optional>
#include <utility>

#include "backend/backend.hpp"
#include "backend/host_comms.hpp"
#include "boosting/fit_in_rounds.hpp"
#include "boosting/bins/bins.hpp"
#include "boosting/bins/category_groups.hpp"
#include "boosting/bins/counted_rows.hpp"
#include "boosting/categories/derived_columns.hpp"
#include "boosting/categories/encodings.hpp"
#include "boosting/model/config/config.hpp"
#include "boosting/model/config/defaults.hpp"
#include "boosting/model/model.hpp"
#include "boosting/model/survival.hpp"
#include "boosting/train/blank_model.hpp"
#include "boosting/train/checkpoints.hpp"
#include "boosting/train/dropout.hpp"
#include "boosting/train/ensemble/ensemble.hpp"
#include "boosting/train/ensemble/raw_rows.hpp"
#include "boosting/train/gradients/draws/feature_sampler.hpp"
#include "boosting/train/file_rows.hpp"
#include "boosting/train/fit_checks.hpp"
#include "boosting/train/gradients/gradient_source.hpp"
#include "boosting/train/growth/grow.hpp"
#include "boosting/train/growth/grower.hpp"
#include "boosting/train/progress.hpp"
#include "boosting/train/growth/rules.hpp"
#include "boosting/train/start_model.hpp"
#include "boosting/train/growth/statistics.hpp"
#include "boosting/train/gradients/draws/sampler.hpp"
#include "boosting/train/gradients/draws/whole_rows.hpp"
#include "boosting/train/leaves/slope_fit.hpp"
#include "model/class_weights.hpp"
#include "model/features/feature_values.hpp"
#include "model/offsets.hpp"
#include "model/training_data.hpp"
#include "ranks/agreement.hpp"
#include "ranks/rows_of_ranks.hpp"

namespace linden {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* where = "fit_boosted";

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

}  // namespace

FitInRounds fit_in_rounds(const Dataset& all, const BoostingConfig& given, const FitOptions& options, KnownCuts* known,
                          const PartOfRows* of_process) {
  const RanksOfHost host_ranks(options.ranks);
  const Ranks& ranks = host_ranks;
  together(where, ranks, [&] {
    given.check();
    backend_of(options.device);
  });
  check_ranks(ranks, given, options);
  BoostedCheckpoints checkpoints(options.checkpoint, ranks);
  // Here are this rank's rows; of `whole`, those of all ranks, only labels, weights, groups and offsets are known.
  const RowsOfRanks here = of_process != nullptr ? of_process->train : rows_of_ranks(where, all, ranks);
  check_data(here.here, here.whole);
  const StartModel start(options.start, given);
  const CountedRows counted(here.here, start.loss());
  std::optional<CountedRows> counted_anywhere;
  if (!ranks.is_alone()) counted_anywhere.emplace(here.whole, start.loss());
  const CountedRows& counted_rows = counted_anywhere ? *counted_anywhere : counted;
  const Dataset &train = counted.data(), &whole = counted_rows.data();
  const std::int64_t first_row = first_of_ranks(ranks, train.rows());
  const Labels whole_labels = start.labels(counted_rows);
  BoostingConfig settled = given;
  settled.loss = whole_labels.loss;
  const Backend& backend = backend_of(options.device);
  Workers workers(options.threads);
  const std::unique_ptr<Comms> comms = comms_on(options.device, options.ranks);
  DeviceContext context(options.device, workers, comms.get());

  const std::shared_ptr<BoostedModel::State> model = blank_model(train, settled, whole_labels, options.save_history);
  check_constraints(*model);
  check_linear_leaves(settled, train);
  const std::vector<CategoryEncoding> encodings = encodings_of(train, settled, whole_labels, ranks);
  const BoostingConfig config = with_constants(std::move(settled), has_class_statistics(encodings, whole_labels));
  model->config = config;
  const StoredTable* table = nullptr;
  together(where, ranks, [&] {
    table = rows_in_files(here.here, train, config, whole_labels.loss, encodings, options.device, ranks);
  });
  const RowWeights row_weights(where, config.class_weights, whole_labels, weights_of(whole));
  const std::vector<double> whole_offsets = training_offsets(where, whole, whole_labels.loss.outputs());
  start.begin(*model, row_weights.span(), whole_labels, whole_offsets, workers);
  const int outputs = model->outputs();
  const RankPart part(ranks, first_row, train.rows(), outputs, whole_labels, row_weights.span(), whole_offsets);
  const Labels& labels = part.labels();
  const std::span<const double> weights = part.weights(), offsets = part.offsets();
  std::vector<double> first_scores;
  together(where, ranks, [&] { first_scores = start.scores(train, options); });
  const int rounds = *config.rounds;
  Progress progress(*model, start, rounds, whole, whole_labels, options, workers, ranks, of_process);
  if (checkpoints.is_on())
    checkpoints.note(settings_of(config, options), train, first_row, whole, whole_labels, row_weights.span(),
                     whole_offsets, table, progress, ranks, workers);

  const Clock::time_point bin_start = Clock::now();
  const FitRows rows(backend, context, labels, weights, train.groups());
  Scores start_scores(backend, context, model->initial_score, train.rows(), offsets);
  const std::vector<double> zeros(static_cast<std::size_t>(outputs));  // what first_scores are added to
  Gradients gradients(backend, context, outputs, train.rows());
  std::optional<WholeRows> whole_rows;  // for what looks at rows of other ranks
  if (!ranks.is_alone()) whole_rows.emplace(ranks, workers, whole_labels, row_weights.span(), whole);
  const bool looks_around = whole_rows && looks_at_others(labels.loss);
  const std::unique_ptr<GradientSource> source =
      looks_around ? whole_gradient_source(*whole_rows, config) : gradient_source(backend, context, rows, config);
  const auto fill = [&](const Scores& scores, int round) {
    source->fill(scores, start.rounds() + round, gradients);
    together(where, ranks, [&] {
      std::vector<GradientRange> ranges = (looks_around ? counted_rows : counted).as_numbered(gradients.ranges());
      for (GradientRange& range : ranges)
        if (range.first_bad_row >= 0 && of_process != nullptr && !looks_around)
          range.first_bad_row += of_process->first_row;
      check_gradients(ranges, round, labels.loss, !offsets.empty());
    });
  };
  const bool has_categories = std::ranges::any_of(train.columns(), &Column::categorical);
  std::vector<RowSlopes> slopes;
  if (has_categories) {  // their cuts need the gradients of the first round
    fill(start_scores, 0);
    slopes = gradients.slopes(ranks);
  }
  LearnedColumns learned = learn_statistics(train, labels, encodings, config, slopes, workers);
  model->set_statistics(std::move(learned.statistics));
  Dataset wide = with_columns(train, std::move(learned.columns));
  DatasetSource blocks(wide);
  const auto new_cuts = [&] {
    const CutRules rules(config, wide.feature_names(), row_weights.span());
    std::vector<Cuts> made = table != nullptr
                                 ? cuts_of_files(*table, wide, blocks, rules, slopes, workers)
                                 : make_cuts(blocks, ranks.is_alone() ? rules : rules.of_rows(first_row, train.rows()),
                                             slopes, workers, ranks);
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
  Bins bins(backend, context, blocks, cuts, limits.min_rows_in_leaf, monotone,
            model->adds_to_all() || limits.oblivious || table != nullptr, table);
  if (table != nullptr) {
    release_columns(*table, train);
    bins.keep_pages(memory_for_pages(*table, train.rows(), outputs));
  }
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
  // Of pages of bins the trees of a checkpoint are not added to scores, but of the values that they were made of.
  const bool takes_up_files = table != nullptr && options.checkpoint.resume;
  if (config.linear_leaves.enabled || takes_up_files)
    raw.emplace(backend, context, train, *model, training_sources(*model));
  if (config.linear_leaves.enabled) leaf_slopes.emplace(backend, config.linear_leaves, *raw);
  Ensemble ensemble(backend, context, cuts, bins, std::move(start_scores),
                    start.is_empty() ? model->initial_score : zeros, is_forest ? trees_a_round : 0,
                    raw ? &*raw : nullptr);
  progress.start(backend, context, model->statistics, cuts, bins, ensemble);

  if (checkpoints.is_on()) checkpoints.read(*model, progress);
  RoundsSoFar so_far = checkpoints.past();
  const double seconds_before = so_far.seconds.empty() ? 0 : so_far.seconds.back();
  const Clock::time_point train_start = Clock::now();
  Rules rules(backend, context, *model, cuts, bins);
  rules.count_as_used(start.trees());
  std::vector<Renewal> renewals;
  for (int k = 0; k < outputs; ++k) renewals.push_back(rows.renewal(k));
  const std::unique_ptr<Grower> grower = grower_of(backend, context, cuts, bins, config, std::move(renewals),
                                                   rules.tables(), leaf_slopes ? &*leaf_slopes : nullptr);
  const bool draws_rows = config.sampling.kind != Sampling::uniform || *config.row_fraction < 1;
  const std::unique_ptr<Sampler> sampler = whole_rows && draws_rows
                                               ? whole_row_sampler(*whole_rows, config, backend, context, train.rows())
                                               : row_sampler(backend, context, config, rows, train);
  FeatureSampler features(backend, context, config, bins, rules.weights_of_varying(), rules.forced_features());
  Dropout dropout(config, trees_a_round);
  const int parallel = config.mode.parallel_trees;
  // By growth, as long as nothing else starts from these scores, and a leaf adds the same to all of its rows.
  const bool is_scored = parallel == 1 && !is_forest && !leaf_slopes;
  const bool drops = config.mode.kind == Mode::dart;
  bool is_filled = has_categories && start.is_empty() && so_far.count() == 0;
  std::vector<GradientRange>& start_gradients = so_far.start;
  if (is_filled) so_far.filled = 0;
  if (so_far.count() > 0) source->set_position_biases(so_far.biases);
  if (so_far.count() > 0 && so_far.filled >= 0) {
    fill(*constant, so_far.filled);
    is_filled = true;
  }
  for (int round = 0; round < rounds; ++round) {
    const double rate = progress.asked_rate().value_or(learning_rate_of(config, round, rounds));
    const int number = start.rounds() + round;  // in the model
    const bool is_past = checkpoints.has(round);
    if (is_past) {  // scores take their trees in the steps in which they took them then
      dropout.before_round(number, ensemble);
      if (drops) ensemble.scores();
      checkpoints.add_trees(round, rate, trees_a_round, ensemble);
      if (drops && is_scored) ensemble.scores();
    } else {
      grower->input().limits.learning_rate = rate / parallel;
      rules.begin_round(ensemble, grower->input());
      dropout.before_round(number, ensemble);
      const Scores& from = is_forest ? *constant : ensemble.scores();
      if (takes_up_files && round == checkpoints.past().count()) release_columns(*table, train);
      for (int draw = number * parallel; draw < (number + 1) * parallel; ++draw) {
        if (!is_filled) {
          if (is_forest && checkpoints.is_on()) so_far.biases = source->position_biases();
          fill(from, round);
          so_far.filled = round;
        }
        if (start_gradients.empty()) {
          start_gradients = gradients.ranges();
          for (GradientRange& range : start_gradients) widen(backend, context, range);
        }
        is_filled = !sampler->draw(draw, gradients, grower->input());
        features.draw(draw, grower->input());
        grower->grow_round(gradients, from, is_scored, ensemble, rules.keys(draw));
      }
      if (!is_forest) is_filled = false;
    }
    dropout.after_round(rate, ensemble);
    if (is_past) {
      model->seconds_training = so_far.seconds[static_cast<std::size_t>(round)];
      if (drops) progress.settle(ensemble);
      co_yield progress.repeat(*model, checkpoints.metrics(round));
    } else {
      model->seconds_training = seconds_before + seconds_since(train_start);
      co_yield progress.measure(*model, ensemble);
      so_far.rates.push_back(rate);
      so_far.seconds.push_back(model->seconds_training);
    }
    if (!progress.ask_callbacks(*model, ensemble, round, rate)) break;
    if (is_past || !checkpoints.is_due(round + 1)) continue;
    if (!is_filled) {
      so_far.filled = -1;
      so_far.biases = source->position_biases();
    }
    checkpoints.write(*model, ensemble, progress, so_far);
  }
  progress.finish(ensemble, model->trees_a_round());
  model->trees = std::move(ensemble).trees();
  model->position_biases = source->position_biases();
  model->seconds_training = seconds_before + seconds_since(train_start);
  model->warnings = fit_warnings(*model, whole, whole_labels, start_gradients, static_cast<int>(bins.varying().size()),
                                 progress.undefined(), !start.is_empty());
  if (const std::string remark = statistics_remark(train, encodings, config, model->statistics); !remark.empty())
    model->warnings.push_back(remark);
  model->drop_unused_statistics();
  start.prepend_to(*model);
  model->finish_forest();
  add_baseline(*model, train, whole_labels, row_weights.span(), {.threads = options.threads, .device = options.device},
               ranks);
  co_return BoostedModel(model);
}

}  // namespace linden
