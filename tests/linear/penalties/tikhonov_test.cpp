// Ridge with a matrix: optima and gaps against long double, what it is the same as, and what is refused.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <linden/error.hpp>
#include <linden/linear.hpp>
#include <linden/linear_path.hpp>
#include <linden/statistics.hpp>
#include <string>
#include <vector>

#include "linear/penalties/standardised.hpp"
#include "loss/loss_references.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using reference::Real;

const WeightSums neighbours{{{"f0", 1}, {"f1", -1}}, {{"f1", 1}, {"f2", -1}}, {{"f2", 1}, {"f3", -1}}};
const WeightMatrix of_three{{"f3", "f0", "f4"}, {2, -1, 0.5, -1, 3, 0, 0.5, 0, 1}};

void expect_optimum(const RandomRows& rows, const LinearConfig& config) {
  const LinearModel model = fit_linear(rows.dataset(), config, {.threads = 2});
  const Certificate& c = model.certificate();
  const Standardised plain = standardised(rows, config);
  const std::vector<Real> optimum = reference::minimise(plain.problem), found = parameters_of(model, plain);
  const Real least = plain.problem.objective(std::span<const Real>(optimum));
  const Real distance = plain.problem.objective(std::span<const Real>(found)) - least;
  EXPECT_EQ(c.status, FitStatus::converged) << c;
  EXPECT_EQ(c.gap_kind, GapKind::bound) << c;
  EXPECT_LE(distance, c.gap);
  EXPECT_GE(distance, -1e-16L * least);
  EXPECT_LE(c.relative_gap, config.tolerance);
  EXPECT_NEAR(c.objective, static_cast<double>(least), c.gap + 1e-14 * static_cast<double>(least));
}

TEST(Tikhonov, FindsTheOptimumOfEveryConvexLossBesideOtherPenalties) {
  unsigned seed = 700;
  for (const Loss& loss : convex_losses()) {
    if (has_corners(loss)) continue;
    for (const auto& [l1, l2] : {std::array{0.0, 0.01}, {0.02, 0.0}, {0.01, 0.02}}) {
      ++seed;
      LinearConfig config{.loss = loss, .l1 = l1, .l2 = l2};
      config.penalty.tikhonov = 0.1;
      if (seed % 2 == 0) config.penalty.matrix = of_three;
      if (seed % 2 != 0 || seed % 3 == 0) config.penalty.differences = neighbours;
      config.intercept = seed % 3 != 0;
      config.standardize = seed % 4 < 2;
      config.tolerance = traits_of(loss.definition().spec)->is_majorised ? 1e-6 : 1e-8;
      SCOPED_TRACE(loss.name() + " seed " + std::to_string(seed));
      expect_optimum(RandomRows(loss, seed % 3 == 1, seed, 40, 6), config);
    }
  }
}

TEST(Tikhonov, EverySolverThatTakesItFindsTheSame) {
  for (const Loss& loss : {loss::squared(), loss::logistic(), loss::poisson(), loss::softmax({.classes = 3})}) {
    const RandomRows rows(loss, false, 11, 120, 6);
    LinearConfig config{.loss = loss, .l2 = 0.01, .tolerance = 1e-10};
    config.penalty.tikhonov = 0.5;
    config.penalty.differences = neighbours;
    for (const Solver solver :
         {Solver::newton_cholesky, Solver::newton_cg, Solver::lbfgs, Solver::coordinate_descent}) {
      config.solver = solver;
      SCOPED_TRACE(loss.name() + " " + name_of(solver));
      expect_optimum(rows, config);
    }
  }
}

TEST(Tikhonov, BoundsAndGroupsGoBeside) {
  for (const Loss& loss : {loss::squared(), loss::logistic()}) {
    const RandomRows rows(loss, false, 13, 80, 6);
    LinearConfig config{.loss = loss, .l2 = 0.01};
    config.penalty.tikhonov = 0.3;
    config.penalty.differences = neighbours;
    config.constraints = {.nonnegative = true, .upper = {{"f1", 0.01}}};
    expect_optimum(rows, config);
    config.constraints = {};
    config.penalty.groups = {{"f0", "f1"}, {"f2", "f5"}};
    config.penalty.group = 0.02;
    const LinearModel model = fit_linear(rows.dataset(), config);
    EXPECT_EQ(model.certificate().gap_kind, GapKind::bound);
    EXPECT_TRUE(model.certificate().is_optimal()) << model.certificate();
  }
}

// Alone it bounds nothing along weights that are all the same, which only rows settle.
TEST(Tikhonov, AloneIsBoundedToo) {
  for (const Loss& loss : {loss::squared(), loss::huber(), loss::poisson()}) {
    LinearConfig config{.loss = loss, .tolerance = 1e-7};
    config.penalty.tikhonov = 0.5;
    config.penalty.differences = neighbours;
    SCOPED_TRACE(loss.name());
    expect_optimum(RandomRows(loss, false, 17, 60, 6), config);
  }
}

TEST(Tikhonov, OfTheUnitMatrixIsRidge) {
  for (const bool standardize : {true, false}) {
    for (const Loss& loss : {loss::squared(), loss::logistic()}) {
      const Dataset data = RandomRows(loss, false, 19, 60, 3).dataset();
      const LinearModel ridge = fit_linear(data, {.loss = loss, .l2 = 0.2, .standardize = standardize});
      LinearConfig config{.loss = loss, .standardize = standardize};
      config.penalty.tikhonov = 0.2;
      config.penalty.matrix = {{"f0", "f1", "f2"}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
      const LinearModel matrix = fit_linear(data, config);
      config.penalty.matrix = {};
      config.penalty.differences = {{{"f0", 1}}, {{"f1", 1}}, {{"f2", 1}}};
      const LinearModel rows = fit_linear(data, config);
      for (int j = 0; j < 3; ++j) {
        EXPECT_NEAR(matrix.weight(j), ridge.weight(j), 1e-9);
        EXPECT_NEAR(rows.weight(j), ridge.weight(j), 1e-9);
      }
    }
  }
}

// Two columns that are the same, under a penalty on the difference of their weights, have the same weight.
TEST(Tikhonov, HoldsColumnsThatRowsDoNotTellApart) {
  RandomRows rows(loss::squared(), false, 23, 40, 3);
  for (std::int64_t i = 0; i < rows.rows; ++i) rows.at(i, 1) = rows.at(i, 0);
  LinearConfig config{.loss = loss::squared()};
  config.penalty.tikhonov = 1e-3;
  config.penalty.differences = {{{"f0", 1}, {"f1", -1}}};
  const LinearModel model = fit_linear(rows.dataset(), config);
  EXPECT_TRUE(model.certificate().collinear_columns.empty());
  EXPECT_NEAR(model.weight(0), model.weight(1), 1e-10);
  EXPECT_TRUE(model.certificate().is_optimal()) << model.certificate();
}

TEST(Tikhonov, ManyColumnsGoByWorkingSets) {
  const RandomRows rows(loss::squared(), {.rows = 60, .features = 700, .informative = 12}, 29);
  LinearConfig config{.loss = loss::squared(), .l1 = 0.05};
  config.penalty.tikhonov = 0.2;
  for (int j = 1; j < 700; ++j)
    config.penalty.differences.push_back({{"f" + std::to_string(j), 1}, {"f" + std::to_string(j - 1), -1}});
  const LinearModel sets = fit_linear(rows.dataset(), config);
  EXPECT_EQ(sets.certificate().status, FitStatus::converged) << sets.certificate();
  EXPECT_EQ(sets.certificate().gap_kind, GapKind::bound);
  config.solver = Solver::lbfgs;
  const LinearModel whole = fit_linear(rows.dataset(), config);
  EXPECT_NEAR(sets.certificate().objective, whole.certificate().objective,
              sets.certificate().gap + whole.certificate().gap);
}

TEST(Tikhonov, GoesByTextAndFile) {
  LinearConfig config;
  set_field(config, "penalty.tikhonov", "0.5");
  set_field(config, "penalty.matrix", "f1, \"f;0\" : 2,-1, -1 ,2");
  set_field(config, "penalty.differences", "f0=1,f1=-1;f1=1, f2=-2");
  EXPECT_EQ(config.penalty.matrix.columns, (std::vector<std::string>{"f1", "f;0"}));
  EXPECT_EQ(config.penalty.matrix.values, (std::vector<double>{2, -1, -1, 2}));
  ASSERT_EQ(config.penalty.differences.size(), 2u);
  EXPECT_EQ(config.penalty.differences[1][1].value, -2);
  config.penalty.matrix.columns[1] = "f0";
  const Dataset data = RandomRows(loss::squared(), false, 1, 30, 3).dataset();
  const LinearModel model = fit_linear(data, config), copy = LinearModel::from_string(model.to_string());
  EXPECT_EQ(copy.to_string(), model.to_string());
  EXPECT_EQ(copy.config().penalty.differences.size(), 2u);
  EXPECT_EQ(copy.config().penalty.matrix.values, config.penalty.matrix.values);
}

TEST(Tikhonov, WhatIsNoneIsRefused) {
  const auto set = [](const char* field, const char* text) {
    LinearConfig config;
    return refusal<ArgumentError>([&] { set_field(config, field, text); });
  };
  EXPECT_EQ(set("penalty.differences", "f0=1;none"),
            "LinearConfig.penalty.differences: \"f0=1;none\" is not NAME=NUMBER,...;NAME=NUMBER,... Hint: a semicolon "
            "stands between sums, a=1,b=-1;b=1,c=-1; a name with a comma, a semicolon or a colon in it stands in "
            "double quotes.");
  EXPECT_EQ(set("penalty.matrix", "a,b"),
            "LinearConfig.penalty.matrix: \"a,b\" is not NAME,...:NUMBER,... Hint: names, a colon and the rows of the "
            "matrix, a,b:2,-1,-1,2; a name with a comma, a semicolon or a colon in it stands in double quotes.");
  EXPECT_EQ(set("penalty.matrix", "a,b:1,2,3"),
            "LinearConfig.penalty.matrix: 3 numbers for 2 columns; it must be 4, row by row.");
  EXPECT_EQ(set("penalty.matrix", "a,b:1,2,3,4"),
            "LinearConfig.penalty.matrix: \"b\" and \"a\" have 3, and the other way round 2; it must be symmetric.");
  EXPECT_EQ(set("penalty.matrix", "a,a:1,0,0,1"),
            "LinearConfig.penalty.matrix: feature \"a\" is twice in group 0. Hint: leave one out.");
  EXPECT_EQ(set("penalty.differences", "a=1,a=2"),
            "LinearConfig.penalty.differences: feature \"a\" is twice in sum 0. Hint: leave one out.");
  EXPECT_EQ(set("penalty.differences", "a=1;b=0"),
            "LinearConfig.penalty.differences: sum 1 has zeros alone. Hint: leave it out.");
  EXPECT_EQ(set("penalty.differences", "a=inf"),
            "LinearConfig.penalty.differences: feature \"a\" has inf in sum 0; it must be finite.");
}

TEST(Tikhonov, WhatDoesNotGoWithItIsRefused) {
  const Dataset data = RandomRows(loss::squared(), false, 1, 30, 3).dataset();
  LinearConfig config;
  config.penalty.tikhonov = 1;
  const auto refused = [&] { return refusal<ArgumentError>([&] { fit_linear(data, config); }); };
  EXPECT_EQ(refused(),
            "LinearConfig.penalty.tikhonov is 1, and there is no matrix. Hint: penalty.matrix or "
            "penalty.differences.");
  config.penalty.matrix = {{"f0", "f1"}, {1, 2, 2, 1}};
  EXPECT_EQ(refused(),
            "LinearConfig.penalty.matrix is not positive semidefinite: there are weights of \"f1\" and \"f1\" for "
            "which w' Q w is below 0. Hint: D' D of any D is, see penalty.differences.");
  config.penalty.matrix = {};
  config.penalty.differences = {{{"f0", 1}, {"f9", -1}}};
  EXPECT_EQ(refused(),
            "LinearConfig.penalty.differences: the data has no feature \"f9\". Did you mean \"f0\"? Features: f0, f1, "
            "f2.");
  config.penalty.differences = neighbours;
  config.solver = Solver::qr;
  EXPECT_EQ(refused(),
            "LinearConfig.solver is qr, which does not take penalty.tikhonov. Hint: newton_cholesky, or leave the "
            "choice to automatic.");
  config.solver = Solver::automatic;
  config.loss = loss::absolute();
  EXPECT_EQ(refused(),
            "LinearConfig.penalty: there is a matrix and loss absolute, which has corners: no solver takes both. Hint: "
            "l1, or a loss with curvature, squared or huber.");
  config.loss = loss::squared();
  config.penalty.differences = {{{"f0", 1}, {"f1", -1}}};
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_path(data, config); }),
            "fit_path: there is a penalty with a matrix, and the strong rule is one of columns. Hint: fit_linear at "
            "each strength.");
  const LinearModel model = fit_linear(data, config);
  EXPECT_EQ(refusal<ArgumentError>([&] { statistics(model, data); }),
            "statistics: the model was fitted with l1 = 0, l2 = 0 and penalty.tikhonov = 1, and penalties shrink "
            "weights, whose errors no formula here gives. Hint: a fit with l1 = 0 and l2 = 0.");
}

}  // namespace
}  // namespace linden
