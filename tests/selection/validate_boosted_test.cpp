// Boosted cross-validation against folds that are fitted by hand: the same models, metrics and predictions, to the bit.
#include <gtest/gtest.h>

#include <linden/cross_validation.hpp>

#include "selection/some_data.hpp"

namespace linden {
namespace {

// What anyone would write without cross_validate.
struct ByHand {
  ByHand(const Dataset& data, const BoostingConfig& config, const std::vector<Fold>& folds,
         bool train_metrics = false) {
    for (const Fold& fold : folds) {
      const Dataset test = data.take(fold.test);
      models.push_back(
          fit_boosted(data.take(fold.train), config, {.threads = 1, .valid = test, .train_metrics = train_metrics}));
      predictions.push_back(models.back().predict(test));
    }
  }
  std::vector<BoostedModel> models;
  std::vector<Tensor> predictions;
};

void expect_the_same(const BoostedCrossValidation& cv, const ByHand& by_hand, const Dataset& data) {
  const std::size_t outputs = cv.prediction.rank() == 2 ? static_cast<std::size_t>(cv.prediction.size(1)) : 1;
  ASSERT_EQ(cv.prediction.size(0), data.rows());
  for (std::size_t f = 0; f < cv.folds.size(); ++f) {
    EXPECT_EQ(cv.models[f].to_string(), by_hand.models[f].to_string()) << f;
    const auto& history = by_hand.models[f].history();
    ASSERT_EQ(history.size(), cv.curves[0].values.size());
    for (std::size_t round = 0; round < history.size(); ++round)
      for (std::size_t m = 0; m < cv.curves.size(); ++m)
        EXPECT_EQ(cv.curves[m].values[round][f], history[round][m].value) << cv.curves[m].name << round;
    const std::vector<double> all = numbers_of(cv.prediction), test = numbers_of(by_hand.predictions[f]);
    for (std::size_t i = 0; i < cv.folds[f].test.size(); ++i)
      for (std::size_t k = 0; k < outputs; ++k)
        EXPECT_EQ(all[static_cast<std::size_t>(cv.folds[f].test[i]) * outputs + k], test[i * outputs + k]);
  }
}

TEST(CrossValidateBoosted, FoldsAreThoseFittedByHand) {
  for (const int classes : {0, 2, 3}) {
    const Dataset data = some_data(240, classes, 3, classes == 2);
    const BoostingConfig config{
        .loss = classes == 3 ? loss::softmax() : loss::automatic(), .rounds = 6, .max_leaves = 6, .row_fraction = 0.7};
    const std::vector<Fold> folds = data.folds({.count = 3, .seed = 5});
    const BoostedCrossValidation cv =
        cross_validate(data, config, {.folds = folds, .threads = 2, .train_metrics = true, .keep_models = true});
    EXPECT_EQ(cv.rounds, 6);
    EXPECT_EQ(cv.classes.size(), classes > 0 ? static_cast<std::size_t>(classes) : 0u);
    expect_the_same(cv, ByHand(data, config, folds, true), data);
  }
}

TEST(CrossValidateBoosted, ThreadsAndCallbacksThatOnlyLookChangeNothing) {
  const Dataset data = some_data(200, 2);
  const BoostingConfig config{.rounds = 5, .max_leaves = 5};
  const auto text = [&](CrossValidationOptions options) {
    options.keep_models = true;
    const BoostedCrossValidation cv = cross_validate(data, config, options);
    std::string all;
    for (const BoostedModel& model : cv.models) all += model.to_string();
    for (const MetricCurve& curve : cv.curves)
      for (const auto& values : curve.values) all += fmt::format("{} {}\n", curve.name, fmt::join(values, " "));
    return all + fmt::format("{}", fmt::join(numbers_of(cv.prediction), " "));
  };
  const std::string expected = text({.threads = 1});
  EXPECT_EQ(text({.threads = 3}), expected);
  int rounds = 0;
  const auto look = [&](const Round& round) {
    EXPECT_EQ(round.index, rounds++);
    EXPECT_EQ(round.rounds, 5);
    return Signal::proceed();
  };
  EXPECT_EQ(text({.threads = 2, .callbacks = {look}}), expected);
  EXPECT_EQ(rounds, 5);
}

TEST(CrossValidateBoosted, EarlyStoppingLooksAtTheMeanAndEndsAllFolds) {
  const Dataset data = some_data(150, 2, 8);
  const BoostingConfig config{.rounds = 200, .learning_rate = 0.5, .max_leaves = 16, .min_rows_in_leaf = 3};
  constexpr int patience = 4;
  const BoostedCrossValidation cv =
      cross_validate(data, config, {.callbacks = {early_stopping({.patience = patience})}, .keep_models = true});
  // The rule, worked out from the curves of all rounds.
  const MetricCurve all = cross_validate(data, config).curves[0];
  std::size_t best = 0, round = 0;
  for (; round < all.spread.size() && round - best < patience; ++round)
    if (all.spread[round].mean < all.spread[best].mean) best = round;
  ASSERT_LT(round, 200u);
  EXPECT_EQ(cv.rounds, static_cast<int>(best) + 1);
  EXPECT_EQ(cv.curves[0].best_rounds(), cv.rounds);
  EXPECT_EQ(cv.curves[0].values.size(), best + patience + 1);
  for (std::size_t r = 0; r < cv.curves[0].values.size(); ++r) EXPECT_EQ(cv.curves[0].values[r], all.values[r]);
  BoostingConfig cut = config;
  cut.rounds = cv.rounds;
  const ByHand by_hand(data, cut, cv.folds);
  for (std::size_t f = 0; f < cv.folds.size(); ++f) {
    EXPECT_EQ(cv.models[f].rounds(), cv.rounds);
    const std::vector<double> all_rows = numbers_of(cv.prediction), test = numbers_of(by_hand.predictions[f]);
    for (std::size_t i = 0; i < test.size(); ++i)
      EXPECT_EQ(all_rows[static_cast<std::size_t>(cv.folds[f].test[i])], test[i]);
  }
}

TEST(CrossValidateBoosted, ACallbackSetsTheLearningRateOfAllFolds) {
  const Dataset data = some_data(120, 0);
  const BoostingConfig config{.rounds = 4, .max_leaves = 4};
  const auto decay = [](const Round& round) { return Signal::proceed_with(round.learning_rate / 2); };
  const BoostedCrossValidation cv = cross_validate(data, config, {.callbacks = {decay}, .keep_models = true});
  for (std::size_t f = 0; f < cv.folds.size(); ++f)
    EXPECT_EQ(cv.models[f].to_string(),
              fit_boosted(data.take(cv.folds[f].train), config, {.callbacks = {decay}}).to_string());
}

TEST(CrossValidateBoosted, AFoldWithoutAClassKnowsItAllTheSame) {
  Dataset data = some_data(60, 0);
  std::vector<double> label(60);
  for (std::size_t row = 0; row < 60; ++row) label[row] = row < 5 ? 10 : row % 2 == 0 ? 2 : 7;
  data = data.with_label(label);
  std::vector<Fold> folds(2);
  for (std::int64_t row = 0; row < 60; ++row) {
    folds[row < 20 ? 0 : 1].test.push_back(row);
    folds[row < 20 ? 1 : 0].train.push_back(row);
  }
  const BoostedCrossValidation cv =
      cross_validate(data, BoostingConfig{.loss = loss::softmax(), .rounds = 2}, {.folds = folds});
  EXPECT_EQ(cv.classes, (std::vector<std::string>{"2", "7", "10"}));
  EXPECT_EQ(cv.prediction.shape(), (Shape{60, 3}));
}

TEST(CrossValidateBoosted, ALossWithParametersByRowHasThoseOfTheFold) {
  const Dataset data = some_data(90, 0);
  Random random(4);
  std::vector<double> level(90);
  for (double& value : level) value = random.uniform() + 0.5;
  const auto custom = [](const std::vector<double>& levels) {
    return loss::custom("scaled",
                        [](const Tensor& score, const Tensor& y, std::span<const Tensor> by_row) {
                          return by_row[0] * square(y - score);
                        },
                        {.parameters = {Tensor::copy_of(std::span(levels), {std::ssize(levels)})}});
  };
  const BoostedCrossValidation cv = cross_validate(data, BoostingConfig{.loss = custom(level), .rounds = 3},
                                                   {.metrics = {metric::rmse()}, .keep_models = true});
  for (std::size_t f = 0; f < cv.folds.size(); ++f) {
    std::vector<double> of_fold;
    for (const std::int64_t row : cv.folds[f].train) of_fold.push_back(level[static_cast<std::size_t>(row)]);
    EXPECT_EQ(dump(cv.models[f].trees()),
              dump(fit_boosted(data.take(cv.folds[f].train), {.loss = custom(of_fold), .rounds = 3}).trees()));
  }
}

}  // namespace
}  // namespace linden
