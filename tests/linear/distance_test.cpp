// The certificate's gap is true: the distance of the returned model from the optimum, both in long double and from the
// data as they are, is never larger.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <linden/linear.hpp>
#include <string>

#include "linear/config.hpp"
#include "linear/penalties/standardised.hpp"
#include "loss/definition.hpp"

namespace linden {
namespace {

using reference::Real;

void expect_true_gap(const RandomRows& rows, const LinearConfig& config) {
  const LinearModel model = fit_linear(rows.dataset(), config, {.threads = 2});
  const Certificate& c = model.certificate();
  const Standardised exact = standardised(rows, config);
  const std::vector<Real> optimum = reference::minimise(exact.problem), found = parameters_of(model, exact);
  ASSERT_LT(exact.problem.violation(optimum), 1e-14);
  const Real least = exact.problem.objective(std::span<const Real>(optimum));
  const Real distance = exact.problem.objective(std::span<const Real>(found)) - least;
  EXPECT_LE(distance, c.gap);
  EXPECT_GE(distance, -1e-17);
  for (std::size_t j = 0; j < found.size() && is_bounded(config); ++j)
    EXPECT_NEAR(static_cast<double>(exact.problem.clamped(found[j], j)), static_cast<double>(found[j]), 1e-15);
  EXPECT_EQ(c.status, FitStatus::converged);
  EXPECT_LE(c.relative_gap, config.tolerance);
  // Parabolas above a loss come near to the optimum slowly, and a bound may want digits that they do not give.
  const bool may_be_slow = traits_of(config.loss.definition().spec)->is_majorised && !config.penalty.factors.empty();
  const bool is_proven = config.l1 + config.l2 > 0 || is_bounded(config);
  if (!is_proven || !may_be_slow) {
    EXPECT_EQ(c.gap_kind, is_proven ? GapKind::bound : GapKind::estimate);
  }
  EXPECT_NEAR(c.objective, static_cast<double>(least), c.gap + 1e-14 * static_cast<double>(least));
}

TEST(Distance, IsNeverLargerThanTheGapOfTheCertificate) {
  const std::vector<Loss> losses = convex_losses();
  const std::pair<double, double> penalties[] = {{0.05, 0}, {0, 0.1}, {0.03, 0.02}, {0, 0}};
  unsigned seed = 100;
  for (const Loss& loss : losses) {
    for (const auto& [l1, l2] : penalties) {
      ++seed;
      for (const bool weights : {false, true}) {
        LinearConfig config{.loss = loss, .l1 = l1, .l2 = l2};
        config.intercept = seed % 3 != 0;
        config.standardize = seed % 2 == 0;
        if (seed % 4 < 2) config.tolerance = 1e-4;
        SCOPED_TRACE(loss.name() + " l1 " + std::to_string(l1) + " l2 " + std::to_string(l2) +
                     (weights ? " weights" : "") + (config.intercept ? " intercept" : "") +
                     (config.standardize ? " standardize" : "") + " tolerance " + std::to_string(config.tolerance));
        expect_true_gap(RandomRows(loss, weights, seed, 40, 4), config);
      }
    }
  }
}

TEST(Distance, HoldsForUnpenalisedColumnsAndBounds) {
  struct Case {
    const char* name;
    double l1, l2;
    ColumnPenalties penalty;
    WeightConstraints constraints;
  };
  const Case cases[] = {
      {"free columns, l1", 0.05, 0, {{{"f1", 0}, {"f2", 2.5}}}, {}},
      {"free columns, l2", 0, 0.1, {{{"f0", 0}, {"f3", 0}}}, {}},
      {"free column, both", 0.03, 0.02, {{{"f0", 0}}}, {}},
      {"nonnegative", 0, 0, {}, {.nonnegative = true}},
      {"nonnegative, l1", 0.03, 0, {}, {.nonnegative = true}},
      {"nonnegative but one, l2", 0, 0.05, {}, {.nonnegative = true, .lower = {{"f1", -0.05}}}},
      {"box",
       0,
       0,
       {},
       {.lower = {{"f0", -0.01}, {"f1", -0.02}, {"f2", 0}, {"f3", -1}},
        .upper = {{"f0", 0.05}, {"f1", 0}, {"f2", 0.03}, {"f3", 1}}}},
      {"box, l1, free column", 0.02, 0, {{{"f3", 0}}}, {.lower = {{"f0", 0}}, .upper = {{"f1", 0.1}}}}};
  unsigned seed = 500;
  for (const Loss& loss : convex_losses()) {
    for (const Case& c : cases) {
      ++seed;
      LinearConfig config{.loss = loss, .l1 = c.l1, .l2 = c.l2, .penalty = c.penalty, .constraints = c.constraints};
      config.intercept = seed % 4 != 0;
      config.standardize = seed % 2 == 0;
      SCOPED_TRACE(loss.name() + " " + c.name + (config.intercept ? " intercept" : ""));
      expect_true_gap(RandomRows(loss, seed % 3 == 0, seed, 40, 4), config);
    }
  }
}

TEST(Distance, HoldsForEverySolver) {
  struct Case {
    Solver solver;
    Loss loss;
    double l1, l2;
  };
  const Case cases[] = {{Solver::newton_cholesky, loss::logistic(), 0, 0.01},
                        {Solver::newton_cholesky, loss::squared(), 0, 0.01},
                        {Solver::qr, loss::squared(), 0, 0.01},
                        {Solver::newton_cg, loss::poisson(), 0, 0.01},
                        {Solver::newton_cg, loss::softmax({.classes = 3}), 0, 0.01},
                        {Solver::lbfgs, loss::logistic(), 0, 0.01},
                        {Solver::lbfgs, loss::huber({.delta = 0.7}), 0, 0.01},
                        {Solver::lbfgs, loss::logistic(), 0.02, 0},
                        {Solver::lbfgs, loss::softmax({.classes = 3}), 0.02, 0.01},
                        {Solver::coordinate_descent, loss::squared(), 0.02, 0},
                        {Solver::coordinate_descent, loss::poisson(), 0.02, 0},
                        {Solver::coordinate_descent, loss::softmax({.classes = 3}), 0.02, 0}};
  for (const Case& c : cases) {
    for (const double tolerance : {1e-3, 1e-8}) {
      SCOPED_TRACE(std::string(name_of(c.solver)) + " " + c.loss.name() + " l1 " + std::to_string(c.l1) +
                   " tolerance " + std::to_string(tolerance));
      LinearConfig config{.loss = c.loss, .l1 = c.l1, .l2 = c.l2};
      config.solver = c.solver;
      config.tolerance = tolerance;
      expect_true_gap(RandomRows(c.loss, true, 7, 40, 4), config);
    }
  }
}

}  // namespace
}  // namespace linden
