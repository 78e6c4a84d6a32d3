// What cross_validate refuses, warns of and prints. Its numbers: validate_boosted_test.cpp, validate_linear_test.cpp.
#include <gtest/gtest.h>

#include <linden/cross_validation.hpp>
#include <sstream>

#include "selection/some_data.hpp"

namespace linden {
namespace {

TEST(CrossValidate, RowsThatNoFoldHoldsOutHaveNoPrediction) {
  const Dataset data = some_data(60, 0);
  const auto cv = cross_validate(data, BoostingConfig{.rounds = 2}, {.folds = folds_by_time(data, {.count = 2})});
  const std::vector<double> prediction = numbers_of(cv.prediction);
  for (std::size_t row = 0; row < 60; ++row) EXPECT_EQ(std::isnan(prediction[row]), row < 20) << row;
}

TEST(CrossValidate, RepeatedFoldsGiveTheMeanOfTheirPredictions) {
  const Dataset data = some_data(60, 2);
  const BoostingConfig config{.rounds = 2};
  const FoldOptions dealt{.count = 3, .seed = 4};
  const auto both = cross_validate(data, config, {.folds = repeated_folds(data, dealt, 2)});
  const auto first = cross_validate(data, config, {.folds = data.folds(dealt)});
  const auto second = cross_validate(data, config, {.folds = data.folds({.count = 3, .seed = 5})});
  for (std::size_t row = 0; row < 60; ++row)
    EXPECT_EQ(numbers_of(both.prediction)[row],
              (numbers_of(first.prediction)[row] + numbers_of(second.prediction)[row]) / 2);
}

TEST(CrossValidate, FoldsGoOnFromAModel) {
  const Dataset data = some_data(80, 2);
  const BoostingConfig config{.rounds = 3, .min_rows_in_leaf = 3};
  const BoostedModel start = fit_boosted(some_data(60, 2), config);
  const auto cv = cross_validate(data, config, {.keep_models = true, .start = start});
  EXPECT_EQ(cv.rounds, 3);
  EXPECT_EQ(cv.curves[0].values.size(), 3u);
  EXPECT_EQ(cv.of(cv.curves[0].name).mean, cv.curves[0].spread[2].mean);
  for (std::size_t f = 0; f < cv.folds.size(); ++f) {
    EXPECT_EQ(cv.models[f].rounds(), 6);
    EXPECT_EQ(numbers_of(cv.models[f].predict(data)),
              numbers_of(fit_boosted(data.take(cv.folds[f].train), config, {.start = start}).predict(data)));
  }
  EXPECT_EQ(refusal<ArgumentError>([&] { cross_validate(data, LinearConfig{}, {.start = start}); }),
            "cross_validate: .start is a boosted model to go on from; a linear fit ends at its optimum. Hint: leave it "
            "out.");
}

TEST(CrossValidate, WarnsOfMetricsThatAreUndefinedInAFold) {
  const Dataset data = some_data(40, 0).with_label(std::vector<double>(40, 1.0));
  std::vector<double> label(40, 1.0);
  for (std::size_t row = 20; row < 40; row += 2) label[row] = 0;
  std::vector<Fold> folds(2);
  for (std::int64_t row = 0; row < 40; ++row) {
    folds[0].train.push_back(row);
    folds[1].train.push_back(row);
  }
  for (std::int64_t row = 0; row < 10; ++row) folds[0].test.push_back(row), folds[1].test.push_back(20 + row);
  folds[0].train.erase(folds[0].train.begin(), folds[0].train.begin() + 10);
  folds[1].train.erase(folds[1].train.begin() + 20, folds[1].train.begin() + 30);
  const auto cv = cross_validate(data.with_label(label), BoostingConfig{.rounds = 2, .min_rows_in_leaf = 2},
                                 {.folds = folds, .metrics = {metric::auc(), metric::logloss()}});
  EXPECT_TRUE(std::isnan(cv.of("auc").mean));
  EXPECT_FALSE(std::isnan(cv.of("logloss").mean));
  EXPECT_EQ(cv.curve("auc").best_rounds(), 0);
  ASSERT_FALSE(cv.warnings.empty());
  EXPECT_TRUE(cv.warnings[0].starts_with("fold 1: metric \"auc\" is undefined: ")) << cv.warnings[0];
}

TEST(CrossValidate, RefusesWhatNoFoldCouldBeFittedOn) {
  const Dataset data = some_data(40, 0);
  const auto refused = [&](const BoostingConfig& config, const CrossValidationOptions& options) {
    return refusal<ArgumentError>([&] { cross_validate(data, config, options); });
  };
  EXPECT_EQ(refused({.learning_rate = 2}, {}), "BoostingConfig.learning_rate is 2; it must be in (0, 1].");
  EXPECT_EQ(refused({}, {.metrics = {metric::rmse(), metric::rmse()}}),
            "cross_validate: two of .metrics are called \"rmse\". Hint: leave one out, or give it another name.");
  EXPECT_EQ(refused({}, {.callbacks = {Callback()}}), "cross_validate: callback 0 of .callbacks is empty.");
  EXPECT_EQ(refused({}, {.callbacks = {early_stopping({.metric = "auc"})}}),
            "early_stopping: no metric \"auc\". Metrics: rmse, mae, r2.");
  EXPECT_EQ(refused({.constraints = {.monotone = {{"x9", 1}}}}, {}).substr(0, 31), "cross_validate: fold 1 of 5: Bo");
  EXPECT_EQ(refused({}, {.callbacks = {[](const Round&) { return Signal::proceed_with(3); }}}),
            "cross_validate: fold 1 of 5: after round 0 a callback set the learning rate to 3; it must be in (0, 1].");
  EXPECT_EQ(refused({}, {.callbacks = {[](const Round& round) {
                           round.model();
                           return Signal::proceed();
                         }}}),
            "Round::model: this round is not of a training.");
  EXPECT_EQ(refusal<DataError>([] { cross_validate(Dataset(), BoostingConfig{}); }),
            "cross_validate: the data has no rows.");
  EXPECT_EQ(refusal<ArgumentError>([&] { cross_validate(data, BoostingConfig{.rounds = 1}).of("rsme"); }),
            "CrossValidation: no metric \"rsme\". Did you mean \"rmse\"? Metrics: rmse, mae, r2.");
}

TEST(CrossValidate, PrintsALineAMetric) {
  CrossValidation cv;
  cv.rounds = 1;
  cv.curves = {{.name = "auc", .higher_is_better = true, .values = {{0.5, 0.75}}, .spread = {{0.625, 0.1768, 0.125}}}};
  std::ostringstream text;
  text << cv;
  EXPECT_EQ(text.str(), "auc         0.625 +- 0.12 (deviation 0.18; folds 0.5, 0.75)\n");
  cv.curves[0].spread[0] = {1329.594, 559.3, 279.6};
  text.str("");
  text << cv;
  EXPECT_EQ(text.str(), "auc         1329.59 +- 280 (deviation 559; folds 0.5, 0.75)\n");
}

}  // namespace
}  // namespace linden
