// Equations of weights: optima and gaps against long double, elimination by hand, and what is refused.
#include <gtest/gtest.h>

#include <cmath>
#include <linden/error.hpp>
#include <linden/linear.hpp>
#include <linden/linear_path.hpp>
#include <linden/ops.hpp>
#include <linden/statistics.hpp>
#include <string>
#include <vector>

#include "linear/penalties/equations_reference.hpp"
#include "loss/loss_references.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using reference::Real;

const WeightEquations two{{{{"f0", 1}, {"f1", 1}, {"f3", -2}}, 0.1}, {{{"f1", 1}, {"f2", 3}}, 0}};

void expect_equations(const LinearModel& model, const LinearConfig& config) {
  for (const auto& [sum, value] : config.constraints.equal)
    for (int k = 0; k < model.outputs(); ++k) {
      double found = -value, size = std::abs(value);
      for (const auto& [name, number] : sum) {
        found += number * model.weight(std::stoi(name.substr(1)), k);
        size += std::abs(number * model.weight(std::stoi(name.substr(1)), k));
      }
      EXPECT_LE(std::abs(found), 1e-14 * size);
    }
}

TEST(LinearEquations, AreMetAtTheOptimumOfEveryConvexLoss) {
  unsigned seed = 900;
  for (const Loss& loss : convex_losses()) {
    if (has_corners(loss)) continue;
    for (int kind = 0; kind < 3; ++kind) {
      ++seed;
      LinearConfig config{.loss = loss, .l2 = kind == 2 ? 0 : 0.02, .constraints = {.equal = two}};
      if (kind == 2 && loss.label_kind() != LabelKind::real) config.l2 = 0.1;  // else there may be no minimum
      if (kind == 1) {
        config.penalty.tikhonov = 0.1;
        config.penalty.differences = {{{"f4", 1}, {"f5", -1}}, {{"f0", 1}, {"f4", -1}}};
      }
      config.intercept = seed % 3 != 0;
      config.standardize = seed % 2 == 0;
      config.tolerance = traits_of(loss.definition().spec)->is_majorised ? 1e-6 : 1e-8;
      SCOPED_TRACE(loss.name() + " seed " + std::to_string(seed));
      const RandomRows rows(loss, seed % 3 == 1, seed, 40, 6);
      const LinearModel model = fit_linear(rows.dataset(), config, {.threads = 2});
      const Certificate& c = model.certificate();
      const Standardised plain = standardised(rows, config);
      const std::vector<Real> optimum = reference::minimise(plain.problem, reference::equations(plain, config)),
                              found = parameters_of(model, plain);
      const Real least = plain.problem.objective(std::span<const Real>(optimum));
      const Real distance = plain.problem.objective(std::span<const Real>(found)) - least;
      EXPECT_EQ(c.status, FitStatus::converged) << c;
      const bool is_parabola = traits_of(loss.definition().spec)->is_majorised;
      if (config.l2 == 0 || !is_parabola) {  // behind a parabola either may be
        EXPECT_EQ(c.gap_kind, config.l2 > 0 ? GapKind::bound : GapKind::estimate) << c;
      }
      EXPECT_LE(distance, c.gap) << c;
      EXPECT_GE(distance, -1e-15L * (1 + least));
      EXPECT_LE(c.relative_gap, config.tolerance);
      EXPECT_EQ(c.solver, Solver::newton_cholesky);
      expect_equations(model, config);
    }
  }
}

// f0 + f1 = 1: with f1 = 1 - f0 the score is f0 (x0 - x1) + x1.
TEST(LinearEquations, AreEliminationByHand) {
  for (const Loss& loss : {loss::squared(), loss::logistic(), loss::poisson()}) {
    const RandomRows rows(loss, false, 5, 80, 3);
    RandomRows reduced(loss, false, 5, 80, 2);
    std::vector<double> offset;
    for (std::int64_t i = 0; i < rows.rows; ++i) {
      RandomRows copy = rows;
      reduced.at(i, 0) = copy.at(i, 0) - copy.at(i, 1);
      reduced.at(i, 1) = copy.at(i, 2);
      offset.push_back(copy.at(i, 1));
    }
    reduced.labels = rows.labels;
    const LinearModel with = fit_linear(
        rows.dataset(), {.loss = loss, .constraints = {.equal = {{.sum = {{"f0", 1}, {"f1", 1}}, .value = 1}}}});
    const LinearModel by_hand = fit_linear(reduced.dataset().with_offset(offset), {.loss = loss});
    EXPECT_NEAR(with.weight(0), by_hand.weight(0), 1e-9) << loss.name();
    EXPECT_NEAR(with.weight(1), 1 - by_hand.weight(0), 1e-9);
    EXPECT_NEAR(with.weight(2), by_hand.weight(1), 1e-9);
    EXPECT_NEAR(with.intercept()[0], by_hand.intercept()[0], 1e-8);
  }
}

// All categories have a weight, whose sum is 0: deviations from the mean of the groups, as in an analysis of variance.
TEST(LinearEquations, MakeSumsOfCategoriesZero) {
  const std::vector<std::string> colours{"red", "red", "blue", "blue", "green", "green"};
  const std::vector<double> labels{1, 3, 5, 7, 10, 10};
  const std::vector<double> one(labels.size(), 1);
  const Dataset data = Dataset::from_rows(one, 1)
                           .without({"f0"})
                           .with_column("colour", NameList(colours))
                           .with_label(NumberList(labels));
  const LinearModel model =
      fit_linear(data, {.loss = loss::squared(),
                        .constraints = {.equal = {{{{"colour=red", 1}, {"colour=blue", 1}, {"colour=green", 1}}, 0}}}});
  EXPECT_TRUE(model.certificate().is_optimal()) << model.certificate();
  ASSERT_EQ(model.weight_names(), (std::vector<std::string>{"colour=blue", "colour=green", "colour=red"}));
  EXPECT_NEAR(model.intercept()[0], 6, 1e-12);
  EXPECT_NEAR(model.weight(0), 0, 1e-12);
  EXPECT_NEAR(model.weight(1), 4, 1e-12);
  EXPECT_NEAR(model.weight(2), -4, 1e-12);
}

TEST(LinearEquations, GoByTextAndFile) {
  LinearConfig config;
  set_field(config, "constraints.equal", "f0=1,f1=1:0.5;f2=1 : 2");
  ASSERT_EQ(config.constraints.equal.size(), 2u);
  EXPECT_EQ(config.constraints.equal[0].value, 0.5);
  const Dataset data = RandomRows(loss::squared(), false, 1, 30, 3).dataset();
  const LinearModel model = fit_linear(data, config), copy = LinearModel::from_string(model.to_string());
  EXPECT_NEAR(model.weight(2), 2, 1e-14);
  EXPECT_EQ(copy.to_string(), model.to_string());
  EXPECT_EQ(copy.config().constraints.equal[1].sum[0].feature, "f2");
}

TEST(LinearEquations, WhatDoesNotGoWithThemIsRefused) {
  const Dataset data = RandomRows(loss::squared(), false, 1, 30, 4).dataset();
  const auto refused = [&](LinearConfig config) {
    if (config.constraints.equal.empty()) config.constraints.equal = two;
    return refusal<ArgumentError>([&] { fit_linear(data, config); });
  };
  const std::string both = ", too, and no solver takes both. Hint: leave one of them out.";
  EXPECT_EQ(refused({.l1 = 1}), "LinearConfig.constraints.equal: there is l1" + both);
  EXPECT_EQ(refused({.constraints = {.nonnegative = true}}), "LinearConfig.constraints.equal: there are bounds" + both);
  EXPECT_EQ(refused({.penalty = {.groups = {{"f0"}}, .group = 1}}),
            "LinearConfig.constraints.equal: there are groups" + both);
  EXPECT_EQ(refused({.solver = Solver::lbfgs}),
            "LinearConfig.solver is lbfgs, which does not take equations of weights. Hint: newton_cholesky, or leave "
            "the choice to automatic.");
  EXPECT_EQ(refused({.loss = loss::quantile()}),
            "LinearConfig.penalty: there are equations of weights and loss quantile, which has corners: no solver "
            "takes both. Hint: l1, or a loss with curvature, squared or huber.");
  EXPECT_EQ(refused({.constraints = {.equal = {{{{"f0", 1}, {"f1", 2}}, 1}, {{{"f0", 2}, {"f1", 4}}, 3}}}}),
            "LinearConfig.constraints.equal: equation 1 follows from those before it, or contradicts them. Hint: leave "
            "it out.");
  EXPECT_EQ(refused({.constraints = {.equal = {{{{"f7", 1}}, 1}}}}),
            "LinearConfig.constraints.equal: the data has no feature \"f7\". Did you mean \"f0\"? Features: f0, f1, "
            "f2, f3.");
  const auto custom = [](const Tensor& s, const Tensor& y) { return square(y - s); };
  EXPECT_EQ(refused({.loss = loss::custom("mine", custom)}),
            "fit_linear: there are equations of weights, which want a loss that is known to be convex and whose "
            "curvature is known, and that of mine is not. Hint: leave the equations out, or squared, logistic, "
            "softmax, poisson or another such loss.");
  LinearConfig config;
  EXPECT_EQ(refusal<ArgumentError>([&] { set_field(config, "constraints.equal", "f0=1"); }),
            "LinearConfig.constraints.equal: \"f0=1\" is not NAME=NUMBER,...:NUMBER;... Hint: a sum, a colon and its "
            "value, a=1,b=1:0, and a semicolon between equations; a name with a comma, a semicolon or a colon in it "
            "stands in double quotes.");
  EXPECT_EQ(refusal<ArgumentError>([&] { set_field(config, "constraints.equal", "f0=1:inf"); }),
            "LinearConfig.constraints.equal: sum 0 is to be inf; it must be finite.");
  config.constraints.equal = two;
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_path(data, config); }),
            "fit_path: there are equations between weights, and the strong rule is one of columns. Hint: fit_linear "
            "at each strength.");
  const LinearModel model = fit_linear(data, config);
  EXPECT_EQ(refusal<ArgumentError>([&] { statistics(model, data); }),
            "statistics: the model was fitted with equations of weights, whose errors no formula here gives. Hint: a "
            "fit without them, or columns that meet them by themselves.");
}

}  // namespace
}  // namespace linden
