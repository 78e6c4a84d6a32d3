// Going on from a model: the bytes of training in one go, scores that continue on new data, and what does not go
// together.
#include "boosting/train/start_model.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "boosting/rows_and_modes.hpp"

namespace linden {
namespace {

TEST(StartModel, GivesTheBytesOfTrainingInOneGo) {
  for (const std::string loss : {"squared", "logistic", "softmax", "absolute"}) {
    const Dataset train = rows_for(loss, 700);
    for (const Settings& settings :
         std::initializer_list<Settings>{{},
                                         {{"row_fraction", "0.6"}, {"feature_fraction", "0.6"}},
                                         {{"row_fraction", "0.6"}, {"sampling.kind", "groups"}},
                                         {{"sampling.kind", "mvs"}, {"row_fraction", "0.4"}},
                                         {{"mode.parallel_trees", "2"}, {"row_fraction", "0.5"}}}) {
      if (loss == "absolute" && text_of(settings).find("mvs") != std::string::npos) continue;
      const BoostingConfig whole = config_of(settings, loss, 7);
      BoostingConfig part = whole;
      part.rounds = 3;
      const BoostedModel first = fit_boosted(train, part);
      part.rounds = 4;
      const BoostedModel both =
          fit_boosted(train, part, {.threads = 2, .start = BoostedModel::from_string(first.to_string())});
      EXPECT_EQ(both.rounds(), 7);
      EXPECT_EQ(both.config().rounds, 7);
      EXPECT_EQ(bytes_of(both), bytes_of(fit_boosted(train, whole))) << loss << " " << text_of(settings);
    }
  }
}

TEST(StartModel, OffsetsAreCountedOnce) {
  const Dataset plain = rows_for("poisson", 300);
  std::vector<double> offset(300);
  Random random(3);
  for (double& value : offset) value = random.normal();
  const Dataset train = plain.with_offset(offset);
  const BoostingConfig config = config_of({}, "poisson", 4);
  const BoostedModel first = fit_boosted(train, config);
  const BoostedModel both = fit_boosted(train, config, {.valid = train, .start = first});
  BoostingConfig whole = config;
  whole.rounds = 8;
  EXPECT_EQ(bytes_of(both), bytes_of(fit_boosted(train, whole)));
  EXPECT_EQ(
      refusal<DataError>([&] { fit_boosted(plain, config, {.start = first}); }),
      "fit_boosted: the data has no offset, but the model was fitted with one, which is a part of each score. Hint: "
      ".offset = COLUMN, which may be 0 in all rows.");
}

// On other rows the first new tree corrects what the start leaves: for the squared loss a leaf is the shrunken mean of
// the residuals of its rows.
TEST(StartModel, GoesOnFromItsScoresOnOtherRows) {
  const Dataset all = rows_for("squared", 900);
  std::vector<std::int64_t> numbers(900);
  std::iota(numbers.begin(), numbers.end(), 0);
  const Dataset old = all.take(std::span(numbers).first(400)), fresh = all.take(std::span(numbers).last(500));
  BoostingConfig config = config_of({}, "squared", 5);
  const BoostedModel start = fit_boosted(old, config);
  config.rounds = 1;
  config.max_leaves = 16;
  const BoostedModel both = fit_boosted(fresh, config, {.start = start});
  ASSERT_EQ(both.rounds(), 6);
  EXPECT_EQ(numbers_of(both.predict(fresh, {.rounds = 5})), numbers_of(start.predict(fresh)));
  EXPECT_EQ(numbers_of(both.predict(old, {.rounds = 5})), numbers_of(start.predict(old)));
  const Tensor leaf = both.predict(fresh, {.output = Output::leaf});
  const std::vector<double> scores = numbers_of(start.predict(fresh)), labels = numbers_of(fresh.label());
  const Tree& tree = both.trees()[5];
  std::vector<double> residual(static_cast<std::size_t>(tree.leaves())), rows = residual;
  for (std::int64_t row = 0; row < 500; ++row) {
    const auto at = static_cast<std::size_t>(leaf.at<std::int32_t>({row, 5}));
    residual[at] += labels[static_cast<std::size_t>(row)] - scores[static_cast<std::size_t>(row)];
    ++rows[at];
  }
  for (std::size_t i = 0; i < residual.size(); ++i)
    EXPECT_NEAR(tree.leaf_values[i], 0.1 * residual[i] / (rows[i] + 1), 1e-6);
  const BoostedModel loaded = BoostedModel::from_string(both.to_string());
  EXPECT_EQ(numbers_of(loaded.predict(all)), numbers_of(both.predict(all)));
}

TEST(StartModel, CallbacksAndMetricsSeeTheWholeModel) {
  const Dataset train = rows_for("squared", 300);
  const BoostingConfig config = config_of({}, "squared", 4);
  const BoostedModel start = fit_boosted(train, config);
  std::vector<double> seen;
  const auto look = [&](const Round& round) {
    EXPECT_EQ(round.rounds, 4);
    EXPECT_EQ(round.model().rounds(), 5 + round.index);
    const double rmse = metric::rmse().evaluate({.prediction = round.model().predict(train), .label = train.label()});
    EXPECT_NEAR(round.metrics[0].value, rmse, 1e-12);
    EXPECT_NEAR(round.metrics[1].value, rmse, 1e-12);
    seen.push_back(rmse);
    return round.index == 2 ? Signal::stop_and_keep(2) : Signal::proceed();
  };
  const BoostedModel both = fit_boosted(
      train, config,
      {.valid = train, .metrics = {metric::rmse()}, .callbacks = {look}, .train_metrics = true, .start = start});
  EXPECT_EQ(both.rounds(), 6);
  EXPECT_EQ(seen.size(), 3u);
  EXPECT_LT(seen[2], seen[0]);
}

TEST(StartModel, TakesTheLossAndTheClassesOfItsStart) {
  const Dataset train = rows_for("softmax", 400);
  const BoostingConfig config = config_of({}, "softmax", 2);
  const BoostedModel start = fit_boosted(train, config);
  std::vector<std::int64_t> two;  // rows of classes 1 and 2
  const std::vector<double> labels = numbers_of(train.label());
  for (std::int64_t row = 0; row < 400; ++row)
    if (labels[static_cast<std::size_t>(row)] > 0) two.push_back(row);
  const BoostedModel both = fit_boosted(train.take(two), {.rounds = 2, .min_rows_in_leaf = 3}, {.start = start});
  EXPECT_EQ(both.classes(), start.classes());
  EXPECT_EQ(both.outputs(), 3);
  EXPECT_EQ(both.loss().name(), "softmax");
}

// Interactions hold for the whole model, so that its first trees must keep to them, whatever they were trained with.
TEST(StartModel, MustKeepToTheInteractions) {
  const Dataset train = rows_for("squared", 400);
  const BoostingConfig config = config_of({}, "squared", 3);
  BoostingConfig apart = config;
  for (const std::string& feature : train.feature_names()) apart.constraints.interactions.push_back({feature});
  const auto refused = [&](const BoostedModel& start) {
    return refusal<ArgumentError>([&] { fit_boosted(train, apart, {.start = start}); });
  };
  const std::string message = refused(fit_boosted(train, config));
  EXPECT_TRUE(message.starts_with("fit_boosted: .start has a tree that splits by x")) << message;
  EXPECT_TRUE(
      message.ends_with(" on the way to a leaf, and no group of .constraints.interactions has them all; its trees stay "
                        "as they are. Hint: "
                        "a group with them, or train anew."))
      << message;
  const BoostedModel kept = fit_boosted(train, apart);
  EXPECT_EQ(fit_boosted(train, apart, {.start = kept}).rounds(), 6);
  BoostingConfig stumps = config;
  stumps.max_leaves = 2;
  EXPECT_EQ(fit_boosted(train, apart, {.start = fit_boosted(train, stumps)}).rounds(), 6);
  apart.constraints.interactions = {train.feature_names()};
  EXPECT_EQ(fit_boosted(train, apart, {.start = fit_boosted(train, config)}).rounds(), 6);
}

TEST(StartModel, WhatDoesNotGoTogetherIsRefused) {
  const Dataset train = rows_for("squared", 200);
  const BoostingConfig config = config_of({}, "squared", 2);
  const BoostedModel start = fit_boosted(train, config);
  const auto refused = [&](const Dataset& data, BoostingConfig other, const BoostedModel& from) {
    return refusal<ArgumentError>([&] { fit_boosted(data, other, {.start = from}); });
  };
  EXPECT_EQ(
      refused(train, config_of({{"mode.kind", "forest"}, {"row_fraction", "0.5"}}, "squared"), start),
      "fit_boosted: .mode.kind = forest does not go on from .start, since its trees are averaged. Hint: leave one "
      "out.");
  EXPECT_EQ(refused(train, config_of({{"mode.parallel_trees", "2"}, {"row_fraction", "0.5"}}, "squared"), start),
            "fit_boosted: .mode.parallel_trees is 2, but a round of .start has 1. Hint: the same number.");
  EXPECT_EQ(refused(train, config_of({}, "huber"), start),
            "fit_boosted: .start: the data has the loss huber (delta = 1) with 1 outputs, and not squared with 1.");
  EXPECT_EQ(refused(train.without({"x1"}), config, start),
            "fit_boosted: .start: the data has other features: \"x2\" in the place of \"x1\".");
  BoostingConfig many = config;
  many.rounds = 1'000'000;
  EXPECT_EQ(refused(train, many, start),
            "fit_boosted: 1000000 rounds beside the 2 of .start; together they must be at most 1000000.");
  BoostingConfig up = config;
  std::string number;  // the first feature of numbers
  for (std::size_t f = 0; number.empty(); ++f)
    if (!start.is_categorical(static_cast<int>(f))) number = start.feature_names()[f];
  up.constraints.monotone = {{number, 1}};
  EXPECT_EQ(
      refused(train, up, start),
      "fit_boosted: .constraints.monotone has 1 for feature \"" + number +
          "\", but .start was not trained so, and its trees stay as they are. Hint: leave it out, or train anew.");
  EXPECT_NO_THROW(fit_boosted(train, up, {.start = fit_boosted(train, up)}));
}

}  // namespace
}  // namespace linden
