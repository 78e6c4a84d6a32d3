// fit_boosted: labels, cuts and bins once; then rounds of gradients, a tree for each output, and new scores.
#include <algorithm>
#include <chrono>
#include <linden/boosting.hpp>
#include <linden/threads.hpp>
#include <numeric>
#include <utility>

#include "backend/backend.hpp"
#include "backend/tree_math.hpp"
#include "base/fail.hpp"
#include "base/memory.hpp"
#include "base/utf8.hpp"
#include "boosting/bins.hpp"
#include "boosting/fit_rows.hpp"
#include "boosting/grow.hpp"
#include "boosting/model.hpp"
#include "boosting/sample.hpp"
#include "boosting/tree_storage.hpp"
#include "boosting/validation.hpp"
#include "data/dataset_builder.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "loss/initial_score.hpp"
#include "model/labels.hpp"

namespace linden {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

void check_data(const Dataset& train) {
  if (train.rows() == 0) fail<DataError>("fit_boosted: the data has no rows.");
  if (train.features() == 0) fail<DataError>("fit_boosted: the data has no features.");
  if (train.rows() > UINT32_MAX)
    fail<DataError>("fit_boosted: {} rows; at most {} are supported.", train.rows(), UINT32_MAX);
}

// Before the work: a model with such a name could not be saved.
void check_names(const char* what, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (!is_utf8(name))
      fail<DataError>("fit_boosted: the {} name \"{}\" is not UTF-8. Hint: convert the data, iconv -f latin1 -t utf-8.",
                      what, name);
}

Renewal renewal_of(const Labels& labels, std::span<const double> weights) {
  Renewal renewal;
  renewal.level = renewal_level(labels.loss.definition().spec);
  if (!weights.empty())
    renewal.weight_unit = sum_unit(std::ranges::max(weights), static_cast<std::int64_t>(weights.size()));
  return renewal;
}

// The rows and features of one round's trees.
class Sampler {
 public:
  Sampler(const Backend& backend, Context& context, const BoostingConfig& config, const BinsView& bins)
      : backend_(backend), context_(context), config_(config), bins_(bins) {
    std::vector<std::int32_t> all(static_cast<std::size_t>(bins.features));
    std::iota(all.begin(), all.end(), 0);
    use_features(std::move(all));
  }

  void draw(int round, TreeMemory& tree) {
    const auto number = static_cast<std::uint32_t>(round);
    if (config_.row_fraction < 1) {
      rows_ = draw_sample(bins_.rows, config_.row_fraction, config_.seed, Draw::rows, number, context_.arena);
      device_rows_ = OnDevice<std::uint32_t>(backend_.memory, context_, rows_.data(),
                                             static_cast<std::int64_t>(rows_.size()), "sample");
    }
    if (config_.feature_fraction < 1 && bins_.features > 0) {
      const auto drawn =
          draw_sample(bins_.features, config_.feature_fraction, config_.seed, Draw::features, number, context_.arena);
      use_features({drawn.begin(), drawn.end()});
    }
    tree.sample = device_rows_.data();  // null: all rows
    tree.sample_rows = rows_.empty() ? bins_.rows : static_cast<std::int64_t>(rows_.size());
    tree.features = device_features_.data();
    tree.feature_count = static_cast<std::int32_t>(features_.size());
  }

 private:
  void use_features(std::vector<std::int32_t> features) {
    features_ = std::move(features);
    device_features_ = OnDevice<std::int32_t>(backend_.memory, context_, features_.data(),
                                              static_cast<std::int64_t>(features_.size()), "sample");
  }

  const Backend& backend_;
  Context& context_;
  const BoostingConfig& config_;
  const BinsView& bins_;
  std::vector<std::uint32_t> rows_;
  std::vector<std::int32_t> features_;
  OnDevice<std::uint32_t> device_rows_;
  OnDevice<std::int32_t> device_features_;
};

void check_gradients(const std::vector<GradientRange>& ranges, int round, const Loss& loss) {
  const bool is_exact = loss.definition().spec.curvature == CurvatureRule::exact;
  for (const GradientRange& range : ranges) {
    if (range.first_bad_row < 0) continue;
    if (is_exact)
      fail<DataError>(
          "fit_boosted: in round {} the curvature of row {} is negative or not finite, and loss \"{}\" asks for it as "
          "it "
          "is. Hint: .curvature = Curvature::clamped takes 0 where it is negative.",
          round, range.first_bad_row, loss.name());
    fail<DataError>(
        "fit_boosted: in round {} the gradient of row {} is not finite. Hint: a smaller learning_rate, a "
        "larger l2 or min_child_weight keeps scores in bounds.",
        round, range.first_bad_row);
  }
}

// A model that knows its columns, classes and configuration, and has no trees yet.
std::shared_ptr<BoostedModel::State> blank_model(const Dataset& train, const BoostingConfig& config,
                                                 const Labels& labels) {
  auto model = std::make_shared<BoostedModel::State>();
  model->config = config;
  model->config.loss = labels.loss;
  model->label = train.label_name();
  model->classes = labels.classes;
  model->missing = DatasetBuilder::state(train).missing;
  model->only_missing = DatasetBuilder::state(train).only_missing;
  model->feature_names = train.feature_names();
  model->categories.resize(model->feature_names.size());
  model->categorical.resize(model->feature_names.size());
  for (std::size_t f = 0; f < train.columns().size(); ++f) {
    model->categories[f] = train.columns()[f].categories;
    model->categorical[f] = train.columns()[f].categorical;
  }
  return model;
}

}  // namespace

BoostedModel fit_boosted(const Dataset& train, const BoostingConfig& config, const FitOptions& options) {
  config.check();
  check_data(train);
  check_names("feature", train.feature_names());
  check_names("class", train.classes());
  for (const Column& column : train.columns()) check_names("category", column.categories);
  const Labels labels = training_labels("fit_boosted", train, config.loss);
  check_trainable("fit_boosted", labels.loss, train.rows());
  const Backend& backend = backend_of(options.device);
  Arena arena(options.threads);
  const Threads tape_threads(options.threads);
  DeviceContext context(options.device, arena);

  const std::shared_ptr<BoostedModel::State> model = blank_model(train, config, labels);
  const auto weights = train.weight().elements() > 0 ? train.weight().span<const double>() : std::span<const double>{};
  model->initial_score = initial_score(labels.loss, labels.values, weights, arena);
  const int outputs = model->outputs();
  Validation validation(backend, context, *model, options);

  const Clock::time_point bin_start = Clock::now();
  const std::vector<Cuts> cuts = make_cuts(train, config.max_bins, arena);
  const Bins bins(backend, context, train, cuts);
  model->seconds_binning = seconds_since(bin_start);

  const Clock::time_point start = Clock::now();
  FitRows rows(backend, context, labels, weights, model->initial_score);
  Renewal renewal = renewal_of(labels, weights);
  renewal.labels = rows.labels();
  renewal.weights = rows.weights();
  TreeStorage storage(backend, context, bins.view(), growth_limits(config), renewal);
  TreeMemory& tree = storage.memory();
  Sampler sampler(backend, context, config, bins.view());
  for (int round = 0; round < config.rounds; ++round) {
    check_gradients(rows.fill_gradients(), round, labels.loss);
    sampler.draw(round, tree);
    for (int k = 0; k < outputs; ++k) {
      rows.point(tree, k);
      grow(backend.tree, context, tree);
      if (tree.renewal.level > 0) backend.tree.renew(context, tree);
      backend.tree.update(context, tree, rows.scores(k));
      model->trees.push_back(finished_tree(storage.finished(), cuts, bins.used()));
      model->trees.back().output = k;
    }
    if (!validation.after_round(*model, round, seconds_since(start))) break;
  }
  model->seconds_training = seconds_since(start);
  validation.finish(*model);
  model->forest = Forest(model->trees, model->categories);
  return BoostedModel(std::move(model));
}

}  // namespace linden
