// What callbacks see and say, several validation sets, metrics of the training rows.
#include <gtest/gtest.h>

#include "boosting/random_data.hpp"

namespace linden {
namespace {

RandomData rows_of(std::uint64_t seed, int rows = 300) {
  Random random(seed);
  RandomData data;
  add_numbers(data, random_numbers(random, rows, 100, 0.1));
  add_codes(data, random_codes(random, rows, 6, 0.1), 6);
  for (int row = 0; row < rows; ++row) {
    const double x = data.features[0].values[row];
    data.label.push_back(std::sin(std::isnan(x) ? 0 : x) + data.features[1].values[row] + random.normal() / 4);
  }
  return data;
}

const BoostingConfig small{.rounds = 12, .learning_rate = 0.3, .max_leaves = 6, .min_rows_in_leaf = 5};

BoostingConfig with_rounds(int rounds) {
  BoostingConfig config = small;
  config.rounds = rounds;
  return config;
}

TEST(Progress, CallbacksSeeTheModelSoFar) {
  const Dataset train = rows_of(1).dataset(), valid = rows_of(2).dataset();
  std::vector<BoostedModel> kept;
  const Callback keep = [&](const Round& round) {
    const BoostedModel model = round.model();
    EXPECT_EQ(model.rounds(), round.index + 1);
    EXPECT_EQ(metric::rmse().evaluate(model.predict(valid), valid.label()), round.metrics[0].value);
    if (round.index % 3 == 2) kept.push_back(model);
    if (round.index == 4) model.save(scratch() / "checkpoint.json");
    return Signal::proceed();
  };
  const BoostedModel model =
      fit_boosted(train, small, {.valid = valid, .metrics = {metric::rmse()}, .callbacks = {keep}});
  EXPECT_EQ(dump(model.trees()), dump(fit_boosted(train, small).trees()));  // whatever was kept
  ASSERT_EQ(kept.size(), 4u);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const BoostedModel same = fit_boosted(train, with_rounds(static_cast<int>(3 * i + 3)));
    EXPECT_EQ(dump(kept[i].trees()), dump(same.trees()));
    EXPECT_EQ(numbers_of(kept[i].predict(valid)), numbers_of(same.predict(valid)));
    EXPECT_EQ(kept[i].history().size(), 3 * i + 3);
  }
  EXPECT_EQ(numbers_of(BoostedModel::load(scratch() / "checkpoint.json").predict(valid)),
            numbers_of(fit_boosted(train, with_rounds(5)).predict(valid)));
}

TEST(Progress, ARoundThatNoTrainingMadeHasNoModel) {
  EXPECT_EQ(refusal<ArgumentError>([] { Round{}.model(); }), "Round::model: this round is not of a training.");
}

TEST(Progress, CallbacksSetTheLearningRate) {
  const Dataset train = rows_of(1).dataset();
  std::vector<double> seen;
  const Callback half = [&](const Round& round) {
    seen.push_back(round.learning_rate);
    return round.index == 0 ? Signal::proceed_with(0.15) : Signal::proceed();
  };
  for (const Loss& loss : {loss::squared(), loss::absolute()}) {  // Newton steps, and renewed leaves
    seen.clear();
    BoostingConfig config = with_rounds(3);
    config.loss = loss;
    const BoostedModel model = fit_boosted(train, config, {.callbacks = {half}});
    EXPECT_EQ(seen, (std::vector{0.3, 0.15, 0.15}));
    EXPECT_EQ(model.config().learning_rate, 0.3);
    const BoostedModel full = fit_boosted(train, config);
    const std::vector<double>& leaves = model.trees()[1].leaf_values;
    const std::vector<double>& full_leaves = full.trees()[1].leaf_values;  // grown from the same scores
    ASSERT_EQ(leaves.size(), full_leaves.size());
    for (std::size_t i = 0; i < leaves.size(); ++i) EXPECT_NEAR(leaves[i], full_leaves[i] / 2, 1e-15);
    EXPECT_EQ(dump({model.trees()[0]}), dump({full.trees()[0]}));
  }
  const Callback wrong = [](const Round&) { return Signal::proceed_with(2); };
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_boosted(train, small, {.callbacks = {wrong}}); }),
            "fit_boosted: after round 0 a callback set the learning rate to 2; it must be in (0, 1].");
}

TEST(Progress, SeveralValidationSetsHaveNames) {
  const Dataset train = rows_of(1).dataset(), a = rows_of(2).dataset(), b = rows_of(3, 90).dataset();
  const std::vector<Metric> metrics{metric::rmse(), metric::mae()};
  const BoostedModel both =
      fit_boosted(train, small, {.valid = {{"2023", a}, {"2024", b}}, .metrics = metrics, .train_metrics = true});
  std::vector<std::string> names;
  for (const MetricValue& value : both.history()[0]) names.push_back(value.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"2023 rmse", "2023 mae", "2024 rmse", "2024 mae", "train rmse", "train mae"}));
  const std::vector<Dataset> sets{a, b, train};
  for (int round = 0; round < small.rounds; ++round)
    for (std::size_t i = 0; i < sets.size(); ++i) {
      const Tensor prediction = both.predict(sets[i], {.rounds = round + 1});
      for (std::size_t m = 0; m < 2; ++m)
        EXPECT_EQ(both.history()[round][2 * i + m].value, metrics[m].evaluate(prediction, sets[i].label()));
    }
  EXPECT_EQ(dump(both.trees()), dump(fit_boosted(train, small).trees()));
}

TEST(Progress, MetricsSeeTheScoresThatPredictionsAreMadeOf) {
  for (const int classes : {1, 2, 3}) {  // identity, sigmoid, softmax
    const auto labelled = [&](std::uint64_t seed) {
      RandomData data = rows_of(seed);
      for (double& label : data.label)
        if (classes > 1) label = (label > 1) + (classes > 2 && label > 3);
      return data.dataset();
    };
    const Dataset train = labelled(1), watched = labelled(2).with_groups(GroupList::sizes({100, 200}));
    std::vector<std::vector<double>> predictions, scores;
    const Metric noting("noting", false, [&](const MetricInput& in) {
      predictions.push_back(numbers_of(in.prediction));
      scores.push_back(numbers_of(in.score));
      EXPECT_EQ(in.score.shape(), in.prediction.shape());
      EXPECT_EQ(in.groups.elements(), scores.size() % 2 == 1 ? 3 : 0);  // of the validation set, then of the others
      return 0;
    });
    BoostingConfig config = with_rounds(2);
    config.loss = classes == 1 ? loss::squared() : classes == 2 ? loss::logistic() : loss::softmax();
    const BoostedModel model =
        fit_boosted(train, config, {.valid = watched, .metrics = {noting}, .train_metrics = true});
    ASSERT_EQ(scores.size(), 4u);
    for (int round = 0; round < 2; ++round)
      for (int set = 0; set < 2; ++set) {
        const Dataset& rows = set == 0 ? watched : train;
        EXPECT_EQ(scores[2 * round + set],
                  numbers_of(model.predict(rows, {.output = Output::score, .rounds = round + 1})));
        EXPECT_EQ(predictions[2 * round + set], numbers_of(model.predict(rows, {.rounds = round + 1})));
      }
  }
}

TEST(Progress, FilesHaveTheHistoryWhereItIsAskedFor) {
  const Dataset train = rows_of(1).dataset(), valid = rows_of(2).dataset();
  const Metric odd("odd", true, [](const MetricInput&) { return missing_value; });
  FitOptions options{.valid = {{"a \"b\"", valid}}, .metrics = {metric::rmse(), odd}};
  const BoostedModel plain = fit_boosted(train, small, options);
  EXPECT_TRUE(BoostedModel::from_string(plain.to_string()).history().empty());
  options.save_history = true;
  const BoostedModel model = fit_boosted(train, small, options), loaded = BoostedModel::from_string(model.to_string());
  EXPECT_EQ(loaded.to_string(), model.to_string());
  EXPECT_GT(model.to_string().size(), plain.to_string().size());
  ASSERT_EQ(loaded.history().size(), 12u);
  for (std::size_t round = 0; round < 12; ++round) {
    ASSERT_EQ(loaded.history()[round].size(), 2u);
    EXPECT_EQ(loaded.history()[round][0].name, "a \"b\" rmse");
    EXPECT_EQ(loaded.history()[round][0].value, model.history()[round][0].value);
    EXPECT_FALSE(loaded.history()[round][0].higher_is_better);
    EXPECT_TRUE(std::isnan(loaded.history()[round][1].value));
    EXPECT_TRUE(loaded.history()[round][1].higher_is_better);
  }
  // Without rows to watch there is a history without rounds.
  const BoostedModel none = fit_boosted(train, small, {.save_history = true});
  EXPECT_EQ(BoostedModel::from_string(none.to_string()).to_string(), none.to_string());
}

TEST(Progress, EarlyStoppingWatchesTheSetThatItIsTold) {
  const Dataset train = rows_of(1, 60).dataset(), a = rows_of(2).dataset(), b = rows_of(3).dataset();
  const BoostingConfig config{.rounds = 100, .learning_rate = 0.9, .min_rows_in_leaf = 1};
  const auto rounds = [&](const ValidationSets& valid, const std::string& metric) {
    return fit_boosted(train, config,
                       {.valid = valid, .callbacks = {early_stopping({.patience = 5, .metric = metric})}})
        .rounds();
  };
  EXPECT_EQ(rounds({{"a", a}, {"b", b}}, "b mae"), rounds(b, "mae"));
  EXPECT_EQ(rounds({{"a", a}, {"b", b}}, ""), rounds(a, ""));
}

TEST(Progress, SetsWithoutNamesOfTheirOwnAreRefused) {
  const Dataset train = rows_of(1).dataset();
  const auto refused = [&](const FitOptions& options) {
    return refusal<ArgumentError>([&] { fit_boosted(train, small, options); });
  };
  EXPECT_EQ(refused({.valid = {{"a", train}, {"a", train}}}),
            "fit_boosted: two sets of rows are called \"a\". Hint: give each of .valid a name of its own.");
  EXPECT_EQ(
      refused({.valid = {{"train", train}}, .train_metrics = true}),
      "fit_boosted: two sets of rows are called \"train\". Hint: give each of .valid a name of its own; \"train\" "
      "stands for the training rows.");
  EXPECT_EQ(refusal<DataError>([&] {
              fit_boosted(train, small, {.valid = {{"a", train}, {"late", Dataset()}}});
            }),
            "fit_boosted: the validation set \"late\" has no rows.");
}

TEST(Progress, WhatCannotBeCalledOrMeasuredIsRefused) {
  const std::vector<double> x{1, 2, 3, 4}, y{1, 2, 3, 5};
  const Dataset data = Dataset::from_rows(x, 1, {.label = y});
  const BoostingConfig config{.rounds = 2, .min_rows_in_leaf = 1};
  EXPECT_EQ(refusal<ArgumentError>([&] {
              fit_boosted(data, config, {.callbacks = {progress_bar(), Callback()}});
            }),
            "fit_boosted: callback 1 of .callbacks is empty.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              fit_boosted(data, config, {.metrics = {metric::rmse(), metric::mae()}});
            }),
            "fit_boosted: there are no rows for the metrics that .metrics asks for (rmse, mae). Hint: .valid = "
            "held_out, or .train_metrics = true.");
  const BoostedModel model = fit_boosted(data, config, {.metrics = {metric::rmse()}, .train_metrics = true});
  EXPECT_EQ(refusal<ArgumentError>([&] { model.predict(data, {.threads = -1}); }),
            "threads is -1; it must be >= 0. Hint: 0 takes all cores.");
}

}  // namespace
}  // namespace linden
