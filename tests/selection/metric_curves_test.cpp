// Spreads against figures worked out by hand; the best round of curves made by hand.
#include "selection/metric_curves.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace linden {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(SpreadOf, HasTheMeanItsErrorAndTheDeviation) {
  const FoldSpread spread = spread_of(std::vector{2.0, 4.0, 4.0, 6.0});
  EXPECT_EQ(spread.mean, 4);
  EXPECT_DOUBLE_EQ(spread.standard_deviation, std::sqrt(8.0 / 3));
  EXPECT_DOUBLE_EQ(spread.standard_error, std::sqrt(8.0 / 3) / 2);
  const FoldSpread one = spread_of(std::vector{3.0});
  EXPECT_EQ(one.mean, 3);
  EXPECT_EQ(one.standard_deviation, 0);
  EXPECT_TRUE(std::isnan(spread_of(std::vector{1.0, nan}).mean));
}

TEST(MetricCurves, KeepFoldsApartAndRoundsInOrder) {
  MetricCurves curves(2);
  const auto add = [&](std::size_t round, std::size_t fold, double auc, double loss) {
    curves.add(round, fold, std::vector<MetricValue>{{"auc", auc, true}, {"logloss", loss, false}});
  };
  add(0, 0, 0.5, 0.7);
  add(1, 0, 0.8, 0.5);
  add(0, 1, 0.7, 0.5);
  add(1, 1, 0.6, 0.75);
  const std::vector<MetricValue> means = curves.means(1);
  EXPECT_EQ(means[0].name, "auc");
  EXPECT_TRUE(means[0].higher_is_better);
  EXPECT_DOUBLE_EQ(means[0].value, 0.7);
  EXPECT_DOUBLE_EQ(means[1].value, 0.625);
  const std::vector<MetricCurve> made = std::move(curves).curves();
  EXPECT_EQ(made[0].values, (std::vector<std::vector<double>>{{0.5, 0.7}, {0.8, 0.6}}));
  EXPECT_DOUBLE_EQ(made[1].spread[0].mean, 0.6);
  EXPECT_EQ(made[0].best_rounds(), 2);
  EXPECT_EQ(made[1].best_rounds(), 1);
}

TEST(MetricCurve, BestIsTheFirstOfEqualMeansAndNoNan) {
  const auto best = [](bool higher, const std::vector<double>& means) {
    MetricCurve curve{.name = "m", .higher_is_better = higher, .values = {}, .spread = {}};
    for (const double mean : means) curve.spread.push_back({.mean = mean});
    return curve.best_rounds();
  };
  EXPECT_EQ(best(false, {3, 1, 2, 1}), 2);
  EXPECT_EQ(best(true, {3, 1, 3, 2}), 1);
  EXPECT_EQ(best(false, {nan, 5, nan, 4}), 4);
  EXPECT_EQ(best(true, {nan, nan}), 0);
  EXPECT_EQ(best(true, {}), 0);
}

}  // namespace
}  // namespace linden
