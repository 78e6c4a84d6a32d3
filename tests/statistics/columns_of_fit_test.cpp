// Statistics, explanations and tests of models whose columns are made of text, by formulas or around missing values.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <linden/error.hpp>
#include <linden/explain.hpp>
#include <linden/statistics.hpp>
#include <string>
#include <vector>

#include "linear/recipe/rows_with_text.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

TEST(ColumnsOfFit, ErrorsAreThoseOfTheColumns) {
  const Dataset data = RowsWithText().data();
  const LinearModel model = fit_linear(data, {.loss = loss::squared(), .formula = "y ~ color + x"});
  const FitStatistics fit = statistics(model, data);
  // patsy's columns and NumPy: the roots of the diagonal of s^2 (X'X)^-1.
  const std::vector<std::pair<std::string, double>> errors{{"(Intercept)", 0.6377273059570115},
                                                           {"color=green", 0.5733301970305289},
                                                           {"color=red", 0.5763451005370958},
                                                           {"x", 0.1359639184695684}};
  ASSERT_EQ(fit.coefficients.size(), 4u);
  for (const auto& [name, error] : errors) EXPECT_NEAR(fit.coefficient(name).standard_error, error, 1e-9) << name;
  const LinearModel smaller = fit_linear(data, {.loss = loss::squared(), .formula = "y ~ x"});
  const TestResult test = likelihood_ratio_test(smaller, model, data);
  EXPECT_EQ(test.degrees_of_freedom, 2);
  const TestResult wald = wald_test(fit, {"color=green", "color=red"});
  EXPECT_NEAR(test.statistic, wald.statistic, 1e-8);  // F of linear models is the same either way
  EXPECT_EQ(profile_intervals(model, data, {"color=red"}).size(), 1u);
  EXPECT_EQ(marginal_effects(model, data).size(), 3u);
  EXPECT_EQ(predict_intervals(model, fit, data).size(), 24u);
  EXPECT_EQ(row_statistics(model, data).leverage.size(), 24u);
  EXPECT_EQ(
      refusal<ArgumentError>([&] { score_test(smaller, data, {"z"}); }),
      "score_test: the model makes columns of text or by a formula, and further ones are not known to it. Hint: a "
      "fit with them, and likelihood_ratio_test.");
}

TEST(ColumnsOfFit, RowsThatTheFitLeftOutAreLeftOut) {
  RowsWithText rows;
  rows.x[4] = std::numeric_limits<double>::quiet_NaN();
  const Dataset data = rows.data().without({"size"});
  const LinearConfig config{.loss = loss::squared(), .missing_values = MissingValues::drop};
  const FitStatistics fit = statistics(fit_linear(data, config), data);
  EXPECT_EQ(fit.rows, 23);
}

TEST(ColumnsOfFit, PenalisedSplinesHaveNoErrors) {
  const Dataset data = RowsWithText().data();
  const LinearModel model = fit_linear(data, {.loss = loss::squared(), .formula = "bspline(x, 8, 0.1)"});
  EXPECT_EQ(refusal<ArgumentError>([&] { statistics(model, data); }),
            "statistics: bspline() was fitted with a penalty, and penalties shrink weights, whose errors no formula "
            "here gives. Hint: spline(), or a penalty of 0.");
}

TEST(ColumnsOfFit, ExplanationsAreOfFeatures) {
  const Dataset data = RowsWithText().data();
  const LinearModel model = fit_linear(data, {.loss = loss::squared(), .formula = "color * x + spline(z, 3)"});
  const Explanation why = explain(model, data, {.background = data});
  EXPECT_EQ(why.names, model.feature_names());
  const Tensor scores = model.predict(data, {.output = Output::score});
  for (std::int64_t row = 0; row < 24; ++row) {
    double sum = why.constant[0];
    for (std::int64_t f = 0; f < 3; ++f) sum += why.values.at<double>({row, f});
    EXPECT_NEAR(sum, scores.at<double>({row}), 1e-9);
  }
}

TEST(ColumnsOfFit, FirthAndNegativeBinomialTakeText) {
  RowsWithText rows;
  std::vector<double> clicks, counts;
  for (int i = 0; i < 24; ++i) {
    clicks.push_back(i * 7 % 5 < 2 ? 1 : 0);
    counts.push_back(i * i * 7 % 23);
  }
  const Dataset data = rows.data().without({"size", "z"});
  const LinearModel firth = fit_firth(data.with_label(NumberList(clicks)), {.loss = loss::logistic()});
  EXPECT_EQ(firth.weight_names(), (std::vector<std::string>{"x", "color=green", "color=red"}));
  EXPECT_TRUE(firth.certificate().is_optimal());
  const LinearModel spread = fit_negative_binomial(data.with_label(NumberList(counts)));
  EXPECT_EQ(spread.weight_names(), firth.weight_names());
}

}  // namespace
}  // namespace linden
