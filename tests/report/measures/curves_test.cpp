// Curves against brute force over all thresholds and pairs.
#include "report/measures/curves.hpp"

#include <gtest/gtest.h>

#include <linden/metric.hpp>

namespace linden::reporting {
namespace {

struct Rows {
  std::vector<double> predictions, labels, weights;

  explicit Rows(int count) {
    for (int row = 0; row < count; ++row) {
      predictions.push_back(row * 37 % 11 / 11.0);  // with ties
      labels.push_back((row * 53 % 17) < 3 + row * 37 % 11 ? 1 : 0);
      weights.push_back(1 + row % 3);
    }
  }
};

TEST(Curves, RocIsThatOfAllThresholds) {
  const Rows rows(60);
  const Curve curve = roc(rows.predictions, rows.labels, rows.weights);
  double positive = 0, negative = 0;
  for (int row = 0; row < 60; ++row) (rows.labels[row] == 1 ? positive : negative) += rows.weights[row];
  ASSERT_EQ(curve.points.size(), 12u);  // eleven predictions, and nothing let through
  for (int i = 0; i <= 11; ++i) {
    double found = 0, wrong = 0;
    for (int row = 0; row < 60; ++row)
      if (rows.predictions[row] > (10.5 - i) / 11) (rows.labels[row] == 1 ? found : wrong) += rows.weights[row];
    EXPECT_NEAR(curve.points[static_cast<std::size_t>(i)].x, wrong / negative, 1e-12);
    EXPECT_NEAR(curve.points[static_cast<std::size_t>(i)].y, found / positive, 1e-12);
  }
  const double auc = metric::auc().evaluate(Tensor::copy_of(rows.predictions), Tensor::copy_of(rows.labels),
                                            Tensor::copy_of(rows.weights));
  EXPECT_NEAR(curve.area, auc, 1e-12);
  EXPECT_TRUE(std::isnan(roc(rows.predictions, std::vector<double>(60, 1.0), {}).area));
}

TEST(Curves, AveragePrecisionIsTheSumOverThresholds) {
  const Rows rows(60);
  const Curve curve = precision_recall(rows.predictions, rows.labels, {});
  double positive = 0, expected = 0, before = 0;
  for (const double label : rows.labels) positive += label;
  for (int i = 1; i <= 11; ++i) {
    double found = 0, taken = 0;
    for (int row = 0; row < 60; ++row)
      if (rows.predictions[row] > (10.5 - i) / 11) {
        found += rows.labels[row];
        ++taken;
      }
    expected += (found - before) / positive * found / taken;
    EXPECT_NEAR(curve.points[static_cast<std::size_t>(i)].y, found / taken, 1e-12);
    before = found;
  }
  EXPECT_NEAR(curve.area, expected, 1e-12);
}

TEST(Curves, GainIsTheShareOfTheSum) {
  const std::vector<double> predictions{3, 1, 2, 0}, labels{10, 0, 5, 5};
  const Curve curve = cumulative_gain(predictions, labels, {});
  ASSERT_EQ(curve.points.size(), 5u);
  const double expected[] = {0, 0.5, 0.75, 0.75, 1};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(curve.points[i].x, static_cast<double>(i) / 4);
    EXPECT_NEAR(curve.points[i].y, expected[i], 1e-12);
  }
  EXPECT_NEAR(curve.area, (0.25 + 0.625 + 0.75 + 0.875) / 4, 1e-12);
  EXPECT_TRUE(std::isnan(cumulative_gain(predictions, std::vector<double>(4, 0.0), {}).area));
}

TEST(Curves, ThinnedOnesKeepTheirEnds) {
  std::vector<Point> points;
  for (int i = 0; i <= 10000; ++i) points.push_back({i / 10000.0, i / 10000.0});
  const std::vector<Point> kept = thinned(points, 0.01);
  EXPECT_LT(kept.size(), 150u);
  EXPECT_EQ(kept.front().x, 0);
  EXPECT_EQ(kept.back().x, 1);
}

}  // namespace
}  // namespace linden::reporting
