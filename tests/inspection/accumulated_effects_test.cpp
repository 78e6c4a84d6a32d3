// Accumulated effects of functions whose effects are known, and of trees against sums of differences.
#include <gtest/gtest.h>

#include "inspection/small_models.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

TEST(AccumulatedEffects, OfAPlaneAreItsSlopeAboutTheMean) {
  const LinearModel model = plane_model();
  const Dataset data = plane(100, 2);
  const Dependence found = accumulated_effects(model, data, "b", {.points = 6});
  for (std::size_t i = 1; i < found.axis.values.size(); ++i)
    EXPECT_NEAR(found.values.at<double>({static_cast<std::int64_t>(i)}) -
                    found.values.at<double>({static_cast<std::int64_t>(i) - 1}),
                -2 * (found.axis.values[i] - found.axis.values[i - 1]), 1e-6);
}

// By hand: each row is moved to both ends of its interval, one row at a time.
TEST(AccumulatedEffects, OfTreesAreSumsOfDifferences) {
  const BoostedModel model = mixed_model();
  const Dataset data = mixed(60);
  const Dependence found = accumulated_effects(model, data, "x", {.points = 5});
  const std::vector<double>& ends = found.axis.values;
  std::vector<double> effect(ends.size()), weight(ends.size());
  for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
    double sum = 0;
    int rows = 0;
    for (std::int64_t row = 0; row < 60; ++row) {
      const double x = data.column("x").values.at<double>({row});
      if (!(x <= ends[i + 1] && (x > ends[i] || i == 0))) continue;
      const Dataset one = data.take(std::vector<std::int64_t>{row});
      sum += model.predict(one.with_column("x", NumberList({ends[i + 1]}))).at<double>({0}) -
             model.predict(one.with_column("x", NumberList({ends[i]}))).at<double>({0});
      ++rows;
    }
    ASSERT_GT(rows, 0);
    effect[i + 1] = effect[i] + sum / rows;
    weight[i] += rows / 2.0;
    weight[i + 1] += rows / 2.0;
  }
  double mean = 0;
  for (std::size_t i = 0; i < ends.size(); ++i) mean += weight[i] * effect[i] / 60;
  for (std::size_t i = 0; i < ends.size(); ++i)
    EXPECT_NEAR(found.values.at<double>({static_cast<std::int64_t>(i)}), effect[i] - mean, 1e-12);
}

TEST(AccumulatedEffects, OfCategoriesHaveMeanZeroAndTheirDifferences) {
  const BoostedModel model = mixed_model();
  const Dataset data = mixed(90);
  const Dependence found = accumulated_effects(model, data, "kind");
  ASSERT_EQ(found.axis.categories.size(), 3u);
  double a = 0, b = 0, sum = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const double value = found.values.at<double>({static_cast<std::int64_t>(i)});
    if (found.axis.categories[i] == "a") a = value;
    if (found.axis.categories[i] == "b") b = value;
    sum += value;  // each has thirty rows
  }
  EXPECT_NEAR(b - a, 10, 0.5);
  EXPECT_NEAR(sum, 0, 1e-12);
}

TEST(AccumulatedEffects, OfTwoFeaturesAreNothingWhereEffectsAddUp) {
  const JointDependence found = accumulated_effects(plane_model(), plane(200, 2), "a", "b", {.points = 5});
  for (const double value : found.values.span<const double>()) EXPECT_NEAR(value, 0, 1e-9);
}

TEST(AccumulatedEffects, OfTwoFeaturesFindTheirProduct) {
  // y = x z is (x - E x)(z - E z) beyond what each does alone, up to a constant: 0.25 at both upper corners.
  const std::int64_t rows = 4000;
  const Tensor x = Generator(5).uniform({rows, 2});
  std::vector<double> y;
  for (std::int64_t row = 0; row < rows; ++row) y.push_back(x.at<double>({row, 0}) * x.at<double>({row, 1}));
  const Dataset data = Dataset::from_tensors(x, {.label = y, .names = {"x", "z"}});
  const BoostedModel model = fit_boosted(data, {.loss = loss::squared(), .rounds = 150, .learning_rate = 0.2});
  const JointDependence found = accumulated_effects(model, data, "x", "z", {.points = 6});
  EXPECT_NEAR(found.values.at<double>({5, 5}), 0.25, 0.06);
  EXPECT_NEAR(found.values.at<double>({0, 0}), 0.25, 0.06);
  EXPECT_NEAR(found.values.at<double>({5, 0}), -0.25, 0.06);
  EXPECT_NEAR(found.values.at<double>({0, 5}), -0.25, 0.06);
}

TEST(AccumulatedEffects, RowsWithoutAValueHaveNoPart) {
  const BoostedModel model = mixed_model();
  const Dataset data = mixed(60);
  std::vector<double> x = data.column("x").values.to_vector<double>();
  std::vector<std::int64_t> known;
  for (std::size_t row = 0; row < x.size(); ++row)
    row % 3 == 0 ? x[row] = NAN, void() : known.push_back(static_cast<std::int64_t>(row));
  const Dependence with = accumulated_effects(model, data.with_column("x", NumberList(x)), "x", {.points = 4});
  const Dependence without = accumulated_effects(model, data.take(known), "x", {.points = 4});
  EXPECT_EQ(with.axis.values, without.axis.values);
  for (std::int64_t i = 0; i < 4; ++i) EXPECT_NEAR(with.values.at<double>({i}), without.values.at<double>({i}), 1e-12);
}

TEST(AccumulatedEffects, Refusals) {
  EXPECT_EQ(refusal<ArgumentError>([] { accumulated_effects(mixed_model(), mixed(20), "x", "kind"); }),
            "accumulated_effects: \"kind\" has categories, whose effects have no order in two dimensions. Hint: "
            "partial_dependence takes them.");
  const Dataset gone = mixed(20).with_column("x", NumberList(std::vector<double>(20, NAN)));
  EXPECT_EQ(refusal<ArgumentError>([&] { accumulated_effects(mixed_model(), gone, "x"); }),
            "accumulated_effects: \"x\" has no value in any of the rows.");
}

}  // namespace
}  // namespace linden
