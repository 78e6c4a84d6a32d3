// Standard errors against closed forms, and against the spread of weights over fits to fresh rows.
#include "report/measures/weight_intervals.hpp"

#include <cmath>
#include <gtest/gtest.h>

#include <linden/linden.hpp>

namespace linden::reporting {
namespace {

// One feature: the sandwich is sum e^2 (x - m)^2 / (sum (x - m)^2)^2, White's (1980).
TEST(WeightErrors, OfOneFeatureAreWhites) {
  const std::int64_t rows = 50;
  const Tensor x = Generator(3).uniform({rows, 1});
  std::vector<double> y;
  for (std::int64_t row = 0; row < rows; ++row)
    y.push_back(2 * x.at<double>({row, 0}) + 1 + 0.3 * std::sin(static_cast<double>(row * row)));
  const Dataset data = Dataset::from_tensors(x, {.label = y});
  const LinearModel model = fit_linear(data, {.loss = loss::squared()});
  const WeightErrors errors = weight_errors(model, data, 1);
  ASSERT_EQ(errors.why_none, "");
  double mean = 0, square = 0, meat = 0, constant = 0;
  for (std::int64_t row = 0; row < rows; ++row) mean += x.at<double>({row, 0}) / static_cast<double>(rows);
  for (std::int64_t row = 0; row < rows; ++row) square += std::pow(x.at<double>({row, 0}) - mean, 2);
  for (std::int64_t row = 0; row < rows; ++row) {
    const double residual =
        y[static_cast<std::size_t>(row)] - model.intercept()[0] - model.weight(0) * x.at<double>({row, 0});
    const double centred = x.at<double>({row, 0}) - mean;
    meat += std::pow(residual * centred, 2);
    constant += std::pow(residual * (1 / static_cast<double>(rows) - mean * centred / square), 2);
  }
  EXPECT_NEAR(errors.weights[0], std::sqrt(meat) / square, 1e-9);
  EXPECT_NEAR(errors.intercept[0], std::sqrt(constant), 1e-9);
}

TEST(WeightErrors, AreTheSpreadOfFits) {
  std::vector<double> found;
  double said = 0;
  const int fits = 60;
  for (int fit = 0; fit < fits; ++fit) {
    Generator generator(static_cast<std::uint64_t>(fit));
    const Tensor x = generator.normal({400, 2}), u = generator.uniform({400});
    std::vector<double> y;
    for (std::int64_t row = 0; row < 400; ++row)
      y.push_back(u.at<double>({row}) < 1 / (1 + std::exp(-x.at<double>({row, 0}) + 0.5 * x.at<double>({row, 1}))) ? 1
                                                                                                                   : 0);
    const Dataset data = Dataset::from_tensors(x, {.label = y});
    const LinearModel model = fit_linear(data, {.loss = loss::logistic()});
    found.push_back(model.weight(0));
    said += weight_errors(model, data, 1).weights[0] / fits;
  }
  double mean = 0, variance = 0;
  for (const double weight : found) mean += weight / fits;
  for (const double weight : found) variance += (weight - mean) * (weight - mean) / (fits - 1);
  EXPECT_NEAR(said / std::sqrt(variance), 1, 0.3);
}

TEST(WeightErrors, AreTheSameForAnyNumberOfThreads) {
  const Tensor x = Generator(3).normal({20000, 3});
  std::vector<double> y;
  for (std::int64_t row = 0; row < 20000; ++row)
    y.push_back(x.at<double>({row, 0}) + x.at<double>({row, 2}) * x.at<double>({row, 1}));
  const Dataset data = Dataset::from_tensors(x, {.label = y});
  const LinearModel model = fit_linear(data);
  EXPECT_EQ(weight_errors(model, data, 1).weights, weight_errors(model, data, 2).weights);
}

// A row of weight 4 is one whose label is twice as precise; a column that the fit left out has no error.
TEST(WeightErrors, GoByWeightsAndWithoutWhatIsLeftOut) {
  std::vector<double> x, y, w;
  for (int row = 0; row < 40; ++row) {
    const double a = std::sin(row), noise = std::cos(row * row);
    x.insert(x.end(), {a, 2 * a});
    y.push_back(3 * a + noise);
    w.push_back(row % 2 == 0 ? 4 : 1);
  }
  const Dataset data = Dataset::from_rows(std::move(x), 2, {.label = y, .weight = w});
  const LinearModel model = fit_linear(data);
  const WeightErrors errors = weight_errors(model, data, 1);
  ASSERT_EQ(errors.why_none, "");
  double total = 0, mean = 0, square = 0, meat = 0;
  for (std::size_t r = 0; r < 40; ++r) total += w[r], mean += w[r] * std::sin(static_cast<double>(r));
  mean /= total;
  const double slope = model.weight(0) + 2 * model.weight(1);
  for (std::size_t r = 0; r < 40; ++r) {
    const double a = std::sin(static_cast<double>(r)), e = y[r] - model.intercept()[0] - slope * a;
    square += w[r] * (a - mean) * (a - mean);
    meat += w[r] * w[r] * e * e * (a - mean) * (a - mean);
  }
  const bool is_first = model.weight(0) != 0;
  EXPECT_NEAR(errors.weights[is_first ? 0 : 1], std::sqrt(meat) / square / (is_first ? 1 : 2), 1e-9);
  EXPECT_EQ(errors.weights[is_first ? 1 : 0], 0);
}

TEST(WeightErrors, SayWhyThereAreNone) {
  const Tensor x = Generator(3).normal({30, 2});
  const Dataset data = Dataset::from_tensors(x, {.label = x.select(1, 0).contiguous()});
  EXPECT_EQ(weight_errors(fit_linear(data, {.loss = loss::squared(), .l1 = 0.1}), data, 1).why_none,
            "An l1 penalty chooses weights, and what it chose has no simple interval.");
  EXPECT_EQ(weight_errors(fit_linear(data, {.loss = loss::squared(), .l2 = 0.1}), data, 1).why_none,
            "An l2 penalty shrinks weights, and intervals would be about the shrunken ones.");
  EXPECT_EQ(weight_errors(fit_linear(data, {.constraints = {.nonnegative = true}}), data, 1).why_none,
            "Constraints stop weights at bounds, where there is no simple interval.");
  EXPECT_EQ(weight_errors(fit_linear(data, {.loss = loss::absolute()}), data, 1).why_none,
            "The loss has no curvature, and errors of its weights want a density: a bootstrap gives them.");
  EXPECT_EQ(weight_errors(fit_linear(data), data.take(std::vector<std::int64_t>{0, 1}), 1).why_none,
            "There are fewer rows than weights.");
}

}  // namespace
}  // namespace linden::reporting
