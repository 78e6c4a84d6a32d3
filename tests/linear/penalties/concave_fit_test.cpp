// Fits under MCP and SCAD: closed forms, the conditions of a stationary point in long double, bounds where there are
// any.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <linden/error.hpp>
#include <linden/linear.hpp>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "linear/penalties/standardised.hpp"
#include "loss/loss_references.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using reference::Real;

constexpr PenaltyShape shapes[] = {PenaltyShape::mcp, PenaltyShape::scad};

/// The penalty of a weight |w| by the definitions of Zhang and of Fan and Li.
Real penalty(PenaltyShape shape, Real l1, Real gamma, Real w) {
  const Real size = std::abs(w);
  if (shape == PenaltyShape::mcp)
    return size <= gamma * l1 ? l1 * size - size * size / (2 * gamma) : gamma * l1 * l1 / 2;
  if (size <= l1) return l1 * size;
  if (size <= gamma * l1) return (2 * gamma * l1 * size - size * size - l1 * l1) / (2 * (gamma - 1));
  return l1 * l1 * (gamma + 1) / 2;
}

Real penalty_slope(PenaltyShape shape, Real l1, Real gamma, Real size) {
  if (shape == PenaltyShape::mcp) return std::max(l1 - size / gamma, Real(0));
  return size <= l1 ? l1 : std::max(gamma * l1 - size, Real(0)) / (gamma - 1);
}

double usual_gamma(PenaltyShape shape) { return shape == PenaltyShape::mcp ? 3 : 3.7; }

// Of orthonormal columns each weight is a function of that of least squares: firm thresholding, and that of Fan and Li.
TEST(ConcaveFit, OrthogonalColumnsHaveTheClosedForm) {
  std::vector<double> values, labels;
  for (unsigned i = 0; i < 8; ++i) {
    for (unsigned j = 1; j < 8; ++j) values.push_back(__builtin_popcount(i & j) % 2 == 0 ? 1 : -1);
    labels.push_back(std::array{3.0, -1.0, 0.5, 2.0, 0.0, 4.0, -2.0, 1.0}[i]);
  }
  const Dataset data = Dataset::from_rows(std::span(values), 7, {.label = labels});
  constexpr double l1 = 0.3;
  for (const PenaltyShape shape : shapes) {
    const double gamma = usual_gamma(shape);
    const LinearModel model = fit_linear(data, {.l1 = l1, .penalty = {.shape = shape}});
    EXPECT_EQ(model.certificate().status, FitStatus::converged) << model.certificate();
    EXPECT_EQ(model.certificate().gap_kind, GapKind::bound);
    EXPECT_TRUE(model.warnings().empty());
    for (unsigned j = 1; j < 8; ++j) {
      double z = 0;
      for (unsigned i = 0; i < 8; ++i) z += values[i * 7 + j - 1] * labels[i] / 8;
      const double size = std::abs(z), soft = std::max(size - l1, 0.0);
      double wanted = size;
      if (shape == PenaltyShape::mcp && size <= gamma * l1) wanted = soft / (1 - 1 / gamma);
      if (shape == PenaltyShape::scad && size <= gamma * l1)
        wanted = size <= 2 * l1 ? soft : ((gamma - 1) * size - gamma * l1) / (gamma - 2);
      EXPECT_NEAR(model.weight(static_cast<int>(j) - 1), std::copysign(wanted, z), 1e-10);
    }
  }
}

/// Checks the conditions of a stationary point by what the data and the definitions say.
void expect_stationary(const RandomRows& rows, const LinearConfig& config, double within) {
  const LinearModel model = fit_linear(rows.dataset(), config, {.threads = 2});
  const Certificate& c = model.certificate();
  EXPECT_TRUE(c.status == FitStatus::stationary_point ||
              (c.status == FitStatus::converged && c.gap_kind == GapKind::bound))
      << c;
  if (c.status == FitStatus::stationary_point) {
    EXPECT_EQ(c.gap_source, "how far the conditions of a stationary point are from being met");
    EXPECT_FALSE(c.is_optimal());
  }
  LinearConfig smooth = config;
  smooth.l1 = 0;
  const Standardised exact = standardised(rows, smooth);
  const std::vector<Real> at = parameters_of(model, exact);
  std::vector<Real> gradient, hessian;
  exact.problem.derive(at, gradient, hessian);
  const Real gamma = config.penalty.gamma > 0 ? config.penalty.gamma : usual_gamma(config.penalty.shape);
  Real value = exact.problem.objective(std::span<const Real>(at));
  const std::size_t width = exact.problem.width;
  for (std::size_t p = 0; p < at.size(); ++p) {
    if (p % width + 1 == width) {
      EXPECT_NEAR(static_cast<double>(gradient[p]), 0, config.intercept ? within : 1e9);
      continue;
    }
    const Real unit = config.standardize ? 1 : 1 / exact.deviation[p % width];
    const Real l1 = config.l1 * feature_value(config.penalty.factors, p % width, 1);
    const Real w = at[p] * unit, slope = gradient[p] / unit;
    const Real pull = penalty_slope(config.penalty.shape, l1, gamma, std::abs(w));
    if (w == 0)
      EXPECT_LE(std::abs(slope), l1 * (1 + 1e-9L)) << p;
    else
      EXPECT_NEAR(static_cast<double>(slope + (w > 0 ? pull : -pull)), 0, within) << p;
    value += penalty(config.penalty.shape, l1, gamma, w);
  }
  EXPECT_NEAR(c.objective, static_cast<double>(value), 1e-13 * static_cast<double>(value));
}

TEST(ConcaveFit, EndsAtAStationaryPointForEveryLossWithCurvature) {
  unsigned seed = 700;
  for (const Loss& loss : convex_losses()) {
    if (has_corners(loss)) continue;
    for (const PenaltyShape shape : shapes) {
      ++seed;
      LinearConfig config{.loss = loss, .l1 = 0.06, .l2 = seed % 5 == 0 ? 0.01 : 0, .penalty = {.shape = shape}};
      config.intercept = seed % 3 != 0;
      config.standardize = seed % 4 < 2;
      config.tolerance = 1e-11;
      if (seed % 3 == 1) config.penalty.factors = {{"f1", 0}, {"f2", 2}};
      if (seed % 3 == 2) config.penalty.gamma = 5;
      SCOPED_TRACE(loss.name() + (config.intercept ? " intercept" : "") + (config.standardize ? " standardize" : "") +
                   (shape == PenaltyShape::mcp ? " mcp" : " scad"));
      expect_stationary(RandomRows(loss, seed % 2 == 0, seed, 60, 5), config, 1e-4);
    }
  }
}

TEST(ConcaveFit, LbfgsEndsAtOneToo) {
  for (const PenaltyShape shape : shapes)
    expect_stationary(RandomRows(loss::logistic(), false, 4, 80, 5),
                      {.loss = loss::logistic(),
                       .l1 = 0.03,
                       .solver = Solver::lbfgs,
                       .tolerance = 1e-10,
                       .penalty = {.shape = shape}},
                      1e-4);
}

// One column: all weights can be looked at. The bound holds for the lowest of them.
TEST(ConcaveFit, ABoundHoldsForTheOptimum) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    const PenaltyShape shape = shapes[seed % 2];
    LinearConfig config{.loss = loss::squared(), .l1 = 0.02 * (1 + seed % 7), .penalty = {.shape = shape}};
    config.penalty.gamma = seed % 3 == 0 ? 2.5 : 0;
    if (seed % 5 == 0) config.tolerance = 0.5;
    const RandomRows rows(loss::squared(), false, seed, 30, 1);
    const LinearModel model = fit_linear(rows.dataset(), config);
    const Certificate& c = model.certificate();
    ASSERT_EQ(c.gap_kind, GapKind::bound) << c;
    LinearConfig smooth = config;
    smooth.l1 = 0;
    const Standardised exact = standardised(rows, smooth);
    std::vector<Real> at = parameters_of(model, exact);
    const Real gamma = config.penalty.gamma > 0 ? config.penalty.gamma : usual_gamma(shape);
    const auto value = [&](Real w) {
      const std::vector<Real> u{w, at[1]};
      return exact.problem.objective(std::span<const Real>(u)) + penalty(shape, config.l1, gamma, w);
    };
    const Real here = value(at[0]);
    for (int i = -300; i <= 300; ++i) ASSERT_LE(here - value(i / 100.0L), c.gap) << i;
  }
}

TEST(ConcaveFit, ManyColumnsGoByWorkingSets) {
  for (const bool is_sparse : {false, true})
    for (const PenaltyShape shape : shapes) {
      const RandomRows rows(loss::squared(),
                            {.rows = 150, .features = 900, .entries = is_sparse ? 30 : 0, .informative = 30}, 9);
      const LinearConfig config{.l1 = 0.25, .penalty = {.shape = shape}};
      const LinearModel model = fit_linear(rows.dataset(), config), lasso = fit_linear(rows.dataset(), {.l1 = 0.25});
      EXPECT_EQ(model.certificate().status, FitStatus::stationary_point) << model.certificate();
      EXPECT_LT(model.certificate().kkt_distance, 1e-4);
      EXPECT_LT(model.certificate().objective, lasso.certificate().objective);  // the penalty is nowhere higher
    }
}

TEST(ConcaveFit, ALargeGammaIsNearlyTheLasso) {
  const Dataset data = RandomRows(loss::logistic(), false, 3, 80, 5).dataset();
  const LinearModel lasso = fit_linear(data, {.loss = loss::logistic(), .l1 = 0.02});
  for (const PenaltyShape shape : shapes) {
    const LinearModel near =
        fit_linear(data, {.loss = loss::logistic(), .l1 = 0.02, .penalty = {.shape = shape, .gamma = 1e9}});
    for (int j = 0; j < 5; ++j) EXPECT_NEAR(near.weight(j), lasso.weight(j), 1e-5);
  }
}

TEST(ConcaveFit, TheCertificateSaysWhatItIs) {
  const Dataset data = RandomRows(loss::logistic(), false, 3, 80, 5).dataset();
  const LinearModel model =
      fit_linear(data, {.loss = loss::logistic(), .l1 = 0.05, .penalty = {.shape = PenaltyShape::mcp}});
  std::ostringstream text;
  text << model.certificate();
  EXPECT_EQ(text.str().substr(0, text.str().find('\n')),
            "status      stationary point: no small step is lower, and what is further away may be");
  EXPECT_NE(text.str().find("(estimate from how far the conditions of a stationary point are from being met;"),
            std::string::npos)
      << text.str();
  EXPECT_EQ(model.warnings().back(),
            "the objective is not convex: the weights are a stationary point near the optimum of l1, and others may be "
            "lower.");
  const LinearModel again = LinearModel::from_string(model.to_string());
  EXPECT_EQ(again.certificate().status, FitStatus::stationary_point);
  EXPECT_EQ(again.config().penalty.shape, PenaltyShape::mcp);
  EXPECT_EQ(again.to_string(), model.to_string());
}

std::string refused_shape(const LinearConfig& config) {
  return refusal<ArgumentError>([&] { config.check(); });
}

TEST(ConcaveFit, WhatDoesNotGoWithItIsRefused) {
  EXPECT_EQ(refused_shape({.l1 = 1, .penalty = {.shape = PenaltyShape::mcp, .gamma = 1}}),
            "LinearConfig.penalty.gamma is 1; it must be > 1 for mcp, or 0 for 3.");
  EXPECT_EQ(refused_shape({.l1 = 1, .penalty = {.shape = PenaltyShape::scad, .gamma = 2}}),
            "LinearConfig.penalty.gamma is 2; it must be > 2 for scad, or 0 for 3.7.");
  EXPECT_EQ(refused_shape({.l1 = 1, .penalty = {.gamma = 3}}),
            "LinearConfig.penalty.gamma is 3, and penalty.shape is absolute, which has none. Hint: mcp or scad.");
  EXPECT_EQ(refused_shape({.loss = loss::sharp_hinge(), .l1 = 1, .penalty = {.shape = PenaltyShape::scad}}),
            "LinearConfig.penalty: shape is scad and loss sharp_hinge, which has corners: no solver takes both. Hint: "
            "l1, or a loss with curvature, logistic or squared_hinge.");
  EXPECT_EQ(refused_shape({.l1 = 1, .penalty = {.groups = {{"a"}}, .group = 1, .shape = PenaltyShape::mcp}}),
            "LinearConfig.penalty: shape is mcp and there are groups, and no solver takes both. Hint: absolute.");
}

}  // namespace
}  // namespace linden
