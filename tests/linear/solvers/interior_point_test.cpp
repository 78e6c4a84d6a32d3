// Losses with corners: gaps against optima in long double, vertices, published optima.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <linden/linear.hpp>
#include <string>
#include <vector>

#include "linear/penalties/corner_problem.hpp"
#include "loss/definition.hpp"
#include "loss/loss_references.hpp"

namespace linden {
namespace {

using reference::CornerProblem;
using Real = CornerProblem::Real;

void expect_true_gap(const RandomRows& rows, const LinearConfig& config) {
  const LinearModel model = fit_linear(rows.dataset(), config, {.threads = 2});
  const Certificate& c = model.certificate();
  const CornerProblem problem = problem_of(rows, config);
  const Real least = problem.least(100);
  const Real found = problem.objective({model.weight(0), rows.features == 2 ? model.weight(1) : model.intercept()[0]});
  EXPECT_EQ(c.solver, Solver::interior_point);
  EXPECT_EQ(c.status, FitStatus::converged) << c;
  EXPECT_EQ(c.gap_kind, GapKind::bound);
  EXPECT_LE(c.relative_gap, config.tolerance);
  EXPECT_LE(found - least, c.gap) << c;
  EXPECT_GE(found - least, -1e-16L) << c;
  EXPECT_NEAR(c.objective, static_cast<double>(found), 1e-13 * (1 + c.objective));
}

std::vector<LinearConfig> penalties_and_bounds() {
  return {{.l2 = 0.05},
          {.l1 = 0.05},
          {.l1 = 0.02, .l2 = 0.02},
          {},
          {.l2 = 0.05, .penalty = {{{"f0", 0}}}},
          {.l1 = 0.03, .penalty = {{{"f0", 0.5}, {"f1", 0}}}},
          {.constraints = {.nonnegative = true}},
          {.l2 = 0.02, .constraints = {.lower = {{"f0", -0.05}}, .upper = {{"f0", 0.05}, {"f1", 0}}}}};
}

/// Without what names the second column, for problems of one.
LinearConfig of_one_column(LinearConfig config) {
  for (FeatureValues* const values : {&config.penalty.factors, &config.constraints.lower, &config.constraints.upper})
    std::erase_if(*values, [](const FeatureValue& value) { return value.feature == "f1"; });
  return config;
}

TEST(InteriorPoint, GapsAreNeverLessThanTheDistanceFromTheOptimum) {
  unsigned seed = 300;
  for (const Loss& loss : cornered_losses()) {
    for (LinearConfig config : penalties_and_bounds()) {
      ++seed;
      config.loss = loss;
      config.intercept = seed % 3 != 0;
      config.standardize = seed % 2 == 0;
      if (seed % 5 == 0) config.tolerance = 1e-4;
      SCOPED_TRACE(loss.name() + " " + std::to_string(seed) + " l1 " + std::to_string(config.l1) + " l2 " +
                   std::to_string(config.l2) + (config.intercept ? " intercept" : ""));
      expect_true_gap(RandomRows(loss, seed % 4 < 2, seed, 20, config.intercept ? 1 : 2),
                      config.intercept ? of_one_column(config) : config);
    }
  }
}

Dataset example(const char* file, const char* label) {
  return Dataset::from_csv(std::filesystem::path(LINDEN_SOURCE_DIR) / "examples/data" / file, {.label = label});
}

// As many rows as parameters lie on the plane, to the last digits: no smoothing is left.
TEST(InteriorPoint, WithoutL2TheSolutionIsAVertex) {
  const Dataset data = example("diabetes.csv", "progression");
  for (const double level : {0.1, 0.5, 0.9}) {
    const LinearModel model = fit_linear(data, {.loss = loss::quantile({.level = level})});
    const Tensor found = model.predict(data);
    const std::span<const double> scores = found.span<const double>(), labels = data.label().span<const double>();
    int exact = 0, below = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      exact += std::abs(scores[i] - labels[i]) < 1e-10 * 346 ? 1 : 0;
      below += labels[i] < scores[i] - 1e-8 ? 1 : 0;
    }
    EXPECT_EQ(exact, 11) << level;  // ten columns and the intercept
    // The share of labels below is the level, but for those on the plane (Koenker and Bassett 1978).
    EXPECT_LE(below, level * 442);
    EXPECT_GE(below + exact, level * 442);
  }
}

TEST(InteriorPoint, WeightsThatL1HoldsAreZero) {
  const Dataset data = example("diabetes.csv", "progression");
  const LinearModel model = fit_linear(data, {.loss = loss::absolute(), .l1 = 0.3});
  int zeros = 0;
  for (const double w : model.weights()) zeros += w == 0 ? 1 : 0;
  EXPECT_GE(zeros, 5);
  EXPECT_LT(zeros, 10);
  EXPECT_TRUE(model.certificate().is_optimal()) << model.certificate();
}

TEST(InteriorPoint, LevelsAreAFitEach) {
  const Dataset data = example("diabetes.csv", "progression");
  const LinearModel both = fit_linear(data, {.loss = loss::quantile({.level = {0.2, 0.7}})});
  ASSERT_EQ(both.outputs(), 2);
  double objective = 0;
  for (const int k : {0, 1}) {
    const LinearModel one = fit_linear(data, {.loss = loss::quantile({.level = k == 0 ? 0.2 : 0.7})});
    for (int j = 0; j < 10; ++j) EXPECT_EQ(both.weight(j, k), one.weight(j));
    EXPECT_EQ(both.intercept()[static_cast<std::size_t>(k)], one.intercept()[0]);
    objective += one.certificate().objective;
  }
  EXPECT_EQ(both.certificate().objective, objective);
  EXPECT_TRUE(both.certificate().is_optimal());
  EXPECT_EQ(LinearModel::from_string(both.to_string()).to_string(), both.to_string());
}

TEST(InteriorPoint, TheMedianOfAConstantModelIsALabel) {
  const std::vector<double> x(5, 1.0), y{3, 9, 1, 4, 100};
  const Dataset data = Dataset::from_rows(std::span(x), 1, {.label = y});
  const LinearModel model = fit_linear(data, {.loss = loss::absolute()});
  EXPECT_EQ(model.intercept()[0], 4);
  EXPECT_NEAR(model.certificate().objective, (1 + 5 + 3 + 0 + 96) / 5.0, 1e-13);
  EXPECT_TRUE(model.certificate().is_optimal()) << model.certificate();
}

TEST(InteriorPoint, RowsOnAPlaneAreFittedExactly) {
  const std::vector<double> x{1, 0, 2, 0, 3, 1, 4, 1, 5, 2}, y{1, 2, 3, 4, 5};
  const Dataset data = Dataset::from_rows(std::span(x), 2, {.label = y});
  for (const Loss& loss : {loss::absolute(), loss::quantile({.level = 0.8}), loss::mape()}) {
    const LinearModel model = fit_linear(data, {.loss = loss});
    EXPECT_TRUE(model.certificate().is_optimal()) << model.certificate();
    EXPECT_NEAR(model.certificate().objective, 0, 1e-12);
  }
}

TEST(InteriorPoint, ThreadsDoNotShow) {
  for (const Loss& loss : cornered_losses()) {
    const RandomRows rows(loss, true, 9, 9000, 3);
    const LinearModel one = fit_linear(rows.dataset(), {.loss = loss, .l2 = 0.01}, {.threads = 1});
    EXPECT_EQ(fit_linear(rows.dataset(), {.loss = loss, .l2 = 0.01}, {.threads = 3}).to_string(), one.to_string());
  }
}

TEST(InteriorPoint, OffsetsAreTakenOffTheLabel) {
  RandomRows rows(loss::absolute(), true, 11, 60, 3);
  std::vector<double> offset, shifted = rows.labels;
  for (std::size_t i = 0; i < shifted.size(); ++i) {
    offset.push_back(0.3 * static_cast<double>(i % 5));
    shifted[i] -= offset[i];
  }
  const Dataset with = Dataset::from_rows(std::span<const double>(rows.values), 3,
                                          {.label = rows.labels, .weight = rows.weights, .offset = offset});
  const Dataset without =
      Dataset::from_rows(std::span<const double>(rows.values), 3, {.label = shifted, .weight = rows.weights});
  for (const double l2 : {0.0, 0.1}) {
    const LinearModel a = fit_linear(with, {.loss = loss::absolute(), .l2 = l2});
    const LinearModel b = fit_linear(without, {.loss = loss::absolute(), .l2 = l2});
    EXPECT_NEAR(a.certificate().objective, b.certificate().objective, 1e-8 * b.certificate().objective);
    for (int j = 0; j < 3; ++j) EXPECT_NEAR(a.weight(j), b.weight(j), 1e-5);
  }
}

}  // namespace
}  // namespace linden
