// refit_leaves: the trees of a model go over other rows in their order; each leaf gets the value that growth would give
// it for the rows that come to it. Sums are of whole units, exact in any order.
#include <algorithm>
#include <cmath>
#include <linden/boosting.hpp>
#include <linden/threads.hpp>

#include "backend/backend.hpp"
#include "backend/tree/tree_math.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "boosting/bins/counted_rows.hpp"
#include "boosting/model/config/config.hpp"
#include "boosting/model/matched_rows.hpp"
#include "boosting/model/model.hpp"
#include "boosting/model/survival.hpp"
#include "boosting/predict/predictor.hpp"
#include "boosting/train/fit_checks.hpp"
#include "boosting/train/gradients/gradient_source.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "model/offsets.hpp"
#include "model/training_data.hpp"
#include "rows/dataset_rows.hpp"

namespace linden {
namespace {

constexpr const char* caller = "refit_leaves";

void check_refit(const BoostedModel& model, double decay) {
  if (model.empty()) fail<ArgumentError>("{}: the model is empty.", caller);
  const BoostedModel::State& state = model.state();
  if (!(decay >= 0 && decay <= 1)) fail<ArgumentError>("{}: .decay is {}; it must be in [0, 1].", caller, decay);
  if (!state.has_config)
    fail<ArgumentError>("{}: the model has no configuration, which says what a leaf is worth.", caller);
  if (state.config.mode.kind == Mode::dart)
    fail<ArgumentError>("{}: the trees of a model of DART have weights that the model does not keep apart.", caller);
  if (std::ranges::any_of(state.config.constraints.monotone, [](const FeatureValue& f) { return f.value != 0; }))
    fail<ArgumentError>("{}: the model is monotone in some features, which new leaves could break. Hint: train anew.",
                        caller);
  if (state.config.regularization.path_smooth > 0)
    fail<ArgumentError>(
        "{}: the leaves of the model are smoothed along their paths (.regularization.path_smooth = {}), which new ones "
        "would not be. Hint: train anew.",
        caller, state.config.regularization.path_smooth);
  if (std::ranges::any_of(state.trees, [](const Tree& tree) { return !tree.leaf_terms.empty(); }))
    fail<ArgumentError>(
        "{}: the leaves of the model are linear, and only constant ones are fitted anew. Hint: go on from it with "
        ".start = model.",
        caller);
  if (renewal_level(state.config.loss.definition().spec) > 0)
    fail<ArgumentError>(
        "{}: the leaves of loss \"{}\" are order statistics, which are not fitted anew. Hint: huber is like absolute.",
        caller, state.config.loss.name());
}

/// Adds up the gradients of rows by leaf.
class LeafSums {
 public:
  LeafSums(std::size_t leaves, const GradientRange& range, std::int64_t rows)
      : unit_(sum_unit(range.max_gradient, rows)),
        curvature_unit_(sum_unit(range.max_curvature, rows)),
        gradients_(leaves),
        curvatures_(leaves),
        rows_(leaves) {}

  void add(std::size_t leaf, float gradient, float curvature) {
    gradients_[leaf] += in_units(gradient, 1 / unit_);
    curvatures_[leaf] += in_units(curvature, 1 / curvature_unit_);
    ++rows_[leaf];
  }
  bool has_rows(std::size_t leaf) const { return rows_[leaf] > 0; }
  /// What growth would give the leaf, without the learning rate.
  double value(std::size_t leaf, const BoostingConfig& config) const {
    const double value = leaf_value(static_cast<double>(gradients_[leaf]) * unit_,
                                    static_cast<double>(curvatures_[leaf]) * curvature_unit_, config.l1, *config.l2);
    const double most = config.constraints.max_delta_step;
    return most > 0 ? std::clamp(value, -most, most) : value;
  }

 private:
  double unit_, curvature_unit_;
  std::vector<std::int64_t> gradients_, curvatures_, rows_;
};

/// How many scores a tree adds to, and which the k-th of them is.
std::size_t width_of(const Tree& tree) { return tree.leaf_values.size() / static_cast<std::size_t>(tree.leaves()); }
std::size_t output_of(const Tree& tree, std::size_t k) {
  return tree.output == Tree::all_outputs ? k : static_cast<std::size_t>(tree.output);
}

}  // namespace

BoostedModel refit_leaves(const BoostedModel& model, const Dataset& all, const RefitOptions& options) try {
  check_refit(model, options.decay);
  const BoostedModel::State& old = model.state();
  check_training_data(caller, all);
  const CountedRows counted(all, old.config.loss);
  const Dataset& data = counted.data();
  const Labels labels = further_labels(caller, data, counted.loss(), old.classes);
  check_trainable(caller, labels.loss, data.rows());
  check_groups(caller, labels.loss, data);
  const Backend& backend = backend_of(options.device);
  Workers workers(options.threads);
  const Threads tape_threads(options.threads);
  DeviceContext context(options.device, workers);

  const std::vector<double> offsets = known_offsets(caller, data, old);
  const FitRows rows(backend, context, labels, weights_of(data), data.groups());
  Gradients gradients(backend, context, old.outputs(), data.rows());
  const std::unique_ptr<GradientSource> source = gradient_source(backend, context, rows, old.config);

  const std::vector<int>& used = old.forest.used();
  const MatchedRows matched = match_rows(caller, data, old, used, workers);

  // Scores are the host's: leaf values are added to them as prediction does.
  std::vector<double> scores;
  for (int k = 0; k < old.outputs(); ++k)
    for (std::int64_t row = 0; row < data.rows(); ++row)
      scores.push_back(old.initial_score[static_cast<std::size_t>(k)] +
                       (offsets.empty() ? 0 : offsets[static_cast<std::size_t>(k * data.rows() + row)]));
  const std::vector<double> zeros(old.initial_score.size());
  const auto fill = [&](int round) {
    source->fill(Scores(backend, context, zeros, data.rows(), scores), round, gradients);
    check_gradients(counted.as_numbered(gradients.ranges()), round, labels.loss, !offsets.empty());
  };

  const auto fresh = std::make_shared<BoostedModel::State>(old);
  const BoostingConfig& config = old.config;
  const int rounds = model.rounds(), trees_a_round = old.trees_a_round();
  const double share = old.is_forest() ? 1.0 / rounds : 1.0 / config.mode.parallel_trees;
  for (int round = 0; round < rounds; ++round) {
    if (round == 0 || !old.is_forest()) fill(round);
    const float* const gradient = gradients.download();
    const float* const curvature = gradient + gradients.outputs() * data.rows();
    const auto first = static_cast<std::size_t>(round * trees_a_round);
    const std::span<Tree> trees = std::span(fresh->trees).subspan(first, static_cast<std::size_t>(trees_a_round));
    const Forest forest(std::vector<Tree>(trees.begin(), trees.end()), old.categories, old.groups);
    std::vector<FeatureSource> sources;
    for (const int f : forest.used())
      sources.push_back(matched.sources[static_cast<std::size_t>(std::ranges::lower_bound(used, f) - used.begin())]);
    const DatasetRows raw(matched.data, std::move(sources));
    std::vector<std::int32_t> leaves(static_cast<std::size_t>(data.rows() * trees_a_round));
    find_leaves(backend, context, forest, LazyByteForest(), trees_a_round, raw.view(), leaves.data());

    const double rate = learning_rate_of(config, round, *config.rounds) * share;
    workers.each(trees_a_round, [&](std::int64_t t, int) {
      Tree& tree = trees[static_cast<std::size_t>(t)];
      const auto leaf_of = [&](std::int64_t row) {
        return static_cast<std::size_t>(leaves[static_cast<std::size_t>(row * trees_a_round + t)]);
      };
      const std::size_t width = width_of(tree);
      for (std::size_t k = 0; k < width; ++k) {
        const std::size_t output = output_of(tree, k);
        const std::int64_t first_row = static_cast<std::int64_t>(output) * data.rows();
        LeafSums sums(static_cast<std::size_t>(tree.leaves()), gradients.ranges()[output], data.rows());
        for (std::int64_t row = 0; row < data.rows(); ++row)
          sums.add(leaf_of(row), gradient[first_row + row], curvature[first_row + row]);
        for (std::size_t leaf = 0; leaf < static_cast<std::size_t>(tree.leaves()); ++leaf) {
          double& value = tree.leaf_values[leaf * width + k];
          if (sums.has_rows(leaf))
            value = options.decay * value + (1 - options.decay) * rate * sums.value(leaf, config);
        }
      }
    });
    for (int t = 0; t < trees_a_round; ++t) {
      const Tree& tree = trees[static_cast<std::size_t>(t)];
      const std::size_t width = width_of(tree);
      for (std::size_t k = 0; k < width; ++k)
        for (std::int64_t row = 0; row < data.rows(); ++row)
          scores[output_of(tree, k) * static_cast<std::size_t>(data.rows()) + static_cast<std::size_t>(row)] +=
              tree.leaf_values[static_cast<std::size_t>(leaves[static_cast<std::size_t>(row * trees_a_round + t)]) *
                                   width +
                               k];
    }
  }
  fresh->position_biases = source->position_biases();
  fresh->history.clear();
  fresh->forest = {};
  fresh->finish_forest();
  add_baseline(*fresh, data, labels, weights_of(data), {.threads = options.threads, .device = options.device});
  return BoostedModel(fresh);
} catch (const std::bad_alloc&) {
  fail_out_of_memory(caller);
}

}  // namespace linden
