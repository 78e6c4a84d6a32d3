// SLOPE: optima and gaps against long double, what it is the same as, closed forms, and what is refused.
#include <gtest/gtest.h>

#include <cmath>
#include <linden/error.hpp>
#include <linden/linear.hpp>
#include <linden/linear_path.hpp>
#include <linden/statistics.hpp>
#include <string>
#include <vector>

#include "linear/objective/sorted_penalty.hpp"
#include "linear/penalties/slope_reference.hpp"
#include "loss/loss_references.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using reference::Real;

void expect_optimum(const RandomRows& rows, const LinearConfig& config) {
  const LinearModel model = fit_linear(rows.dataset(), config, {.threads = 2});
  const Certificate& c = model.certificate();
  const Standardised plain = standardised(rows, config);
  const reference::SlopeProblem problem = reference::sloped(plain, config);
  const Real least = problem.objective(reference::minimise(problem));
  const Real distance = problem.objective(parameters_of(model, plain)) - least;
  EXPECT_EQ(c.status, FitStatus::converged) << c;
  EXPECT_EQ(c.gap_kind, GapKind::bound) << c;
  EXPECT_LE(distance, c.gap);
  EXPECT_LE(c.relative_gap, config.tolerance);
  EXPECT_NEAR(c.objective, static_cast<double>(least), c.gap + 1e-9 * static_cast<double>(least));
}

TEST(Slope, FindsTheOptimumOfLossesWithCurvature) {
  unsigned seed = 1100;
  for (const Loss& loss : convex_losses()) {
    if (has_corners(loss)) continue;
    ++seed;
    LinearConfig config{.loss = loss, .l2 = seed % 2 == 0 ? 0.05 : 0};
    config.penalty = {.slope = 0.03, .sequence = {3, 2, 1.5, 1}};
    config.intercept = seed % 3 != 0;
    config.standardize = seed % 4 < 2;
    config.tolerance = traits_of(loss.definition().spec)->is_majorised ? 1e-6 : 1e-8;
    SCOPED_TRACE(loss.name() + " seed " + std::to_string(seed));
    expect_optimum(RandomRows(loss, seed % 3 == 1, seed, 40, 5), config);
  }
}

TEST(Slope, OfOneStrengthIsTheLasso) {
  for (const Loss& loss : {loss::squared(), loss::logistic(), loss::softmax({.classes = 3})}) {
    const Dataset data = RandomRows(loss, false, 31, 80, 5).dataset();
    LinearConfig config{.loss = loss, .tolerance = 1e-11};
    config.penalty.slope = 0.05;
    const LinearModel slope = fit_linear(data, config);
    const LinearModel lasso = fit_linear(data, {.loss = loss, .l1 = 0.05, .tolerance = 1e-11});
    EXPECT_NEAR(slope.certificate().objective, lasso.certificate().objective, 1e-10) << loss.name();
    for (int j = 0; j < 5; ++j) EXPECT_NEAR(slope.weight(j), lasso.weight(j), 1e-6);
  }
}

// Of two orthogonal columns the weights are the proximal point of the least squares: apart, or pooled (OSCAR).
TEST(Slope, OfTwoColumnsHasTheClosedForm) {
  const std::vector<double> values{1, 1, 1, -1, -1, 1, -1, -1};
  const auto weights_of = [&](double a, double b) {
    std::vector<double> labels;
    for (int i = 0; i < 4; ++i)
      labels.push_back(a * values[static_cast<std::size_t>(2 * i)] + b * values[static_cast<std::size_t>(2 * i + 1)]);
    LinearConfig config{.loss = loss::squared()};
    config.penalty = {.slope = 0.5, .sequence = {3, 1}};
    const LinearModel model = fit_linear(Dataset::from_rows(values, 2, {.label = labels}), config);
    return std::vector<double>{model.weight(0), model.weight(1)};
  };
  const auto expect = [](const std::vector<double>& w, double a, double b) {
    EXPECT_NEAR(w[0], a, 1e-12);
    EXPECT_NEAR(w[1], b, 1e-12);
  };
  expect(weights_of(5, -2), 3.5, -1.5);
  expect(weights_of(3, -2.5), 1.75, -1.75);  // 1.5 and 2 are out of order: their mean
  expect(weights_of(-1, 0.9), 0, 0);
  expect(weights_of(0.25, 4), 0, 2.5);
}

TEST(Slope, ProximalPointsAreThoseOfTheDefinition) {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<double> v, s{2, 1.5, 1.5, 0.7, 0.2, 0}, x(6);
    for (int k = 0; k < 6; ++k) v.push_back(2 * normal(random));
    sorted_prox(v, s, x);
    const std::vector<Real> exact = reference::proximal({v.begin(), v.end()}, {s.begin(), s.end()});
    std::vector<double> left;
    for (std::size_t k = 0; k < 6; ++k) {
      EXPECT_NEAR(x[k], static_cast<double>(exact[k]), 1e-14);
      left.push_back(v[k] - x[k]);
    }
    // What is left is in the domain of the conjugate, and the penalty at x is straight along it.
    EXPECT_GE(sorted_factor(left, s), 1 - 1e-14);
    double along = 0;
    for (std::size_t k = 0; k < 6; ++k) along += left[k] * x[k];
    EXPECT_NEAR(along, sorted_value(x, s), 1e-13);
  }
}

TEST(Slope, ColumnsWithoutAPenaltyGoBeside) {
  for (const Loss& loss : {loss::squared(), loss::logistic()}) {
    LinearConfig config{.loss = loss};
    config.penalty = {.factors = {{"f1", 0}}, .slope = 0.03, .sequence = {2, 1.5, 1}};
    expect_optimum(RandomRows(loss, false, 37, 60, 5), config);
  }
}

TEST(Slope, ManyColumnsThatAreAlikeHaveTheSameWeight) {
  RandomRows rows(loss::squared(), {.rows = 100, .features = 60, .informative = 60}, 41);
  for (std::int64_t i = 0; i < rows.rows; ++i) rows.at(i, 3) = rows.at(i, 0);
  LinearConfig config{.loss = loss::squared()};
  config.penalty.slope = 0.002;
  for (int k = 60; k > 0; --k) config.penalty.sequence.push_back(k);
  const LinearModel model = fit_linear(rows.dataset(), config);
  EXPECT_EQ(model.certificate().status, FitStatus::converged) << model.certificate();
  EXPECT_NE(model.weight(0), 0);
  EXPECT_NEAR(model.weight(0), model.weight(3), 1e-9);
}

TEST(Slope, GoesByTextAndFile) {
  LinearConfig config;
  set_field(config, "penalty.slope", "0.05");
  set_field(config, "penalty.sequence", "3, 2,1");
  const Dataset data = RandomRows(loss::squared(), false, 1, 30, 4).dataset();
  const LinearModel model = fit_linear(data, config), copy = LinearModel::from_string(model.to_string());
  EXPECT_EQ(copy.to_string(), model.to_string());
  EXPECT_EQ(copy.config().penalty.sequence, (std::vector<double>{3, 2, 1}));
}

TEST(Slope, WhatDoesNotGoWithItIsRefused) {
  const Dataset data = RandomRows(loss::squared(), false, 1, 30, 3).dataset();
  const auto refused = [&](LinearConfig config) {
    config.penalty.slope = 1;
    return refusal<ArgumentError>([&] { fit_linear(data, config); });
  };
  EXPECT_EQ(refused({.l1 = 2}),
            "LinearConfig.penalty.slope: l1 is 2, too, and no solver takes both. Hint: add it to the sequence.");
  EXPECT_EQ(
      refused({.constraints = {.nonnegative = true}}),
      "LinearConfig.penalty.slope: there are bounds, too, and no solver takes both. Hint: leave one of them out.");
  EXPECT_EQ(refused({.constraints = {.equal = {{{{"f0", 1}}, 1}}}}),
            "LinearConfig.constraints.equal: there is slope, too, and no solver takes both. Hint: leave one of them "
            "out.");
  EXPECT_EQ(refused({.solver = Solver::lbfgs}),
            "LinearConfig.solver is lbfgs, which does not take penalty.slope. Hint: coordinate_descent, or leave the "
            "choice to automatic.");
  EXPECT_EQ(refused({.penalty = {.factors = {{"f0", 0.5}}}}),
            "LinearConfig.penalty.factors: feature \"f0\" has 0.5, and penalty.slope takes 0 and 1. Hint: 0 leaves a "
            "column out.");
  EXPECT_EQ(refused({.loss = loss::absolute()}),
            "LinearConfig.penalty: there is slope and loss absolute, which has corners: no solver takes both. Hint: "
            "l1, or a loss with curvature, squared or huber.");
  LinearConfig config;
  EXPECT_EQ(refusal<ArgumentError>([&] { set_field(config, "penalty.sequence", "1,2"); }),
            "LinearConfig.penalty.sequence: number 1 is 2, and the one before it 1; the sequence must not rise.");
  EXPECT_EQ(refusal<ArgumentError>([&] { set_field(config, "penalty.sequence", "0"); }),
            "LinearConfig.penalty.sequence: number 0 is 0; it must be > 0.");
  EXPECT_EQ(refusal<ArgumentError>([&] { set_field(config, "penalty.sequence", "1,x"); }),
            "LinearConfig.penalty.sequence: \"1,x\" is not NUMBER,NUMBER,...");
  config.penalty.slope = 0.1;
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_path(data, config); }),
            "fit_path: there is slope, and the strong rule is one of columns. Hint: fit_linear at each strength.");
  const LinearModel model = fit_linear(data, config);
  EXPECT_EQ(refusal<ArgumentError>([&] { statistics(model, data); }),
            "statistics: the model was fitted with l1 = 0, l2 = 0 and penalty.slope = 0.1, and penalties shrink "
            "weights, whose errors no formula here gives. Hint: a fit with l1 = 0 and l2 = 0.");
}

}  // namespace
}  // namespace linden
