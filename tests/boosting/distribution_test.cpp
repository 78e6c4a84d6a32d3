// Models of distributions: what they learn, what they predict, and what goes with them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <linden/boosting.hpp>
#include <linden/cross_validation.hpp>
#include <linden/error.hpp>
#include <linden/linear.hpp>
#include <linden/metric.hpp>
#include <vector>

#include "boosting/random_data.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

// Mean and spread depend on two features; labels are above 0 where that is asked for.
Dataset spread_rows(int rows, std::uint64_t seed, bool positive) {
  Random random(seed);
  std::vector<double> values, label;
  for (int i = 0; i < rows; ++i) {
    const double a = random.normal(), b = random.normal();
    values.insert(values.end(), {a, b});
    const double y = 5 * (a > 0) + std::exp(b > 0 ? 0.0 : -1.5) * random.normal();
    label.push_back(positive ? std::exp(0.3 * y) : y);
  }
  return Dataset::from_rows(values, 2, {.label = label});
}

struct Family {
  Loss loss;
  bool positive;
};
std::vector<Family> families() {
  return {{loss::normal_distribution(), false},
          {loss::normal_distribution({.natural_gradient = false}), false},
          {loss::log_normal_distribution(), true},
          {loss::gamma_distribution(), true},
          {loss::gamma_distribution({.natural_gradient = false}), true}};
}

BoostingConfig distribution_config(const Loss& loss, int rounds = 60) {
  return {.loss = loss, .rounds = rounds, .max_leaves = 6, .min_rows_in_leaf = 10};
}

TEST(Distribution, MeanAndSpreadAreLearnt) {
  for (const Family& family : families()) {
    const Dataset train = spread_rows(3000, 1, family.positive), test = spread_rows(4000, 2, family.positive);
    const BoostedModel model = fit_boosted(train, distribution_config(family.loss), {.valid = test});
    SCOPED_TRACE(family.loss.name());
    ASSERT_EQ(model.outputs(), 2);
    EXPECT_EQ(model.history()[0][0].name, "nll");
    EXPECT_EQ(model.history()[0][1].name, "crps");
    EXPECT_EQ(model.history()[0][2].name, "rmse");
    EXPECT_LT(model.history().back()[0].value, model.history()[0][0].value - 0.3);
    const Tensor ends = model.predict(test, {.quantiles = {0.05, 0.95}});
    ASSERT_EQ(ends.shape(), (Shape{4000, 2}));
    int within = 0;
    double wide = 0, narrow = 0;
    for (std::int64_t row = 0; row < 4000; ++row) {
      const double low = ends.at<double>({row, 0}), high = ends.at<double>({row, 1});
      ASSERT_LT(low, high);
      within += test.label().at<double>({row}) >= low && test.label().at<double>({row}) <= high;
      (test.columns()[1].values.at<double>({row}) > 0 ? wide : narrow) += std::log(high / std::max(low, 1e-9));
    }
    EXPECT_NEAR(within / 4000.0, 0.9, 0.035);
    if (family.positive) {
      EXPECT_GT(wide, 2 * narrow);
    }
    const MetricInput input{.prediction = model.predict(test),
                            .score = model.predict(test, {.output = Output::score}),
                            .label = test.label(),
                            .link = model.loss().link()};
    EXPECT_NEAR(metric::coverage({.level = 0.9}).evaluate(input), within / 4000.0, 1e-12);
    EXPECT_EQ(metric::nll().evaluate(input), model.history().back()[0].value);
    EXPECT_NEAR(metric::of(model.loss()).evaluate(input), model.history().back()[0].value, 1e-12);
    MetricInput by_moments = input;  // scores made of mean and deviation again
    by_moments.score = {};
    EXPECT_NEAR(metric::nll().evaluate(by_moments), model.history().back()[0].value, 1e-9);
    EXPECT_NEAR(metric::crps().evaluate(by_moments), model.history().back()[1].value, 1e-9);
  }
}

// Two leaves, and steps until nothing moves: each side has the distribution of maximum likelihood of its rows.
TEST(Distribution, OfTwoGroupsIsThatOfMaximumLikelihood) {
  for (const bool natural : {true, false}) {
    Random random(3);
    std::vector<double> values, label;
    for (int i = 0; i < 400; ++i) {
      values.push_back(i % 2);
      label.push_back(i % 2 == 0 ? 10 + 3 * random.normal() : -2 + 0.1 * random.normal());
    }
    const Dataset data = Dataset::from_rows(values, 1, {.label = label});
    BoostingConfig config = distribution_config(loss::normal_distribution({.natural_gradient = natural}), 400);
    config.l2 = 0;
    config.learning_rate = 0.3;
    const Tensor p = fit_boosted(data, config).predict(data);
    for (const int side : {0, 1}) {
      double mean = 0, square = 0;
      for (int i = side; i < 400; i += 2) mean += label[static_cast<std::size_t>(i)] / 200;
      for (int i = side; i < 400; i += 2) square += std::pow(label[static_cast<std::size_t>(i)] - mean, 2) / 200;
      EXPECT_NEAR(p.at<double>({side, 0}), mean, 1e-4 * std::abs(mean)) << natural;
      EXPECT_NEAR(p.at<double>({side, 1}), std::sqrt(square), 1e-3 * std::sqrt(square)) << natural;
    }
  }
}

TEST(Distribution, DoesNotDependOnTheUnitOfTheLabel) {
  const Dataset data = spread_rows(500, 4, false);
  std::vector<double> larger = data.label().to_vector<double>();
  for (double& y : larger) y *= 1024;
  const BoostingConfig config = distribution_config(loss::normal_distribution(), 20);
  const Tensor p = fit_boosted(data, config).predict(data),
               q = fit_boosted(data.with_label(larger), config).predict(data);
  for (std::int64_t row = 0; row < 500; ++row)
    for (const int k : {0, 1})
      EXPECT_NEAR(q.at<double>({row, k}) / 1024, p.at<double>({row, k}), 1e-9 * (1 + std::abs(p.at<double>({row, k}))));
}

TEST(Distribution, HasTheSameBytesForAnyThreadsAndComesBackFromAFile) {
  for (const Family& family : families()) {
    const Dataset data = spread_rows(600, 5, family.positive);
    const BoostedModel model = fit_boosted(data, distribution_config(family.loss, 8), {.threads = 1});
    for (const int threads : {2, 5})
      EXPECT_EQ(fit_boosted(data, distribution_config(family.loss, 8), {.threads = threads}).to_string(),
                model.to_string());
    const BoostedModel again = BoostedModel::from_string(model.to_string());
    EXPECT_EQ(again.to_string(), model.to_string());
    EXPECT_EQ(again.loss().link(), family.loss.link());
    const PredictOptions tail{.quantiles = {0.01}};
    const Tensor a = model.predict(data, tail), b = again.predict(data, tail);
    ASSERT_EQ(a.shape(), (Shape{600}));
    EXPECT_TRUE(std::ranges::equal(a.span<double>(), b.span<double>()));
    std::vector<double> out(2);
    const Tensor p = model.predict(data);
    for (std::int64_t row = 0; row < 50; ++row) {
      const double values[] = {data.columns()[0].values.at<double>({row}), data.columns()[1].values.at<double>({row})};
      model.predict_row(std::span<const double>(values), out);
      EXPECT_EQ(out[0], p.at<double>({row, 0}));
      EXPECT_EQ(out[1], p.at<double>({row, 1}));
    }
  }
}

TEST(Distribution, GoesOnIsRefittedStoppedAndCrossValidated) {
  for (const Family& family : families()) {
    const Dataset data = spread_rows(600, 6, family.positive), test = spread_rows(300, 7, family.positive);
    const BoostedModel first = fit_boosted(data, distribution_config(family.loss, 3));
    EXPECT_EQ(fit_boosted(data, distribution_config(family.loss, 4), {.start = first}).to_string(),
              fit_boosted(data, distribution_config(family.loss, 7)).to_string());
    const BoostedModel refitted = refit_leaves(first, data, {.decay = 0});
    for (std::size_t t = 0; t < first.trees().size(); ++t)
      for (std::size_t i = 0; i < first.trees()[t].leaf_values.size(); ++i)
        EXPECT_NEAR(refitted.trees()[t].leaf_values[i], first.trees()[t].leaf_values[i],
                    1e-6 * std::abs(first.trees()[t].leaf_values[i]));
    const BoostedModel stopped = fit_boosted(data, distribution_config(family.loss, 300),
                                             {.valid = test, .callbacks = {early_stopping({.patience = 5})}});
    EXPECT_LT(stopped.rounds(), 300);
    EXPECT_EQ(cross_validate(data, distribution_config(family.loss, 5)).prediction.shape(), (Shape{600, 2}));
  }
}

TEST(Distribution, OffsetsAreAddedToBothScores) {
  const Dataset data = spread_rows(300, 8, false);
  std::vector<double> offset;
  for (int i = 0; i < 300; ++i) offset.insert(offset.end(), {i % 2 == 0 ? 100.0 : -50.0, 0.5});
  std::vector<double> label = data.label().to_vector<double>();
  for (int i = 0; i < 300; ++i) label[static_cast<std::size_t>(i)] += i % 2 == 0 ? 100 : -50;
  const Dataset moved = data.with_label(label).with_offset(Tensor::copy_of(std::span<const double>(offset), {300, 2}));
  const BoostedModel model = fit_boosted(moved, distribution_config(loss::normal_distribution(), 4)),
                     plain = fit_boosted(data, distribution_config(loss::normal_distribution(), 4));
  EXPECT_NEAR(model.initial_score()[0], plain.initial_score()[0], 1e-9);
  EXPECT_NEAR(model.initial_score()[1], plain.initial_score()[1] - 0.5, 1e-9);
}

TEST(Distribution, WhatDoesNotGoWithItIsRefused) {
  const Dataset data = spread_rows(100, 9, false);
  EXPECT_TRUE(refusal<DataError>([&] {
                fit_boosted(data, distribution_config(loss::gamma_distribution()));
              }).find("but gamma_distribution wants numbers > 0") != std::string::npos);
  const BoostedModel normal = fit_boosted(data, distribution_config(loss::normal_distribution(), 2)),
                     squared = fit_boosted(data, distribution_config(loss::squared(), 2));
  EXPECT_EQ(refusal<ArgumentError>([&] {
              normal.predict(data, {.quantiles = {0.5, 1}});
            }),
            "BoostedModel::predict: .quantiles has 1, but levels are in (0, 1).");
  EXPECT_EQ(
      refusal<ArgumentError>([&] { normal.predict(data, {.output = Output::score, .quantiles = {0.5}}); }),
      "BoostedModel::predict: .quantiles take the place of predictions, and .output asks for another thing. Hint: "
      "leave one out.");
  EXPECT_EQ(
      refusal<ArgumentError>([&] { squared.predict(data, {.quantiles = {0.5}}); }),
      "BoostedModel::predict: .quantiles are those of a distribution, and loss \"squared\" has none. Hint: train with "
      "loss::normal_distribution() or its like, or with loss::quantile({.level = {0.05, 0.95}}), whose predictions are "
      "quantiles.");
  EXPECT_EQ(refusal<ArgumentError>([&] { metric::crps().evaluate(squared.predict(data), data.label()); }),
            "metric::crps: it is one of distributions, and the predictions are of none. Hint: a model of "
            "loss::normal_distribution() or its like; with predictions at hand, .link says which.");
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_linear(data, {.loss = loss::normal_distribution()}); }).substr(0, 85),
            "LinearConfig.loss is normal_distribution, which is not convex in its two scores; line");
  EXPECT_EQ(
      refusal<ArgumentError>([&] { fit_linear(data, {.loss = loss::squared()}).predict(data, {.quantiles = {0.5}}); }),
      "LinearModel::predict: .quantiles want a boosted model of a distribution, loss::normal_distribution() or its "
      "like.");
}

// A loss of the user's with the link of a distribution is one, too.
TEST(Distribution, IsWrittenAsALossOfOnesOwn) {
  const Dataset data = spread_rows(500, 10, false);
  const Loss mine = loss::custom("mine",
                                 [](const Tensor& s, const Tensor& y) {
                                   const Tensor z = (y - s.select(1, 0)) * exp(-s.select(1, 1));
                                   return s.select(1, 1) + 0.5 * square(z);
                                 },
                                 {.link = Link::normal, .outputs = 2, .curvature = Curvature::absolute});
  const BoostedModel model = fit_boosted(data, distribution_config(mine, 20), {.valid = data});
  EXPECT_LT(model.history().back()[1].value, model.history()[0][1].value);
  EXPECT_EQ(model.history()[0][1].name, "nll");
  EXPECT_EQ(model.predict(data, {.quantiles = {0.1, 0.5, 0.9}}).shape(), (Shape{500, 3}));
}

}  // namespace
}  // namespace linden
