// Paths of text, of formulas and of rows with missing values: each point against the fit of the same features.
#include <linden/linear_choice.hpp>
#include <linden/linear_path.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "refusal.hpp"

namespace linden {
namespace {

constexpr double tight = 1e-13;

// Sixty rows of two numbers, one of which has gaps, and of text with three categories.
Dataset rows_with_text(bool has_gaps) {
  std::vector<double> x, z, y;
  std::vector<std::string> text;
  for (int i = 0; i < 60; ++i) {
    const double a = 1 + i * 37 % 61 / 10.0, b = i * 23 % 17 - 8;
    const int kind = i * 7 % 3;
    x.push_back(has_gaps && i % 9 == 4 ? std::numeric_limits<double>::quiet_NaN() : a);
    z.push_back(b);
    text.emplace_back(1, static_cast<char>('u' + kind));
    y.push_back(2 * std::log(a) - 0.3 * b + (kind == 1 ? 1.5 : 0) + i * 53 % 19 / 19.0);
  }
  return Dataset()
      .with_column("x", x)
      .with_column("t", NameList(text))
      .with_column("z", z)
      .with_label(y, NameList{"y"});
}

void expect_near(std::span<const double> a, std::span<const double> b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], tolerance) << i;
}

void expect_points_are_fits(const Dataset& data, LinearConfig config) {
  config.loss = loss::squared();
  config.tolerance = tight;
  const LinearPath path = fit_path(data, config, {.count = 6, .least = 0.01});
  ASSERT_EQ(path.size(), 6u);
  EXPECT_GT(path[5].nonzero, path[0].nonzero);
  for (std::size_t i = 0; i < path.size(); ++i) {
    LinearConfig at = config;
    at.l1 = path[i].strength;
    const LinearModel one = fit_linear(data, at), point = path.model(i);
    EXPECT_TRUE(path[i].certificate.is_optimal());
    EXPECT_NEAR(path[i].certificate.objective, one.certificate().objective, 1e-11);
    EXPECT_EQ(path.feature_names(), one.weight_names());
    EXPECT_EQ(point.feature_names(), one.feature_names());
    expect_near(point.weights(), one.weights(), 1e-5);
    expect_near(point.predict(data).to_vector<double>(), one.predict(data).to_vector<double>(), 1e-5);
    EXPECT_EQ(LinearModel::from_string(point.to_string()).predict(data).to_vector<double>(),
              point.predict(data).to_vector<double>());
  }
}

TEST(RecipePath, PointsAreFitsOfText) { expect_points_are_fits(rows_with_text(false), {}); }

TEST(RecipePath, PointsAreFitsOfRowsWithGaps) {
  expect_points_are_fits(rows_with_text(true), {.missing_values = MissingValues::mean_indicator});
  const LinearConfig drop{.loss = loss::squared(), .missing_values = MissingValues::drop};
  const LinearPath path = fit_path(rows_with_text(true), drop, {.count = 3});
  EXPECT_EQ(path.rows(), 53);
  EXPECT_EQ(path.warnings(),
            std::vector<std::string>{"7 of 60 rows lack a value in column x and were left out of the fit."});
}

// The columns of a bspline have the penalty of their own, and none of the strength's.
TEST(RecipePath, PointsAreFitsOfAFormula) {
  expect_points_are_fits(rows_with_text(false), {.formula = "y ~ t * z + log(x)"});
  expect_points_are_fits(rows_with_text(false), {.formula = "y ~ bspline(x, 5, 0.1) + z + t"});
}

TEST(RecipePath, TablesNameColumns) {
  const LinearPath path =
      fit_path(rows_with_text(false), {.loss = loss::squared(), .formula = "y ~ log(x) + t"}, {.strengths = {0.01}});
  EXPECT_NE(path.weights_csv().find("\n0.01,,(Intercept),"), std::string::npos);
  EXPECT_NE(path.weights_csv().find("\n0.01,,log(x),"), std::string::npos) << path.weights_csv();
  EXPECT_EQ(path.model(0).config().formula, "y ~ log(x) + t");
}

// The columns that a point selects, and no others, with the weights of a fit to them.
TEST(RecipePath, SelectedColumnsAreFittedAgain) {
  const Dataset data = rows_with_text(false);
  const LinearConfig config{.loss = loss::squared(), .tolerance = tight, .formula = "y ~ log(x) + z"};
  const LinearPath path = fit_path(data, config, {.count = 20});
  std::size_t one = 0;
  while (path[one].nonzero == 0) ++one;
  ASSERT_EQ(path[one].nonzero, 1);
  const int feature = path[one].weights[0].feature;
  LinearConfig alone = config;
  alone.formula = "y ~ " + path.feature_names()[static_cast<std::size_t>(feature)];
  const LinearModel again = refit_selected(data, path, one), fit = fit_linear(data, alone);
  EXPECT_NEAR(again.weight(feature), fit.weight(0), 1e-9);
  EXPECT_EQ(again.weight(1 - feature), 0);
  expect_near(again.predict(data).to_vector<double>(), fit.predict(data).to_vector<double>(), 1e-9);
}

// Each fold makes columns of its own rows, and its models predict the rows that it holds out.
TEST(RecipePath, FoldsAreFitsOfTheirOwn) {
  const Dataset data = rows_with_text(false);
  const LinearConfig config{.loss = loss::squared(), .tolerance = tight, .formula = "y ~ t + z + x"};
  const std::vector<Fold> folds = data.folds({.count = 3});
  const LinearPathValidation validation =
      cross_validate_path(data, config, {.strengths = {0.5, 0.05}}, {.folds = folds, .metric = metric::rmse()});
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t f = 0; f < folds.size(); ++f) {
      LinearConfig at = config;
      at.l1 = validation.path[i].strength;
      const Dataset test = data.take(folds[f].test);
      const std::vector<double> guess = fit_linear(data.take(folds[f].train), at).predict(test).to_vector<double>();
      double sum = 0;
      for (std::size_t row = 0; row < guess.size(); ++row)
        sum += std::pow(guess[row] - test.label().span<const double>()[row], 2);
      EXPECT_NEAR(validation.curve.values[i][f], std::sqrt(sum / static_cast<double>(guess.size())), 1e-6);
    }
}

TEST(RecipePath, WhereColumnsMustBeNumbersTheMessageSaysSo) {
  const Dataset data = rows_with_text(false);
  EXPECT_EQ(refusal<ArgumentError>([&] { stability_selection(data, {.loss = loss::squared()}); }),
            "stability_selection: it selects among columns as they are, without text, a formula or a policy for "
            "missing values. Hint: a column of zeros and ones for each category.");
  EXPECT_EQ(refusal<DataError>([&] { ridge_leave_one_out(data, {.loss = loss::squared()}, {1}); }),
            "ridge_leave_one_out: column t holds categories, which are no numbers. Hint: drop it, or give one column "
            "of zeros and ones a category; boosted models take categories as they are.");
  EXPECT_EQ(refusal<DataError>([&] { fit_path(rows_with_text(true), {.loss = loss::squared()}); }),
            "fit_path: missing values in column x (first at row 4). Hint: a fit with .missing_values = mean_indicator "
            "takes the mean of the column and says where values are missing, one with .missing_values = drop leaves "
            "such rows out; boosted models take them as they are.");
}

}  // namespace
}  // namespace linden
