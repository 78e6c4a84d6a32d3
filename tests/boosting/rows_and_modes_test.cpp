// Samples, modes and schedules: what they draw is the seed's; DART's weights, a forest's mean and rates are checked
// against what they are by definition. (What must hold of each option is in options/options_test.cpp.)
#include "boosting/rows_and_modes.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace linden {
namespace {

TEST(RowsAndModes, AnotherSeedDrawsOthers) {
  for (const std::string loss : {"logistic", "softmax"}) {
    const Dataset train = rows_for(loss, 2000);
    for (const Settings& settings : rows_and_modes()) {
      if (loss == "softmax" && settings.back().first == "sampling.negative_fraction") continue;
      BoostingConfig config = config_of(settings, loss);
      if (config.mode.kind == Mode::dart) continue;  // of five rounds two seeds may drop the same
      const BoostedModel model = fit_boosted(train, config);
      EXPECT_EQ(model.rounds(), 5);
      config.seed = 8;
      const bool draws = settings.front().first != "schedule.decay";
      EXPECT_EQ(dump(fit_boosted(train, config).trees()) != dump(model.trees()), draws) << text_of(settings);
    }
  }
}

// The metrics of the last round are those of the model, whatever was dropped, scaled and averaged on the way.
TEST(RowsAndModes, MetricsAreThoseOfTheModel) {
  const Dataset all = rows_for("squared", 800);
  std::vector<std::int64_t> numbers(800);
  std::iota(numbers.begin(), numbers.end(), 0);
  const Dataset train = all.take(std::span(numbers).first(500)), valid = all.take(std::span(numbers).last(300));
  for (const Settings& settings : rows_and_modes()) {
    BoostingConfig config = config_of(settings, "squared");
    if (config.sampling.kind == Sampling::stratified) continue;
    for (const int kept : {0, 3}) {
      const auto stop = [kept](const Round& round) {
        return kept > 0 && round.index == 3 ? Signal::stop_and_keep(kept) : Signal::proceed();
      };
      const BoostedModel model = fit_boosted(
          train, config, {.valid = valid, .metrics = {metric::rmse()}, .callbacks = {stop}, .train_metrics = true});
      const std::vector<MetricValue>& last = model.history()[kept > 0 ? static_cast<std::size_t>(kept) - 1 : 4];
      const auto rmse = [&](const Dataset& data) {
        return metric::rmse().evaluate({.prediction = model.predict(data), .label = data.label()});
      };
      EXPECT_NEAR(last[0].value, rmse(valid), 1e-9) << text_of(settings) << kept;
      EXPECT_NEAR(last[1].value, rmse(train), 1e-9) << text_of(settings) << kept;
    }
  }
}

TEST(RowsAndModes, AForestIsTheMeanOfItsTrees) {
  for (const std::string loss : {"squared", "softmax"}) {
    const Dataset train = rows_for(loss, 600);
    BoostingConfig config = config_of({{"mode.kind", "forest"}, {"row_fraction", "0.5"}}, loss, 7);
    const BoostedModel forest = fit_boosted(train, config);
    EXPECT_EQ(forest.config().learning_rate, 1);
    const int outputs = forest.outputs();
    std::vector<double> mean(static_cast<std::size_t>(600 * outputs));
    // A tree alone: boosting of one round with rate 1 that draws the same rows. A forest of 7 has it as its first.
    config.mode = {};
    config.rounds = 1;
    config.learning_rate = 1;
    const BoostedModel first = fit_boosted(train, config);
    for (int k = 0; k < outputs; ++k) {
      const Tree &one = first.trees()[static_cast<std::size_t>(k)],
                 &of_seven = forest.trees()[static_cast<std::size_t>(k)];
      ASSERT_EQ(one.leaf_values.size(), of_seven.leaf_values.size());
      for (std::size_t leaf = 0; leaf < one.leaf_values.size(); ++leaf)
        EXPECT_DOUBLE_EQ(of_seven.leaf_values[leaf], one.leaf_values[leaf] / 7);
    }
  }
}

TEST(RowsAndModes, ParallelTreesAreTheMeanOfThoseThatEachAloneWouldBe) {
  const Dataset train = rows_for("absolute", 600);  // leaves are renewed from the scores before the round
  BoostingConfig config = config_of({{"row_fraction", "0.5"}, {"mode.parallel_trees", "3"}}, "absolute", 2);
  const BoostedModel both = fit_boosted(train, config);
  ASSERT_EQ(both.trees().size(), 6u);
  config.mode.parallel_trees = 1;
  config.rounds = 1;
  const BoostedModel one = fit_boosted(train, config);
  for (std::size_t leaf = 0; leaf < one.trees()[0].leaf_values.size(); ++leaf)
    EXPECT_NEAR(both.trees()[0].leaf_values[leaf], one.trees()[0].leaf_values[leaf] / 3, 1e-12);
  EXPECT_EQ(both.predict(train, {.output = Output::leaf, .rounds = 1}).size(1), 3);
}

// With everything dropped each time (drop_rate 1, no skip) a round of rate r finds the rounds before it out of the way:
// all trees are those that grow from the constant, and their weights follow in closed form.
TEST(RowsAndModes, DartWeighsByItsFormulas) {
  const Dataset train = rows_for("squared", 500);
  BoostingConfig config = config_of({}, "squared", 1);
  config.learning_rate = 0.3;
  const Tree alone = fit_boosted(train, config).trees()[0];
  config.rounds = 6;
  config.mode = {.kind = Mode::dart, .drop_rate = 1, .max_drop = 0, .skip_drop = 0};
  for (const Normalization normalization : {Normalization::tree, Normalization::forest, Normalization::paper}) {
    config.mode.normalization = normalization;
    std::vector<double> weights{1};
    for (int k = 1; k < 6; ++k) {
      const double r = 0.3;
      const double scaled = normalization == Normalization::tree     ? k / (k + r)
                            : normalization == Normalization::forest ? 1 / (1 + r)
                                                                     : k / (k + 1.0);
      const double fresh = normalization == Normalization::tree     ? 1 / (k + r)
                           : normalization == Normalization::forest ? 1 / (1 + r)
                                                                    : 1 / (k + 1.0);
      for (double& weight : weights) weight *= scaled;
      weights.push_back(fresh);
    }
    const BoostedModel model = fit_boosted(train, config);
    for (std::size_t tree = 0; tree < 6; ++tree)
      for (std::size_t leaf = 0; leaf < alone.leaf_values.size(); ++leaf)
        EXPECT_NEAR(model.trees()[tree].leaf_values[leaf], weights[tree] * alone.leaf_values[leaf], 1e-9)
            << tree << ", " << static_cast<int>(normalization);
  }
}

TEST(RowsAndModes, DartDropsAsItsRatesSay) {
  const Dataset train = rows_for("squared", 60);
  BoostingConfig config = config_of({}, "squared", 300);
  config.max_leaves = 2;
  config.mode = {.kind = Mode::dart, .drop_rate = 0.5, .max_drop = 1, .skip_drop = 0.25};
  // A round that dropped one has half the weight of one that did not: in three of four rounds all but the first few do.
  const auto shares = [&] {
    std::vector<double> gains;
    const BoostedModel model = fit_boosted(train, config);
    for (const Tree& tree : model.trees()) gains.push_back(tree.leaf_values[0]);
    return gains;
  };
  const std::vector<double> some = shares();
  config.mode.skip_drop = 0;
  EXPECT_NE(shares(), some);
  config.mode.drop_by = DropBy::weight;
  EXPECT_NE(shares(), some);
}

TEST(RowsAndModes, RatesFollowTheirSchedule) {
  const Dataset train = rows_for("squared", 200);
  BoostingConfig config = config_of({}, "squared", 5);
  config.learning_rate = 0.4;
  const auto rates = [&](std::vector<Callback> callbacks = {}) {
    std::vector<double> seen;
    callbacks.push_back([&](const Round& round) {
      seen.push_back(round.learning_rate);
      return Signal::proceed();
    });
    fit_boosted(train, config, {.callbacks = callbacks});
    return seen;
  };
  EXPECT_EQ(rates(), (std::vector<double>{0.4, 0.4, 0.4, 0.4, 0.4}));
  config.schedule = {.decay = Decay::linear, .last = 0.2};
  const std::vector<double> linear = rates();
  for (int i = 0; i < 5; ++i) EXPECT_NEAR(linear[static_cast<std::size_t>(i)], 0.4 - 0.05 * i, 1e-15);
  config.schedule = {.decay = Decay::geometric, .last = 0.025};
  const std::vector<double> geometric = rates();
  for (int i = 0; i < 5; ++i) EXPECT_NEAR(geometric[static_cast<std::size_t>(i)], 0.4 * std::pow(0.5, i), 1e-15);
  const auto ask = [](const Round& round) { return round.index == 1 ? Signal::proceed_with(0.7) : Signal::proceed(); };
  EXPECT_EQ(rates({ask})[2], 0.7);  // who asks is heard, from then on
  EXPECT_EQ(rates({ask})[4], 0.7);
  config.schedule = {};
  config.learning_rate = 1;
  config.mode = {.kind = Mode::forest};
  config.row_fraction = 0.5;
  EXPECT_EQ(refusal<ArgumentError>([&] { rates({ask}); }),
            "fit_boosted: after round 1 a callback set the learning rate to 0.7, but a forest has none: its trees are "
            "averaged.");
}

std::string check_of(const Settings& settings) {
  BoostingConfig config;
  for (const auto& [name, value] : settings) set_field(config, name, value);
  return refusal<ArgumentError>([&] { config.check(); });
}

TEST(RowsAndModes, FieldsWithoutEffectAreRefused) {
  const std::string only = ", which has an effect only with ", hint = ". Hint: leave it out.";
  EXPECT_EQ(check_of({{"sampling.top_fraction", "0.3"}}),
            "BoostingConfig.sampling.top_fraction is 0.3" + only + ".sampling.kind = goss" + hint);
  EXPECT_EQ(check_of({{"sampling.kind", "mvs"}, {"row_fraction", "0.5"}, {"sampling.temperature", "2"}}),
            "BoostingConfig.sampling.temperature is 2" + only + ".sampling.kind = bayesian" + hint);
  EXPECT_EQ(check_of({{"mode.one_drop", "true"}}),
            "BoostingConfig.mode.one_drop is true" + only + ".mode.kind = dart" + hint);
  EXPECT_EQ(check_of({{"schedule.last", "0.5"}}),
            "BoostingConfig.schedule.last is 0.5" + only + "a .schedule.decay" + hint);
  EXPECT_EQ(check_of({{"mode.kind", "forest"}, {"row_fraction", "0.5"}, {"mode.parallel_trees", "3"}}),
            "BoostingConfig.mode.parallel_trees is 3" + only + ".mode.kind = boosting or dart" + hint);
  EXPECT_EQ(check_of({{"mode.kind", "forest"}, {"row_fraction", "0.5"}, {"learning_rate", "0.3"}}),
            "BoostingConfig.learning_rate is 0.3, but BoostingConfig.mode.kind is forest, whose trees are averaged. "
            "Hint: leave it out.");
  EXPECT_EQ(
      check_of({{"mode.kind", "forest"}}),
      "BoostingConfig.mode.kind = forest would give the same tree again and again, since all rows and features are "
      "drawn. Hint: a BoostingConfig.row_fraction or BoostingConfig.feature_fraction below 1.");
  EXPECT_TRUE(check_of({{"mode.parallel_trees", "4"}})
                  .starts_with("BoostingConfig.mode.parallel_trees = 4 would give the same tree again and again"));
  EXPECT_EQ(check_of({{"sampling.kind", "goss"}, {"row_fraction", "0.5"}}),
            "BoostingConfig.row_fraction is 0.5, but BoostingConfig.sampling.kind is goss, which has fractions of its "
            "own. Hint: leave one out.");
  EXPECT_EQ(check_of({{"sampling.kind", "bayesian"}, {"row_fraction", "0.5"}}),
            "BoostingConfig.row_fraction is 0.5, but BoostingConfig.sampling.kind is bayesian, which takes all rows. "
            "Hint: leave one out.");
  for (const char* kind : {"mvs", "groups", "stratified"})
    EXPECT_EQ(check_of({{"sampling.kind", kind}}),
              fmt::format("BoostingConfig.sampling.kind is {}, but BoostingConfig.row_fraction is 1: all rows. Hint: a "
                          "smaller BoostingConfig.row_fraction.",
                          kind));
  EXPECT_EQ(check_of({{"sampling.kind", "goss"}, {"sampling.top_fraction", "0.9"}}),
            "BoostingConfig.sampling.top_fraction is 0.9 and BoostingConfig.sampling.other_fraction 0.1; together they "
            "must be less than 1.");
}

TEST(RowsAndModes, SamplesThatTheDataCannotHaveAreRefused) {
  Random random(1);
  const Dataset plain = random_data(random, 100, 3, "squared").dataset();
  const auto refused = [&]<class Error>(const Dataset& data, BoostingConfig config) {
    return refusal<Error>([&] { fit_boosted(data, config); });
  };
  EXPECT_EQ((refused.operator()<DataError>(plain, config_of(rows_and_modes()[0], "squared"))),
            "fit_boosted: .sampling.kind = groups draws whole groups, but the data has none. Hint: name their column, "
            ".group, or draw rows.");
  EXPECT_EQ((refused.operator()<ArgumentError>(plain, config_of(rows_and_modes()[1], "squared"))),
            "fit_boosted: .sampling.kind = stratified draws from each class, but the labels of loss \"squared\" are "
            "numbers. Hint: leave it out.");
  EXPECT_EQ(
      (refused.operator()<ArgumentError>(rows_for("softmax"), config_of(rows_and_modes()[2], "softmax"))),
      "fit_boosted: .sampling.positive_fraction and .sampling.negative_fraction are for two classes, and there are "
      "3. Hint: .row_fraction is for all of them.");
  EXPECT_EQ((refused.operator()<ArgumentError>(plain, config_of(rows_and_modes()[5], "quantile"))),
            "fit_boosted: with .sampling.kind = goss, mvs, bayesian or poisson rows weigh by their gradients, but the "
            "leaves of loss \"quantile\" are order statistics of labels. Hint: uniform, groups or stratified; or loss "
            "huber.");
}

}  // namespace
}  // namespace linden
