// fit_boosted: labels, cuts and bins once; then rounds of gradients, a tree for each output, and new scores.
#include <algorithm>
#include <chrono>
#include <linden/boosting.hpp>
#include <linden/error.hpp>
#include <linden/threads.hpp>
#include <utility>

#include "base/out_of_memory.hpp"
#include "backend/backend.hpp"
#include "backend/tree/tree_math.hpp"
#include "boosting/bins/bins.hpp"
#include "boosting/bins/category_groups.hpp"
#include "boosting/model/config.hpp"
#include "boosting/bins/counted_rows.hpp"
#include "boosting/train/fit_checks.hpp"
#include "boosting/train/fit_rows.hpp"
#include "boosting/train/grow.hpp"
#include "boosting/model/model.hpp"
#include "boosting/train/progress.hpp"
#include "boosting/train/sampler.hpp"
#include "boosting/train/tree_storage.hpp"
#include "loss/definition.hpp"
#include "loss/initial_score.hpp"
#include "model/training_data.hpp"

namespace linden {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

Renewal renewal_of(const Labels& labels, std::span<const double> weights) {
  Renewal renewal;
  renewal.level = renewal_level(labels.loss.definition().spec);
  if (!weights.empty())
    renewal.weight_unit = sum_unit(std::ranges::max(weights), static_cast<std::int64_t>(weights.size()));
  return renewal;
}

// Refusals number the rows as the user does.
Labels labels_of(const CountedRows& counted) {
  try {
    return checked_labels("fit_boosted", counted.data(), counted.loss());
  } catch (const DataError&) {
    training_labels("fit_boosted", counted.as_numbered(), counted.loss());
    throw;
  }
}

// A model that knows its columns, classes and configuration, and has no trees yet.
std::shared_ptr<BoostedModel::State> blank_model(const Dataset& train, const BoostingConfig& config,
                                                 const Labels& labels, bool saves_history) {
  auto model = std::make_shared<BoostedModel::State>();
  static_cast<ModelSchema&>(*model) = schema_of("fit_boosted", train, labels, train.feature_names());
  model->config = config;
  model->config.loss = labels.loss;
  model->saves_history = saves_history;
  model->config.l2 = l2_of(config);
  model->categories.resize(model->feature_names.size());
  model->categorical.resize(model->feature_names.size());
  for (std::size_t f = 0; f < train.columns().size(); ++f) {
    model->categories[f] = train.columns()[f].categories;
    model->categorical[f] = train.columns()[f].categorical;
  }
  return model;
}

}  // namespace

BoostedModel fit_boosted(const Dataset& all, const BoostingConfig& config, const FitOptions& options) try {
  config.check();
  check_data(all);
  const CountedRows counted(all, config.loss);
  const Dataset& train = counted.data();
  const Labels labels = labels_of(counted);
  const Backend& backend = backend_of(options.device);
  Workers workers(options.threads);
  const Threads tape_threads(options.threads);
  DeviceContext context(options.device, workers);

  std::shared_ptr<BoostedModel::State> model = blank_model(train, config, labels, options.save_history);
  const std::span<const double> weights = weights_of(train);
  model->initial_score = initial_score(labels.loss, labels.values, weights, workers);
  const int outputs = model->outputs();
  Progress progress(backend, context, *model, train, labels, options);

  const Clock::time_point bin_start = Clock::now();
  FitRows rows(backend, context, labels, weights, model->initial_score);
  std::vector<RowSlopes> slopes;
  if (std::ranges::any_of(train.columns(), &Column::categorical)) {
    check_gradients(counted.as_numbered(rows.fill_gradients()), 0, labels.loss);
    slopes = rows.slopes();
  }
  const std::vector<Cuts> cuts = make_cuts(train, config.max_bins, slopes, workers);
  for (const Cuts& c : cuts) model->groups.push_back(category_groups(c));
  const Bins bins(backend, context, train, cuts, config.min_rows_in_leaf);
  model->seconds_binning = seconds_since(bin_start);
  progress.start(*model);

  const Clock::time_point start = Clock::now();
  Renewal renewal = renewal_of(labels, weights);
  renewal.labels = rows.labels();
  renewal.weights = rows.weights();
  TreeStorage storage(backend, context, bins.view(), growth_limits(config), renewal);
  TreeMemory& tree = storage.memory();
  Sampler sampler(backend, context, config, bins);
  std::vector<GradientRange> start_gradients;
  for (int round = 0; round < config.rounds; ++round) {
    const std::vector<GradientRange>& gradients = rows.fill_gradients();
    check_gradients(counted.as_numbered(gradients), round, labels.loss);
    if (round == 0) start_gradients = gradients;
    sampler.draw(round, tree);
    for (int k = 0; k < outputs; ++k) {
      rows.point(tree, k);
      grow(backend.tree, context, tree);
      if (tree.renewal.level > 0) backend.tree.renew(context, tree);
      backend.tree.update(context, tree, rows.scores(k));
      model->trees.push_back(finished_tree(storage.finished(), cuts, bins.used()));
      model->trees.back().output = k;
    }
    if (!progress.after_round(model, rows, round, seconds_since(start), tree.limits.learning_rate)) break;
  }
  model->seconds_training = seconds_since(start);
  progress.finish(*model);
  model->warnings = fit_warnings(*model, train, labels, start_gradients, static_cast<int>(bins.varying().size()),
                                 progress.undefined());
  model->finish_forest();
  return BoostedModel(std::move(model));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("fit_boosted");
}

}  // namespace linden
