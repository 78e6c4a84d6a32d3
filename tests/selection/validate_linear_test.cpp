// Linear cross-validation against folds that are fitted by hand.
#include <gtest/gtest.h>

#include <linden/cross_validation.hpp>

#include "selection/some_data.hpp"

namespace linden {
namespace {

TEST(CrossValidateLinear, FoldsAreThoseFittedByHand) {
  for (const int classes : {0, 2, 3}) {
    const Dataset data = some_numbers(120, classes);
    const LinearConfig config{.loss = classes == 3 ? loss::softmax() : loss::automatic(), .l2 = 0.01};
    const LinearCrossValidation cv =
        cross_validate(data, config, {.folds = data.folds({.count = 4}), .train_metrics = true, .keep_models = true});
    EXPECT_EQ(cv.rounds, 1);
    for (std::size_t f = 0; f < 4; ++f) {
      const Dataset train = data.take(cv.folds[f].train), test = data.take(cv.folds[f].test);
      const LinearModel model = fit_linear(train, config);
      EXPECT_EQ(cv.models[f].to_string(), model.to_string());
      const std::vector<Metric> metrics = metric::defaults(model.loss());
      const Tensor prediction = model.predict(test);
      for (std::size_t m = 0; m < metrics.size(); ++m) {
        EXPECT_EQ(cv.curves[m].name, metrics[m].name());
        EXPECT_EQ(cv.curves[m].values[0][f], metrics[m].evaluate(prediction, model.labels_of(test)));
        EXPECT_EQ(cv.curve("train " + metrics[m].name()).values[0][f],
                  metrics[m].evaluate(model.predict(train), model.labels_of(train)));
      }
      const std::vector<double> all = numbers_of(cv.prediction), test_rows = numbers_of(prediction);
      const std::size_t outputs = test_rows.size() / cv.folds[f].test.size();
      for (std::size_t i = 0; i < test_rows.size(); ++i)
        EXPECT_EQ(all[static_cast<std::size_t>(cv.folds[f].test[i / outputs]) * outputs + i % outputs], test_rows[i]);
    }
  }
}

TEST(CrossValidateLinear, WarnsOfFitsThatAreNotAtTheirOptimum) {
  const Dataset data = some_numbers(80, 2);
  const LinearCrossValidation cv = cross_validate(data, LinearConfig{.solver = Solver::lbfgs, .max_iterations = 1},
                                                  {.folds = data.folds({.count = 2})});
  ASSERT_EQ(cv.warnings.size(), 2u);
  EXPECT_TRUE(cv.warnings[0].starts_with("fold 1: status iteration_limit: the relative gap is ")) << cv.warnings[0];
}

TEST(CrossValidateLinear, RefusesCallbacks) {
  EXPECT_EQ(refusal<ArgumentError>(
                [] { cross_validate(some_numbers(40, 0), LinearConfig{}, {.callbacks = {early_stopping()}}); }),
            "cross_validate: .callbacks are called after rounds, and linear models have none. Hint: leave them out.");
}

}  // namespace
}  // namespace linden
