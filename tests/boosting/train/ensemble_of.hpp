// For the tests of ensembles: what a fit makes of its training rows, with an ensemble that watches other rows.
#pragma once

#include <bit>
#include <memory>
#include <numeric>

#include "boosting/model/model.hpp"
#include "boosting/random_data.hpp"
#include "boosting/train/ensemble/ensemble.hpp"
#include "boosting/train/gradients/gradient_source.hpp"
#include "boosting/train/ensemble/valid_bins.hpp"
#include "model/training_data.hpp"

namespace linden {

/// The parts of fit_boosted up to its first round, and the model that it makes of these rows.
class EnsembleOf {
 public:
  EnsembleOf(const Dataset& train, const Dataset& valid, const BoostingConfig& config, const Device& device)
      : model(fit_boosted(train, config, {.threads = 2})),
        context_(device, workers_),
        labels_(training_labels("test", train, config.loss)),
        rows_(backend_of(device), context_, labels_, weights_of(train)) {
    const Backend& backend = backend_of(device);
    const std::vector<double>& start = model.initial_score();
    Scores scores(backend, context_, start, train.rows());
    Gradients gradients(backend, context_, scores.outputs(), train.rows());
    gradient_source(backend, context_, rows_)->fill(scores, 0, gradients);
    DatasetSource source(train);
    cuts_ = make_cuts(source, config.max_bins, gradients.slopes(), workers_);
    bins_ = std::make_unique<Bins>(backend, context_, source, cuts_, config.min_rows_in_leaf.value_or(20));
    std::vector<int> all(static_cast<std::size_t>(train.features()));
    std::iota(all.begin(), all.end(), 0);
    const auto sources = match_features("test", valid, model.state(), all);
    valid_bins = std::make_unique<ValidBins>(backend, context_, valid, sources, cuts_, *bins_);
    ensemble = std::make_unique<Ensemble>(backend, context_, cuts_, *bins_, std::move(scores), start);
    number = ensemble->watch(valid_bins->view(), valid_bins->places());
  }

  /// Scores [outputs, rows] of the training rows, then of the others.
  std::vector<double> all_scores() {
    std::vector<double> all = on_host(ensemble->scores());
    const std::vector<double> valid = on_host(ensemble->scores_of(number));
    all.insert(all.end(), valid.begin(), valid.end());
    return all;
  }

  BoostedModel model;
  std::unique_ptr<ValidBins> valid_bins;
  std::unique_ptr<Ensemble> ensemble;
  std::size_t number = 0;

 private:
  static std::vector<double> on_host(const Scores& scores) {
    const double* const first = scores.on_host();
    return {first, first + scores.outputs() * scores.rows()};
  }

  Workers workers_{2};
  DeviceContext context_;
  Labels labels_;
  FitRows rows_;
  std::vector<Cuts> cuts_;
  std::unique_ptr<Bins> bins_;
};

/// What predict gives, as EnsembleOf::all_scores has it.
inline std::vector<double> predicted_scores(const BoostedModel& model, const Dataset& train, const Dataset& valid,
                                            int rounds = 0) {
  std::vector<double> all;
  for (const Dataset& data : {train, valid}) {
    const std::vector<double> scores =
        numbers_of(model.predict(data, {.output = Output::score, .rounds = rounds, .threads = 2}));
    for (int k = 0; k < model.outputs(); ++k)
      for (std::int64_t row = 0; row < data.rows(); ++row)
        all.push_back(scores[static_cast<std::size_t>(row * model.outputs() + k)]);
  }
  return all;
}

/// The same model with other trees.
inline BoostedModel with_trees(const BoostedModel& model, std::vector<Tree> trees) {
  const auto state = std::make_shared<BoostedModel::State>(model.state());
  state->trees = std::move(trees);
  state->forest = Forest();
  state->finish_forest();
  return BoostedModel(state);
}

/// Rows to validate on: those of `data` in another order, with values that lie elsewhere, missing ones and categories
/// that are not in it. Columns stand in another order, and there is one more.
inline Dataset other_rows(Random& random, const RandomData& data) {
  std::vector<int> rows;
  for (int i = 0; i < data.rows() / 2 + 3; ++i) rows.push_back(random.below(data.rows()));
  RandomData other = data.take(rows);
  other.weight.clear();
  for (std::size_t f = 0; f < other.features.size(); ++f) {
    reference::Feature& feature = other.features[f];
    if (feature.categorical) other.dictionary[f] += 2;
    for (double& value : feature.values) {
      if (feature.categorical) {
        if (random.chance(0.1)) value = random.below(other.dictionary[f] + 1) - 1;
      } else if (random.chance(0.1)) {
        value = random.one_of({missing_value, value * 1.01 + 0.3, -1e300, 1e300, 0.0});
      }
    }
  }
  std::vector<std::string> names;
  for (std::size_t f = 0; f < other.features.size(); ++f) names.push_back(fmt::format("x{}", f));
  add_numbers(other, random_numbers(random, other.rows(), 9, 0.1));
  names.push_back("other");
  std::ranges::reverse(other.features);
  std::ranges::reverse(other.dictionary);
  std::ranges::reverse(names);
  return other.dataset(names);
}

/// Empty, or where two lists differ by a bit.
inline std::string first_difference(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return fmt::format("{} values against {}", a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    if (std::bit_cast<std::uint64_t>(a[i]) != std::bit_cast<std::uint64_t>(b[i]))
      return fmt::format("value {}: {:a} against {:a}", i, a[i], b[i]);
  return "";
}

}  // namespace linden
