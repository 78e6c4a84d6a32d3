// NIST's certified regressions by fit_linear without penalty: the Gram matrix of Filip has no digit left, and the fit
// has to find that out.
#include <gtest/gtest.h>

#include <cmath>
#include <linden/linear.hpp>

#include "linear/nist.hpp"

namespace linden {
namespace {

double digits(double value, double certified) { return -std::log10(std::abs(value / certified - 1) + 1e-17); }

LinearModel fit(const nist::Regression& nist, const LinearConfig& config = {}) {
  return fit_linear(Dataset::from_rows(std::span<const double>(nist.values), nist.features, {.label = nist.labels}),
                    config, {.threads = 2});
}

void expect_digits(const LinearModel& model, const nist::Regression& nist, double least) {
  EXPECT_GE(digits(model.intercept()[0], nist.intercept), least);
  for (int j = 0; j < nist.features; ++j) {
    EXPECT_GE(digits(model.weight(j), nist.weights[static_cast<std::size_t>(j)]), least) << j;
  }
  const Certificate& c = model.certificate();
  EXPECT_EQ(c.status, FitStatus::converged);
  EXPECT_TRUE(c.collinear_columns.empty());
  ASSERT_TRUE(c.rank.has_value());
  EXPECT_EQ(*c.rank, nist.features + 1);
  // The objective is half the mean square of the residuals.
  EXPECT_GE(digits(c.objective * 2 * static_cast<double>(nist.labels.size()), nist.sum_of_squares), least);
}

TEST(Nist, LongleyHasNineDigits) { expect_digits(fit(nist::longley()), nist::longley(), 9); }

TEST(Nist, FilipHasSevenDigitsByQr) {
  const LinearModel model = fit(nist::filip());
  expect_digits(model, nist::filip(), 7);
  EXPECT_EQ(model.certificate().solver, Solver::qr);
  EXPECT_EQ(model.certificate().why, "the Gram matrix of 10 columns is nearly singular");
  EXPECT_GT(model.certificate().condition.value_or(0), 1e8);
}

TEST(Nist, QrCanBeAskedFor) {
  expect_digits(fit(nist::longley(), {.solver = Solver::qr}), nist::longley(), 9);
  expect_digits(fit(nist::filip(), {.solver = Solver::qr}), nist::filip(), 7);
}

}  // namespace
}  // namespace linden
