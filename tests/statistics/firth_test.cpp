// Firth's correction: where its slopes are 0, where its weights are known otherwise, and where a plane separates.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <linden/statistics.hpp>

#include "refusal.hpp"
#include "statistics/small_data.hpp"

namespace linden {
namespace {

TEST(Firth, OfATwoByTwoTableAddsAHalfToEachCell) {
  // Jeffreys' prior of a saturated model: its weights are log odds of counts with a half more.
  const Dataset data = Dataset::from_rows({0.0, 0.0, 1.0, 1.0}, 1, {.label = {1, 0, 1, 0}, .weight = {7, 3, 4, 0}});
  const LinearModel model = fit_firth(data, {.loss = loss::logistic()});
  EXPECT_NEAR(model.intercept()[0], std::log(7.5 / 3.5), 1e-10);
  EXPECT_NEAR(model.weight(0), std::log(4.5 / 0.5) - std::log(7.5 / 3.5), 1e-8);
  EXPECT_EQ(model.certificate().status, FitStatus::converged);
  EXPECT_EQ(model.certificate().why, "Firth's correction");
  const LinearModel loaded = LinearModel::from_string(model.to_string());
  EXPECT_EQ(loaded.weights(), model.weights());
}

TEST(Firth, HasALikelihoodThatIsLargestThere) {
  const Dataset data = small::classes(40);
  const LinearModel model = fit_firth(data, {.loss = loss::logistic()});
  const Tensor x = data.matrix();
  const auto penalised = [&](double b0, double b1, double b2) {
    double likelihood = 0, i[3][3] = {};
    for (std::size_t r = 0; r < 40; ++r) {
      const double row[] = {1, x.span<const double>()[2 * r], x.span<const double>()[2 * r + 1]};
      const double s = b0 + b1 * row[1] + b2 * row[2], p = 1 / (1 + std::exp(-s));
      likelihood += data.label().span<const double>()[r] > 0 ? std::log(p) : std::log(1 - p);
      for (int j = 0; j < 3; ++j)
        for (int k = 0; k < 3; ++k) i[j][k] += p * (1 - p) * row[j] * row[k];
    }
    const double det = i[0][0] * (i[1][1] * i[2][2] - i[1][2] * i[2][1]) -
                       i[0][1] * (i[1][0] * i[2][2] - i[1][2] * i[2][0]) +
                       i[0][2] * (i[1][0] * i[2][1] - i[1][1] * i[2][0]);
    return likelihood + 0.5 * std::log(det);
  };
  const double b0 = model.intercept()[0], b1 = model.weight(0), b2 = model.weight(1);
  const double step = 1e-4;
  EXPECT_NEAR(penalised(b0 + step, b1, b2), penalised(b0 - step, b1, b2), 1e-9);
  EXPECT_NEAR(penalised(b0, b1 + step, b2), penalised(b0, b1 - step, b2), 1e-9);
  EXPECT_NEAR(penalised(b0, b1, b2 + step), penalised(b0, b1, b2 - step), 1e-9);
  EXPECT_GT(penalised(b0, b1, b2), penalised(b0, b1 + 0.01, b2));
  // Short of the optimum the certificate has the largest slope: of the mean, in columns of unit variance.
  const LinearModel early = fit_firth(data, {.loss = loss::logistic(), .max_iterations = 1});
  EXPECT_EQ(early.certificate().status, FitStatus::iteration_limit);
  double mean[2] = {}, variance[2] = {};
  for (std::size_t r = 0; r < 40; ++r)
    for (std::size_t j = 0; j < 2; ++j) mean[j] += x.span<const double>()[2 * r + j] / 40;
  for (std::size_t r = 0; r < 40; ++r)
    for (std::size_t j = 0; j < 2; ++j) {
      const double apart = x.span<const double>()[2 * r + j] - mean[j];
      variance[j] += apart * apart / 40;
    }
  const auto slope = [&](double d0, double d1, double d2) {
    const double h = 1e-5, a0 = early.intercept()[0], a1 = early.weight(0), a2 = early.weight(1);
    return std::abs(penalised(a0 + h * d0, a1 + h * d1, a2 + h * d2) -
                    penalised(a0 - h * d0, a1 - h * d1, a2 - h * d2)) /
           (2 * h) / 40;
  };
  const double s1 = 1 / std::sqrt(variance[0]), s2 = 1 / std::sqrt(variance[1]);
  const double largest = std::max({slope(1, 0, 0), slope(-mean[0] * s1, s1, 0), slope(-mean[1] * s2, 0, s2)});
  EXPECT_GT(largest, 1e-4);
  EXPECT_NEAR(early.certificate().kkt_distance, largest, 1e-7 * (1 + largest));
  EXPECT_GT(model.certificate().kkt_distance, 0);
  EXPECT_LT(model.certificate().kkt_distance, 1e-9);
}

TEST(Firth, IsFiniteWhereAPlaneSeparates) {
  std::vector<double> x, y;
  for (int i = 0; i < 30; ++i) {
    x.push_back(i);
    y.push_back(i < 15 ? 0 : 1);
  }
  const Dataset data = Dataset::from_rows(std::move(x), 1, {.label = y});
  const LinearModel separable = fit_linear(data, {.loss = loss::logistic()});
  ASSERT_EQ(separable.certificate().status, FitStatus::separable);
  EXPECT_EQ(
      refusal<ArgumentError>([&] { statistics(separable, data); }),
      "statistics: the fit has no optimum (status separable): weights that grow without end have no errors. Hint: "
      "leave out f0, or fit_firth.");
  const LinearModel model = fit_firth(data, {.loss = loss::logistic()});
  EXPECT_EQ(model.certificate().status, FitStatus::converged);
  EXPECT_NEAR(-model.intercept()[0] / model.weight(0), 14.5, 1e-6);  // by symmetry
  EXPECT_GT(model.weight(0), 0.3);
  EXPECT_LT(model.weight(0), 3);
  const FitStatistics fit = statistics(model, data);
  EXPECT_LT(fit.coefficients[1].p_value, 0.05);
  ASSERT_EQ(fit.warnings.size(), 1u);
  EXPECT_EQ(fit.warnings[0],
            "the fit has Firth's correction: errors are of the information at its weights, and deviances of the "
            "likelihood without it.");
}

TEST(Firth, RefusesOthers) {
  const Dataset data = small::classes(30);
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_firth(data, {.loss = loss::logistic(), .l2 = 1}); }),
            "fit_firth: l1 = 0 and l2 = 1; Firth's correction is a penalty of its own. Hint: leave them at 0.");
  EXPECT_EQ(
      refusal<ArgumentError>([&] {
        fit_firth(data, {.loss = loss::logistic(), .penalty = {.factors = {{"a", 2}}}});
      }),
      "fit_firth: there are factors of penalties; Firth's correction is a penalty of its own, alike for all columns. "
      "Hint: leave them out.");
  for (const WeightConstraints& bounds :
       {WeightConstraints{.nonnegative = true}, WeightConstraints{.lower = {{"b", 0}}},
        WeightConstraints{.upper = {{"a", 0}}}})
    EXPECT_EQ(refusal<ArgumentError>([&] { fit_firth(data, {.loss = loss::logistic(), .constraints = bounds}); }),
              "fit_firth: there are constraints, and the correction's steps know no bounds. Hint: leave them out.");
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_firth(data, {.loss = loss::logistic(), .solver = Solver::lbfgs}); }),
            "fit_firth: solver lbfgs; the correction has steps of its own. Hint: leave the solver to automatic.");
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_firth(data, {.loss = loss::squared()}); }),
            "fit_firth: loss \"squared\"; the correction is of logistic regression. Hint: loss::logistic().");
}

}  // namespace
}  // namespace linden
