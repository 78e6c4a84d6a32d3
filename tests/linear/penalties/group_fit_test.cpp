// Fits with groups: their optima and gaps against long double, closed forms, and what is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <linden/error.hpp>
#include <linden/linear.hpp>
#include <linden/ops.hpp>
#include <string>
#include <vector>

#include "linear/penalties/group_reference.hpp"
#include "loss/loss_references.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using reference::Real;

const FeatureGroups two_of_three{{"f0", "f3"}, {"f1", "f2", "f4"}};

void expect_optimum(const RandomRows& rows, const LinearConfig& config) {
  const LinearModel model = fit_linear(rows.dataset(), config, {.threads = 2});
  const Certificate& c = model.certificate();
  const Standardised plain = standardised(rows, config);
  const reference::GroupedProblem problem = reference::grouped(plain, config);
  const std::vector<Real> optimum = reference::minimise(problem);
  const Real least = problem.objective(optimum), distance = problem.objective(parameters_of(model, plain)) - least;
  EXPECT_EQ(c.status, FitStatus::converged) << c;
  EXPECT_EQ(c.gap_kind, GapKind::bound);
  EXPECT_LE(distance, c.gap);
  EXPECT_GE(distance, -1e-16L * least);
  EXPECT_LE(c.relative_gap, config.tolerance);
  EXPECT_NEAR(c.objective, static_cast<double>(least), c.gap + 1e-14 * static_cast<double>(least));
  for (std::size_t g = 0; g < problem.groups.size(); ++g) {  // groups of 0 are exactly that, all of them
    if (problem.norm(problem.groups[g], optimum) > 0 || config.tolerance > 1e-8) continue;
    for (const std::string& name : config.penalty.groups[g])
      for (int k = 0; k < model.outputs(); ++k) EXPECT_EQ(model.weight(std::stoi(name.substr(1)), k), 0) << name;
  }
}

TEST(GroupFit, FindsTheOptimumOfEveryConvexLoss) {
  unsigned seed = 300;
  for (const Loss& loss : convex_losses()) {
    if (has_corners(loss)) continue;
    for (const auto& [group, l1, l2] :
         {std::array{0.05, 0.0, 0.0}, {0.03, 0.02, 0.0}, {0.04, 0.0, 0.05}, {0.02, 0.01, 0.02}, {0.4, 0.0, 0.0}}) {
      ++seed;
      LinearConfig config{.loss = loss, .l1 = l1, .l2 = l2, .penalty = {.groups = two_of_three, .group = group}};
      config.intercept = seed % 3 != 0;
      config.standardize = seed % 2 == 0;
      config.tolerance = seed % 4 == 0 ? 1e-4 : 1e-8;
      // Parabolas above a loss come near to the optimum slowly, and the bound wants the square of their digits.
      if (traits_of(loss.definition().spec)->is_majorised) config.tolerance = 1e-6;

      if (seed % 5 == 0) config.penalty.factors = {{"f0", 2.0}, {"f3", 2.0}, {"f5", 0.5}};
      SCOPED_TRACE(loss.name() + " group " + std::to_string(group) + " l1 " + std::to_string(l1) + " l2 " +
                   std::to_string(l2) + (config.intercept ? " intercept" : "") +
                   (config.standardize ? " standardize" : "") + " tolerance " + std::to_string(config.tolerance));
      if (l1 + l2 == 0) config.penalty.groups.push_back({"f5"});
      expect_optimum(RandomRows(loss, seed % 3 == 1, seed, 40, 6), config);
    }
  }
}

TEST(GroupFit, ColumnsWithoutAPenaltyGoBeside) {
  for (const Loss& loss : {loss::squared(), loss::logistic(), loss::poisson()}) {
    SCOPED_TRACE(loss.name());
    expect_optimum(RandomRows(loss, false, 5, 60, 6),
                   {.loss = loss, .penalty = {.groups = two_of_three, .group = 0.05}});
    LinearConfig free{.loss = loss, .l1 = 0.02, .penalty = {.groups = two_of_three, .group = 0.05}};
    free.penalty.factors = {{"f0", 0}, {"f3", 0}};
    expect_optimum(RandomRows(loss, false, 6, 60, 6), free);
  }
}

TEST(GroupFit, GroupsOfOneColumnAreTheLasso) {
  for (const Loss& loss : {loss::squared(), loss::softmax({.classes = 3})}) {
    const bool is_one_output = loss.outputs() == 1;
    const Dataset data = RandomRows(loss, false, 7, 80, 4).dataset();
    const LinearModel groups =
        fit_linear(data, {.loss = loss, .penalty = {.groups = {{"f0"}, {"f1"}, {"f2"}, {"f3"}}, .group = 0.05}});
    const LinearModel lasso = fit_linear(data, {.loss = loss, .l1 = 0.05});
    EXPECT_TRUE(groups.certificate().is_optimal());
    if (is_one_output) {
      EXPECT_NEAR(groups.certificate().objective, lasso.certificate().objective, 1e-14);
      for (int j = 0; j < 4; ++j) EXPECT_NEAR(groups.weight(j), lasso.weight(j), 1e-7);
    } else {  // |w|_2 <= |w|_1
      EXPECT_LT(groups.certificate().objective, lasso.certificate().objective);
    }
  }
}

// Columns of a Hadamard matrix are orthonormal: a group's weights are those of least squares, shrunk by
// (1 - group sqrt(k) / |w|)+.
TEST(GroupFit, OrthogonalColumnsHaveTheClosedForm) {
  std::vector<double> values, labels;
  std::vector<std::vector<double>> a(8, std::vector<double>(8));
  for (unsigned i = 0; i < 8; ++i) {
    for (unsigned j = 0; j < 8; ++j) a[i][j] = __builtin_popcount(i & j) % 2 == 0 ? 1 : -1;
    for (unsigned j = 1; j < 8; ++j) values.push_back(a[i][j]);
    labels.push_back(std::array{3.0, -1.0, 0.5, 2.0, 0.0, 4.0, -2.0, 1.0}[i]);
  }
  const Dataset data = Dataset::from_rows(std::span(values), 7, {.label = labels});
  const FeatureGroups groups{{"f0", "f1"}, {"f2", "f3", "f4"}, {"f5", "f6"}};
  const LinearModel model = fit_linear(data, {.penalty = {.groups = groups, .group = 0.25}});
  for (const auto& group : groups) {
    double square = 0;
    std::vector<double> free;
    for (const std::string& name : group) {
      double sum = 0;
      for (unsigned i = 0; i < 8; ++i)
        sum += a[i][static_cast<std::size_t>(std::stoi(name.substr(1))) + 1] * labels[i] / 8;
      free.push_back(sum);
      square += sum * sum;
    }
    const double kept = std::max(1 - 0.25 * std::sqrt(static_cast<double>(group.size()) / square), 0.0);
    for (std::size_t k = 0; k < group.size(); ++k)
      EXPECT_NEAR(model.weight(std::stoi(group[k].substr(1))), kept * free[k], 1e-9);
  }
}

TEST(GroupFit, ManyColumnsGoByWorkingSetsOfWholeGroups) {
  for (const bool is_sparse : {false, true}) {
    const RandomRows rows(loss::logistic(),
                          {.rows = 150, .features = 900, .entries = is_sparse ? 30 : 0, .informative = 30}, 9);
    LinearConfig config{.loss = loss::logistic(), .penalty = {.group = 0.03}};
    for (int g = 0; g < 300; ++g) {
      config.penalty.groups.emplace_back();
      for (int k = 0; k < 3; ++k) config.penalty.groups.back().push_back("f" + std::to_string(3 * g + k));
    }
    for (const double l1 : {0.0, 0.01}) {
      config.l1 = l1;
      const LinearModel model = fit_linear(rows.dataset(), config);
      const Certificate& c = model.certificate();
      EXPECT_EQ(c.status, FitStatus::converged) << c;
      EXPECT_EQ(c.gap_kind, GapKind::bound);
      int nonzero = 0, torn = 0;
      for (int g = 0; g < 300; ++g) {
        int of_group = 0;
        for (const std::string& name : config.penalty.groups[static_cast<std::size_t>(g)]) {
          const auto place = std::ranges::find(model.feature_names(), name);
          if (place == model.feature_names().end()) continue;  // a column without an entry is no part of the model
          of_group += model.weight(static_cast<int>(place - model.feature_names().begin())) != 0 ? 1 : 0;
        }
        nonzero += of_group > 0 ? 1 : 0;
        torn += of_group > 0 && of_group < 3 ? 1 : 0;
      }
      EXPECT_GT(nonzero, 3);
      EXPECT_LT(nonzero, 200);
      if (l1 == 0 && !is_sparse) {
        EXPECT_EQ(torn, 0);
      }
      if (l1 > 0) {
        EXPECT_GT(torn, 0);
      }
    }
  }
}

TEST(GroupFit, ItIsSavedAndLoadedWithTheModel) {
  const Dataset data = RandomRows(loss::squared(), false, 11, 50, 6).dataset();
  const LinearModel model = fit_linear(data, {.l1 = 0.01, .penalty = {.groups = two_of_three, .group = 0.05}});
  const LinearModel again = LinearModel::from_string(model.to_string());
  EXPECT_EQ(again.config().penalty.groups, two_of_three);
  EXPECT_EQ(again.config().penalty.group, 0.05);
  EXPECT_EQ(again.to_string(), model.to_string());
}

std::string refused(const LinearConfig& config) {
  return refusal<ArgumentError>([&] { fit_linear(RandomRows(loss::squared(), false, 1, 30, 6).dataset(), config); });
}

TEST(GroupFit, WhatDoesNotGoWithGroupsIsRefused) {
  const ColumnPenalties groups{.groups = two_of_three, .group = 0.1};
  EXPECT_EQ(refused({.penalty = {.group = 0.1}}),
            "LinearConfig.penalty.group is 0.1, and there are no groups. Hint: penalty.groups.");
  EXPECT_EQ(refused({.penalty = {.groups = {{"f0", "f1"}, {"f1"}}, .group = 0.1}}),
            "LinearConfig.penalty.groups: feature \"f1\" is in groups 0 and 1. Hint: leave it out of one.");
  EXPECT_EQ(refused({.penalty = {.groups = {{"f0", "g1"}}, .group = 0.1}}).substr(0, 60),
            "LinearConfig.penalty.groups: the data has no feature \"g1\". D");
  EXPECT_EQ(refused({.loss = loss::absolute(), .penalty = groups}),
            "LinearConfig.penalty: there are groups and loss absolute, which has corners: no solver takes both. Hint: "
            "l1, or a loss with curvature, squared or huber.");
  EXPECT_EQ(refused({.penalty = groups, .constraints = {.nonnegative = true}}),
            "LinearConfig.penalty.groups: there are constraints, too, and no solver takes both. Hint: leave one of "
            "them out.");
  EXPECT_EQ(
      refused({.solver = Solver::lbfgs, .penalty = groups}),
      "LinearConfig.solver is lbfgs, which does not take groups. Hint: coordinate_descent, or leave the choice to "
      "automatic.");
  ColumnPenalties factors = groups;
  factors.factors = {{"f3", 2}};
  EXPECT_EQ(refused({.penalty = factors}),
            "LinearConfig.penalty.factors: \"f0\" has 1 and \"f3\" 2, and they are in one group. Hint: one factor for "
            "all columns of a group.");
  const auto centred = [](const Tensor& s, const Tensor& y) { return square(y - s - mean(y - s)) / 2; };
  EXPECT_EQ(refused({.loss = loss::custom("centred", centred), .penalty = groups}),
            "fit_linear: groups of weights want the Hessian, and that of loss \"centred\", which mixes rows, is not "
            "known. Hint: leave them out, or a loss that is evaluated row by row, with one score.");
}

}  // namespace
}  // namespace linden
