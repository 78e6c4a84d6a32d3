// All eleven linear regressions of NIST's StRD: estimates, standard errors, residual and R2 against certified values.
//
// Nine digits, but where doubles do not have them:
//   Filip     its tenth power as doubles is another problem, whose exact solution (sixty digits of mpmath) agrees with
//             the certified one to 7.9 digits, and errors to 8.7
//   Wampler4, Wampler5   their noise is 1e5 and 1e7 times what the last weights add, so that errors of weights are
//             2e5 and 2e7 and rounding of sums of doubles, 1e-12 of these errors, shows in the seventh digit of weights
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <linden/statistics.hpp>

#include "linear/nist.hpp"

namespace linden {
namespace {

struct Digits {
  const char* name;
  double weights, errors;
};

/// How many agree; of a certified 0 how small it is beside `size`.
double digits_of(double value, double certified, double size = 1) {
  const double off = certified == 0 ? std::abs(value) / size : std::abs(value / certified - 1);
  return -std::log10(off + 1e-17);
}

TEST(NistStatistics, HaveNineDigitsOrThoseOfDoubles) {
  const Digits limits[] = {{"Filip", 7, 7}};
  for (const nist::Regression& nist : nist::all()) {
    SCOPED_TRACE(nist.name);
    double for_weights = 9, for_errors = 9;
    for (const Digits& limit : limits)
      if (nist.name == limit.name) for_weights = limit.weights, for_errors = limit.errors;
    const Dataset data =
        Dataset::from_rows(std::span<const double>(nist.values), nist.features, {.label = nist.labels});
    const LinearModel model =
        fit_linear(data, {.loss = loss::squared(), .intercept = nist.has_intercept}, {.threads = 2});
    const FitStatistics fit = statistics(model, data, {.threads = 2});
    const std::size_t first = nist.has_intercept ? 1 : 0;
    ASSERT_EQ(fit.coefficients.size(), nist.weights.size() + first);
    double worst_weight = 99, worst_error = 99;
    const double rounding = nist.name == "Wampler4" || nist.name == "Wampler5" ? 1e-11 : 0;
    const auto look = [&](const Coefficient& c, double weight, double error) {
      worst_error = std::min(worst_error, digits_of(c.standard_error, error));
      const bool is_rounding = std::abs(c.estimate - weight) <= rounding * error;
      if (!is_rounding) worst_weight = std::min(worst_weight, digits_of(c.estimate, weight));
    };
    if (nist.has_intercept) look(fit.coefficients[0], nist.intercept, nist.intercept_error);
    for (std::size_t j = 0; j < nist.weights.size(); ++j)
      look(fit.coefficients[first + j], nist.weights[j], nist.errors[j]);
    std::printf("%-9s weights %5.1f digits, errors %5.1f, squares %5.1f\n", nist.name.c_str(), worst_weight,
                worst_error, digits_of(fit.deviance, nist.sum_of_squares));
    EXPECT_GE(worst_weight, for_weights);
    EXPECT_GE(worst_error, for_errors);
    EXPECT_GE(digits_of(fit.deviance, nist.sum_of_squares), for_errors);
  }
}

TEST(NistStatistics, LongleysTable) {
  const nist::Regression nist = nist::longley();
  const Dataset data = Dataset::from_rows(std::span<const double>(nist.values), nist.features, {.label = nist.labels});
  const FitStatistics fit = statistics(fit_linear(data, {.loss = loss::squared()}), data);
  EXPECT_NEAR(std::sqrt(fit.dispersion), 304.854073561965, 1e-7);
  EXPECT_NEAR(fit.deviance_explained, 0.995479004577296, 1e-12);
  EXPECT_NEAR(fit.model_statistic, 330.285339234588, 1e-6);
  EXPECT_EQ(fit.residual_df, 9);
  EXPECT_EQ(fit.null_df, 15);
  // Of R 4.2's logLik and AIC.
  EXPECT_NEAR(fit.log_likelihood, -109.61743480847952, 1e-8);
  EXPECT_NEAR(fit.aic, 235.23486961695903, 1e-8);
  EXPECT_NEAR(fit.null_deviance, 185008826, 0.5);
}

}  // namespace
}  // namespace linden
