// Cross-validation and search on a GPU: the bytes of the CPU's.
#include <gtest/gtest.h>

#include <linden/search.hpp>

#include "device/gpu.hpp"
#include "selection/some_data.hpp"

namespace linden {
namespace {

using DeviceSelection = device_test::OnGpu;

TEST_F(DeviceSelection, CrossValidationHasTheBytesOfTheCpu) {
  const Dataset data = some_data(90, 3);
  const BoostingConfig config{.loss = loss::softmax(), .rounds = 3, .max_leaves = 4, .min_rows_in_leaf = 5};
  for (const bool together : {false, true}) {
    CrossValidationOptions options{.folds = data.folds({.count = 2}), .threads = 1, .keep_models = true};
    if (together) options.callbacks = {early_stopping({.patience = 2})};
    const BoostedCrossValidation expected = cross_validate(data, config, options);
    options.device = gpu();
    const BoostedCrossValidation cv = cross_validate(data, config, options);
    EXPECT_EQ(numbers_of(cv.prediction), numbers_of(expected.prediction));
    for (std::size_t m = 0; m < cv.curves.size(); ++m) EXPECT_EQ(cv.curves[m].values, expected.curves[m].values);
    for (std::size_t f = 0; f < 2; ++f) EXPECT_EQ(cv.models[f].to_string(), expected.models[f].to_string());
  }
}

TEST_F(DeviceSelection, SearchHasTheTrialsOfTheCpu) {
  const Dataset data = some_data(80, 2);
  const SearchSpace space{{"learning_rate", space::log_uniform(0.1, 0.5)}, {"max_bins", space::choices({"8", "32"})}};
  SearchOptions options{
      .trials = 4, .halving = Halving{.factor = 2, .least = 1}, .folds = data.folds({.count = 2}), .threads = 1};
  const BoostedSearch expected = search(data, BoostingConfig{.rounds = 4, .max_leaves = 4}, space, options);
  options.device = gpu();
  const BoostedSearch found = search(data, BoostingConfig{.rounds = 4, .max_leaves = 4}, space, options);
  ASSERT_EQ(found.trials.size(), expected.trials.size());
  for (std::size_t t = 0; t < found.trials.size(); ++t)
    EXPECT_EQ(found.trials[t].score.mean, expected.trials[t].score.mean);
  EXPECT_EQ(found.model.to_string(), expected.model.to_string());
}

}  // namespace
}  // namespace linden
