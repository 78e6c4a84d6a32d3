#include "report/measures/bins.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace linden::reporting {
namespace {

TEST(Bins, HaveEqualWeightAndTheirMeans) {
  std::vector<double> predictions, labels;
  for (int row = 0; row < 100; ++row) {
    predictions.push_back((row * 37 % 100) / 100.0);
    labels.push_back(row * 37 % 100 < 50 ? 0 : 1);
  }
  const std::vector<PredictionBin> bins = by_prediction(predictions, labels, {}, 10);
  ASSERT_EQ(bins.size(), 10u);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(bins[i].weight, 10);
    EXPECT_NEAR(bins[i].prediction, (10 * static_cast<double>(i) + 4.5) / 100, 1e-12);
    EXPECT_EQ(bins[i].label, i < 5 ? 0 : 1);
    EXPECT_EQ(bins[i].error, 0);
  }
  double expected = 0;
  for (const PredictionBin& bin : bins) expected += std::abs(bin.prediction - bin.label) / 10;
  EXPECT_NEAR(calibration_error(bins), expected, 1e-12);
}

TEST(Bins, KeepEqualPredictionsTogetherAndCountWeights) {
  const std::vector<double> predictions{1, 1, 1, 1, 2, 3}, labels{0, 1, 0, 1, 1, 0}, weights{1, 1, 1, 1, 2, 0};
  const std::vector<PredictionBin> bins = by_prediction(predictions, labels, weights, 3);
  ASSERT_EQ(bins.size(), 2u);
  EXPECT_EQ(bins[0].weight, 4);
  EXPECT_EQ(bins[0].label, 0.5);
  EXPECT_NEAR(bins[0].error, 0.25, 1e-12);  // sqrt(p (1 - p) / n)
  EXPECT_EQ(bins[1].weight, 2);
  EXPECT_EQ(bins[1].prediction, 2);
}

TEST(Bins, OfLabelsWhoseSquaresAreTooLargeForADouble) {
  const std::vector<double> predictions{1, 1, 2, 2}, labels{1e300, 3e300, -1e300, -1e300};
  const std::vector<PredictionBin> bins = by_prediction(predictions, labels, {}, 2);
  ASSERT_EQ(bins.size(), 2u);
  EXPECT_NEAR(bins[0].label / 1e300, 2, 1e-12);
  EXPECT_NEAR(bins[0].error / 1e300, std::sqrt(0.5), 1e-12);  // sqrt(variance / n)
  EXPECT_EQ(bins[1].error, 0);
}

TEST(Histogram, OfValuesAtTheEndsOfADouble) {
  for (const std::vector<double>& values :
       {std::vector<double>{1e300, 1e300}, {-1.7e308, 1.7e308}, {1e300, 1.5e300, 2e300}}) {
    const Histogram found = histogram(values, {}, 4);
    ASSERT_EQ(found.edges.size(), 5u);
    double sum = 0;
    for (const double share : found.shares) sum += share;
    EXPECT_EQ(sum, 1);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_LT(found.edges[i], found.edges[i + 1]);
    for (const double edge : found.edges) EXPECT_TRUE(std::isfinite(edge));
  }
}

TEST(Histogram, CountsEveryValueOnce) {
  const Histogram whole = histogram(std::vector<double>{1, 2, 2, 4, NAN}, {}, 10);
  EXPECT_EQ(whole.edges, (std::vector<double>{0.5, 1.5, 2.5, 3.5, 4.5}));
  EXPECT_EQ(whole.shares, (std::vector<double>{0.25, 0.5, 0, 0.25}));
  std::vector<double> many;
  for (int i = 0; i < 1000; ++i) many.push_back(i / 1000.0);
  many.push_back(1e9);
  const Histogram tailed = histogram(many, {}, 10, true);
  EXPECT_LT(tailed.edges.back(), 1.1);
  double sum = 0;
  for (const double share : tailed.shares) sum += share;
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_TRUE(histogram(std::vector<double>{NAN}, {}, 10).edges.empty());
  EXPECT_EQ(histogram(std::vector<double>{0.5, 0.5}, {}, 4).shares.size(), 4u);
}

TEST(Quantile, IsInterpolated) {
  const std::vector<double> sorted{0, 10, 20};
  EXPECT_EQ(sorted_quantile(sorted, 0.25), 5);
  EXPECT_EQ(sorted_quantile(sorted, 1), 20);
  const std::vector<double> wide{-HUGE_VAL, -1.5e308, 1.5e308, HUGE_VAL};
  EXPECT_EQ(sorted_quantile(wide, 0), -HUGE_VAL);
  EXPECT_EQ(sorted_quantile(wide, 0.5), 0);
  EXPECT_EQ(sorted_quantile(wide, 1), HUGE_VAL);
}

}  // namespace
}  // namespace linden::reporting
