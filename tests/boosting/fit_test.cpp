// fit_boosted around the trees: history, early stopping, degenerate data, promises on the training loss, refusals.
#include <gtest/gtest.h>

#include <linden/ops.hpp>

#include "boosting/random_data.hpp"

namespace linden {
namespace {

RandomData line(int rows, std::uint64_t seed = 1) {
  Random random(seed);
  RandomData data;
  add_numbers(data, random_numbers(random, rows, 100, 0.05));
  add_numbers(data, random_numbers(random, rows, 100, 0));
  for (int row = 0; row < rows; ++row)
    data.label.push_back(std::sin(data.features[1].values[row]) + random.normal() / 2);
  return data;
}

RandomData classes_of(RandomData data, int classes) {
  for (double& y : data.label) y = std::clamp(std::floor(y * classes / 2 + 1), 0.0, classes - 1.0);
  return data;
}

TEST(Fit, HistoryOnTheTrainingSetIsWhatEvaluateSaysAfterwards) {
  const RandomData data = line(400);
  for (const int classes : {0, 2, 3}) {
    const Dataset train = (classes ? classes_of(data, classes) : data).dataset();
    const Loss loss = classes == 0 ? loss::squared() : classes == 2 ? loss::logistic() : loss::softmax({.classes = 3});
    const BoostedModel model = fit_boosted(train, {.loss = loss, .rounds = 12, .learning_rate = 0.3}, {.valid = train});
    ASSERT_EQ(model.history().size(), 12u);
    const std::vector<Metric> metrics = metric::defaults(loss);
    for (const int round : {1, 5, 12}) {
      const Tensor prediction = model.predict(train, {.rounds = round});
      for (std::size_t i = 0; i < metrics.size(); ++i) {
        const MetricValue& value = model.history()[round - 1][i];
        EXPECT_EQ(value.name, metrics[i].name());
        EXPECT_EQ(value.value, metrics[i].evaluate(prediction, train.label())) << value.name << " " << round;
      }
    }
  }
}

TEST(Fit, TheTrainingLossNeverRises) {
  for (const Growth growth : {Growth::leaf_wise, Growth::level_wise}) {
    const Dataset train = line(500, 2).dataset();
    const BoostedModel model = fit_boosted(train, {.rounds = 60, .learning_rate = 1, .growth = growth, .l2 = 0},
                                           {.valid = train, .metrics = {metric::rmse()}});
    for (std::size_t i = 1; i < model.history().size(); ++i)
      EXPECT_LE(model.history()[i][0].value, model.history()[i - 1][0].value * (1 + 1e-12)) << "round " << i;
  }
}

// Weights have no unit: doubled or halved, an order statistic is the same, and so must the splits be that lead to it.
TEST(Fit, OrderStatisticsDoNotDependOnTheUnitOfWeights) {
  for (const Loss& loss : {loss::quantile({.level = 0.9}), loss::absolute()}) {
    const auto fit = [&](double weight, std::optional<double> l2) {
      RandomData data = line(600, 5);
      data.weight.assign(600, weight);
      BoostedModel model = fit_boosted(data.dataset(), {.loss = loss, .rounds = 20, .l2 = l2, .min_child_weight = 0});
      return std::pair{model, numbers_of(model.predict(data.dataset()))};
    };
    EXPECT_EQ(fit(1, {}).second, fit(0x1p-12, {}).second);
    EXPECT_NE(fit(1, 1).second, fit(0x1p-12, 1).second);
    EXPECT_EQ(bytes_of(fit(1, {}).first), bytes_of(fit(1, 0).first));
    EXPECT_EQ(fit(1, {}).first.config().l2, 0);
  }
  EXPECT_EQ(fit_boosted(line(600, 5).dataset(), {.rounds = 1}).config().l2, 1);
}

// With weights that sum to far less than l2 a split gains -2 G_left G_right / l2: where the slopes of both sides have
// one sign it never does, and the fit is stuck far from what it can reach.
TEST(Fit, OrderStatisticsAreNotHeldBackByL2) {
  const auto pinball = [](const Loss& loss, double weight, std::optional<double> l2) {
    RandomData data;
    Random random(4);
    for (int f = 0; f < 3; ++f) add_numbers(data, {});
    for (int row = 0; row < 1000; ++row) {
      double x[3];
      for (int f = 0; f < 3; ++f) data.features[f].values.push_back(x[f] = random.uniform());
      data.label.push_back(std::sin(6 * x[0]) + 2 * x[1] * x[2] - 0.3 * (1 + x[0]) * std::log(1 - random.uniform()));
    }
    data.weight.assign(1000, weight);
    const BoostedModel model = fit_boosted(
        data.dataset(),
        {.loss = loss, .rounds = 100, .max_leaves = 255, .l2 = l2, .min_child_weight = 0, .min_rows_in_leaf = 1});
    return metric::of(model.loss()).evaluate(model.predict(data.dataset()), data.dataset().label());
  };
  for (const Loss& loss : {loss::quantile({.level = 0.9}), loss::absolute()}) {
    const double usual = pinball(loss, 1, {});
    EXPECT_NEAR(pinball(loss, 1e-6, {}), usual, 0.2 * usual) << loss.name();
    EXPECT_GT(pinball(loss, 1e-6, 1), 2 * usual) << loss.name();
  }
}

// What a loss is of another one, trees know: mape is absolute of rows that weigh less the larger their labels are,
// squared_log is squared of logarithms, one_vs_all is logistic of each class.
TEST(Fit, LossesOfOthersGrowTheirTrees) {
  RandomData data = line(600, 6);
  for (double& y : data.label) y = std::exp(3 * y);
  RandomData weighted = data, logarithms = data;
  for (const double y : data.label) weighted.weight.push_back(1 / std::max(1.0, y));
  for (double& y : logarithms.label) y = std::log1p(y);
  const auto fit = [](const RandomData& rows, const Loss& loss) {
    return fit_boosted(rows.dataset(), {.loss = loss, .rounds = 12});
  };
  const BoostedModel mape = fit(data, loss::mape()), absolute = fit(weighted, loss::absolute());
  const BoostedModel log = fit(data, loss::squared_log()), squared = fit(logarithms, loss::squared());
  const Dataset asked = data.dataset();
  for (const auto& [own, other] : {std::pair{mape, absolute}, {log, squared}}) {
    const Tensor scores = own.predict(asked, {.output = Output::score});
    const Tensor others = other.predict(asked, {.output = Output::score});
    for (std::int64_t row = 0; row < asked.rows(); ++row)
      EXPECT_NEAR(scores.at<double>({row}), others.at<double>({row}), 1e-12 * (1 + std::abs(others.at<double>({row}))));
  }
  RandomData classes = classes_of(line(600, 7), 3), one = classes;
  const Tensor several = fit(classes, loss::one_vs_all()).predict(classes.dataset(), {.output = Output::score});
  for (const int k : {0, 1, 2}) {
    for (int row = 0; row < 600; ++row) one.label[row] = classes.label[row] == k;
    const Tensor own = fit(one, loss::logistic()).predict(one.dataset(), {.output = Output::score});
    for (std::int64_t row = 0; row < 600; ++row)
      EXPECT_NEAR(several.at<double>({row, k}), own.at<double>({row}), 1e-12 * (1 + std::abs(own.at<double>({row}))));
  }
  const Tensor predictions = log.predict(asked), scores = log.predict(asked, {.output = Output::score});
  EXPECT_NEAR(predictions.at<double>({7}), std::expm1(scores.at<double>({7})), 1e-12);
}

TEST(Fit, RefusalsNumberRowsAsTheUserDoes) {
  RandomData data = line(50, 6);
  data.weight.assign(50, 1);
  data.weight[3] = 0;
  data.label.assign(50, 1);
  data.label[3] = -7;  // nobody looks at it
  EXPECT_NO_THROW(fit_boosted(data.dataset(), {.loss = loss::poisson(), .rounds = 1}));
  data.label[40] = -1;
  EXPECT_EQ(
      refusal<DataError>([&] { fit_boosted(data.dataset(), {.loss = loss::poisson()}); }),
      "fit_boosted: the label is -1 at row 40, but poisson wants numbers >= 0. Hint: use .loss = loss::squared() for "
      "labels of either sign.");
  const Loss sides = loss::custom("sides", [](const Tensor& s, const Tensor& y) { return y * (s - 2.0) * (s - 2.0); },
                                  {.curvature = Curvature::exact});
  EXPECT_EQ(refusal<DataError>([&] { fit_boosted(data.dataset(), {.loss = sides}); }).substr(0, 66),
            "fit_boosted: in round 0 the curvature of row 40 is negative or not");
}

TEST(Fit, EarlyStoppingKeepsTheBestRounds) {
  const Dataset train = line(300, 3).dataset(), valid = line(300, 4).dataset();
  BoostingConfig config{.rounds = 200, .learning_rate = 0.5, .min_rows_in_leaf = 2};
  const BoostedModel stopped =
      fit_boosted(train, config, {.valid = valid, .callbacks = {early_stopping({.patience = 10})}});
  int best = 0;
  const auto rmse = [&](int round) { return stopped.history()[round][0].value; };
  for (int i = 1; i < static_cast<int>(stopped.history().size()); ++i)
    if (rmse(i) < rmse(best)) best = i;
  EXPECT_EQ(stopped.rounds(), best + 1);
  EXPECT_EQ(static_cast<int>(stopped.history().size()), best + 11);
  config.rounds = best + 1;
  const BoostedModel straight = fit_boosted(train, config);
  EXPECT_EQ(dump(stopped.trees()), dump(straight.trees()));
  EXPECT_EQ(numbers_of(stopped.predict(valid)), numbers_of(straight.predict(valid)));
}

TEST(Fit, EarlyStoppingDropsLateRoundsAlsoWhenRoundsRunOut) {
  const Dataset train = line(300, 3).dataset(), valid = line(300, 4).dataset();
  const BoostingConfig config{.rounds = 60, .learning_rate = 1, .min_rows_in_leaf = 2};
  const BoostedModel model =
      fit_boosted(train, config, {.valid = valid, .callbacks = {early_stopping({.patience = 1000})}});
  EXPECT_EQ(model.history().size(), 60u);
  EXPECT_LT(model.rounds(), 60);
}

TEST(Fit, ACallbackMayStopAndKeepsWhatThereIs) {
  const Dataset train = classes_of(line(200), 3).dataset();
  std::vector<int> seen;
  const Callback stop = [&](const Round& round) {
    seen.push_back(round.index);
    EXPECT_EQ(round.rounds, 50);
    EXPECT_TRUE(round.metrics.empty());
    return round.index == 6 ? Signal::stop() : Signal::proceed();
  };
  const BoostedModel model = fit_boosted(train, {.loss = loss::softmax(), .rounds = 50}, {.callbacks = {stop}});
  EXPECT_EQ(model.rounds(), 7);
  EXPECT_EQ(model.trees().size(), 21u);
  EXPECT_EQ(seen, (std::vector<int>{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_TRUE(model.history().empty());
}

TEST(Fit, WhatACallbackThrowsComesOut) {
  const Callback broken = [](const Round&) -> Signal { throw std::runtime_error("enough"); };
  EXPECT_THROW(fit_boosted(line(50).dataset(), {}, {.callbacks = {broken}}), std::runtime_error);
}

void expect_constant(const RandomData& data, const BoostingConfig& config) {
  const Dataset train = data.dataset();
  const BoostedModel model = fit_boosted(train, config);
  EXPECT_EQ(model.rounds(), config.rounds);
  for (const Tree& tree : model.trees()) EXPECT_EQ(tree.nodes.size(), 1u);
  const Tensor score = model.predict(train, {.output = Output::score});
  for (const double s : score.span<double>()) EXPECT_NEAR(s, model.initial_score()[0], 1e-7);  // gradients are floats
}

TEST(Fit, DataWithoutAnythingToLearnGivesTheInitialScore) {
  RandomData one_row;
  add_numbers(one_row, {2});
  one_row.label = {7};
  expect_constant(one_row, {.rounds = 3, .min_rows_in_leaf = 1});
  RandomData constant_label = line(100);
  for (double& y : constant_label.label) y = 0.1;
  expect_constant(constant_label, {.rounds = 3, .min_rows_in_leaf = 1});
  RandomData constant_features = line(100);
  for (auto& feature : constant_features.features) std::ranges::fill(feature.values, 4);
  expect_constant(constant_features, {.rounds = 3, .min_rows_in_leaf = 1});
  expect_constant(line(30), {.rounds = 3, .min_rows_in_leaf = 16});
  expect_constant(line(30), {.rounds = 3, .min_rows_in_leaf = 2'000'000'000});
}

TEST(Fit, DepthLeavesAndRowsStayWithinTheirLimits) {
  const Dataset train = line(600).dataset();
  for (const Growth growth : {Growth::leaf_wise, Growth::level_wise})
    for (const int depth : {1, 2, 4})
      for (const int rows : {1, 30}) {
        BoostingConfig config{.rounds = 3, .growth = growth, .max_leaves = 9, .max_depth = depth};
        config.min_rows_in_leaf = rows;
        const BoostedModel model = fit_boosted(train, config);
        for (const Tree& tree : model.trees()) {
          EXPECT_LE(tree.depth(), depth);
          EXPECT_LE(tree.leaves(), 9);
          for (const TreeNode& node : tree.nodes) EXPECT_GE(node.rows, rows);
        }
      }
}

TEST(Fit, CategoriesThatTellNothingShareTheLastBin) {
  Random random(5);
  RandomData data;
  std::vector<double> codes;  // code c stands in 1 + (c < 3 ? 40 : c < 250 ? 3 : 0) rows
  for (int code = 0; code < 600; ++code) codes.insert(codes.end(), code < 3 ? 41 : code < 250 ? 4 : 1, code);
  add_codes(data, codes, 600);
  for (std::size_t row = 0; row < codes.size(); ++row) data.label.push_back(random.normal());
  const Dataset train = data.dataset();
  for (const int bins : {4, 16, 256}) {
    const BoostedModel model = fit_boosted(train, {.rounds = 20,
                                                   .learning_rate = 0.5,
                                                   .max_bins = bins,
                                                   .min_rows_in_leaf = 1,
                                                   .categories = {.encoding = CategoryEncoding::partition}});
    const std::vector<double> p = numbers_of(model.predict(train));
    std::vector<double> rare;
    for (std::size_t row = 0; row < codes.size(); ++row)
      if (codes[row] >= 256) rare.push_back(p[row]);
    EXPECT_EQ(std::ranges::count(rare, rare[0]), static_cast<std::ptrdiff_t>(rare.size())) << bins;
  }
}

TEST(Fit, MetricsHaveNamesOfTheirOwn) {
  const Dataset train = line(60).dataset();
  EXPECT_EQ(
      refusal<ArgumentError>([&] {
        fit_boosted(train, {.rounds = 1}, {.valid = train, .metrics = {metric::rmse(), metric::mae(), metric::rmse()}});
      }),
      "fit_boosted: two of .metrics are called \"rmse\". Hint: leave one out, or give it another name.");
}

TEST(Fit, DataThatCannotBeTrainedOnIsRefused) {
  const auto refused = [](const Dataset& data, const BoostingConfig& config = {}, const FitOptions& options = {}) {
    return refusal<DataError>([&] { fit_boosted(data, config, options); });
  };
  EXPECT_EQ(refused(Dataset()), "fit_boosted: the data has no rows.");
  const std::vector<double> values{1, 2, 3}, label{1, 2, 3};
  EXPECT_EQ(refused(Dataset::from_rows(std::span(values), 1)),
            "fit_boosted: the data has no label. Hint: name its column, .label = \"...\", or pass one with the rows.");
  EXPECT_EQ(refused(Dataset::from_named({}, Tensor::copy_of(std::span(label), {3}))),
            "fit_boosted: the data has no features.");
  const Dataset good = Dataset::from_rows(std::span(values), 1, {.label = label});
  EXPECT_EQ(refused(good, {}, {.valid = Dataset()}), "fit_boosted: the validation set has no rows.");
  EXPECT_EQ(refused(good, {}, {.valid = Dataset::from_rows(std::span(values), 1)}),
            "fit_boosted: validation set: the data has no label. Hint: name its column, .label = \"...\".");
  const std::vector<std::string> names{"g0"};
  EXPECT_EQ(refused(good, {}, {.valid = Dataset::from_rows(std::span(values), 1, {.label = label, .names = names})}),
            "fit_boosted: validation set: no column \"f0\", which the model was trained on. Did you mean \"g0\"? "
            "Columns: g0.");
  const std::vector<double> huge{1, 1e300, 3};
  EXPECT_EQ(refused(Dataset::from_rows(std::span(values), 1, {.label = huge})),
            "fit_boosted: the label is 1e+300 at row 1, but labels go up to 1e+38. Hint: a larger unit.");
}

TEST(Fit, ADeviceThatIsNotThereIsRefused) {
  if (cuda_available()) GTEST_SKIP() << "there is one";
  EXPECT_EQ(refusal<DeviceError>([] { Device::cuda(0); }), "Device::cuda(0): no usable GPU (" +
                                                               cuda_unavailable_reason() +
                                                               "). Hint: Device::best() falls back to the CPU.");
}

}  // namespace
}  // namespace linden
