// Optima of coordinate descent: the conditions that they meet, other solvers that find the same, and working sets.
#include <gtest/gtest.h>

#include <string>

#include "linear/solvers/solver_problem.hpp"

namespace linden {
namespace {

struct NamedLoss {
  std::string name;
  Loss loss;
};

std::vector<NamedLoss> row_losses() {
  return {{"squared", loss::squared()},
          {"logistic", loss::logistic()},
          {"softmax", loss::softmax({.classes = 3})},
          {"poisson", loss::poisson()},
          {"program", program_loss()}};
}

struct Penalties {
  double l1, l2;
};
constexpr Penalties penalties[] = {{0.02, 0}, {0.02, 0.05}, {0, 0.05}, {0, 0}};

std::string describe(const NamedLoss& loss, const Penalties& p) {
  return loss.name + ", l1 = " + std::to_string(p.l1) + ", l2 = " + std::to_string(p.l2);
}

TEST(CoordinateDescent, MeetsTheConditionsOfTheOptimumForAllLossesAndPenalties) {
  for (const NamedLoss& loss : row_losses())
    for (const Penalties& p : penalties) {
      SCOPED_TRACE(describe(loss, p));
      SolverProblem problem({.loss = loss.loss, .l1 = p.l1, .l2 = p.l2, .weighted = p.l2 > 0});
      const Solution s = coordinate_descent(problem.begin(), problem.target());
      EXPECT_EQ(s.status, FitStatus::converged);
      EXPECT_LE(problem.violation_at(s), 1e-7);
      EXPECT_LE(s.iterations, 25);
      EXPECT_GE(s.estimate, 0);
      EXPECT_LE(s.estimate, problem.target().gap(problem.value_at(s)));
    }
}

TEST(CoordinateDescent, AgreesWithNewtonsMethodWhereThereIsNoL1) {
  for (const NamedLoss& loss : row_losses()) {
    SCOPED_TRACE(loss.name);
    SolverProblem problem({.loss = loss.loss, .l2 = 0.03});
    const Solution a = coordinate_descent(problem.begin(), problem.target());
    const double value = problem.value_at(a);
    const Solution b = newton_cholesky(problem.begin(), problem.target());
    EXPECT_NEAR(value, problem.value_at(b), 1e-10 * std::abs(value));
  }
}

TEST(CoordinateDescent, StopsAtOnceWhereAllWeightsAreZero) {
  SolverProblem problem({.loss = loss::logistic(), .l1 = 10});
  const Solution s = coordinate_descent(problem.begin(), problem.target());
  EXPECT_EQ(s.status, FitStatus::converged);
  for (std::size_t j = 0; j + 1 < s.point.parameters().size(); ++j) EXPECT_EQ(s.point.parameters()[j], 0);
  EXPECT_LE(problem.violation_at(s), 1e-9);
}

TEST(CoordinateDescent, TakesColumnsThatAreThereTwice) {
  for (const double l1 : {0.0, 0.02}) {
    SolverProblem problem({.loss = loss::logistic(), .l1 = l1, .twice = true});
    const Solution s = coordinate_descent(problem.begin(), problem.target());
    EXPECT_EQ(s.status, FitStatus::converged) << l1;
    EXPECT_LE(problem.violation_at(s), 1e-7) << l1;
  }
}

TEST(CoordinateDescent, SaysWhenIterationsRanOut) {
  SolverProblem problem({.loss = loss::poisson(), .l1 = 0.001});
  problem.target().max_iterations = 1;
  const Solution s = coordinate_descent(problem.begin(), problem.target());
  EXPECT_EQ(s.status, FitStatus::iteration_limit);
  EXPECT_EQ(s.iterations, 1);
  EXPECT_GT(s.estimate, problem.target().gap(problem.value_at(s)));
}

TEST(CoordinateDescent, FindsTheOptimumOfManySparseFeaturesByWorkingSets) {
  for (const NamedLoss& loss : row_losses()) {
    SCOPED_TRACE(loss.name);
    SolverProblem problem({.loss = loss.loss, .rows = 500, .features = 1500, .l1 = 0.02, .sparse = true});
    const Solution s = coordinate_descent(problem.begin(), problem.target());
    EXPECT_EQ(s.status, FitStatus::converged);
    EXPECT_LE(problem.violation_at(s), 1e-7);
    EXPECT_LE(s.iterations, 80);
    const auto width = static_cast<std::size_t>(problem.objective().width());
    std::size_t nonzero = 0;
    for (std::size_t j = 0; j < s.point.parameters().size(); ++j)
      nonzero += (j + 1) % width != 0 && s.point.parameters()[j] != 0;
    EXPECT_GT(nonzero, 20u);
    EXPECT_LT(nonzero, 1200u);

    // From its own solution it needs next to nothing.
    const Solution again = coordinate_descent(problem.objective().evaluate(s.point.parameters()), problem.target());
    EXPECT_LE(again.iterations, 2);
    EXPECT_NEAR(problem.value_at(again), problem.value_at(s), 1e-12 * std::abs(problem.value_at(s)));
  }
}

TEST(CoordinateDescent, WorkingSetsOfDenseColumnsAgreeWithAllColumnsTogether) {
  // 700 columns of 150 rows: more columns than rows.
  SolverProblem problem({.loss = loss::squared(), .rows = 150, .features = 700, .l1 = 0.1});
  const Solution s = coordinate_descent(problem.begin(), problem.target());
  EXPECT_EQ(s.status, FitStatus::converged);
  EXPECT_LE(problem.violation_at(s), 1e-9);
}

TEST(CoordinateDescent, GivesTheSameBytesForAnyNumberOfThreads) {
  for (const bool sparse : {false, true}) {
    ProblemShape shape{.loss = loss::logistic(), .rows = 5000, .l1 = 0.01, .sparse = sparse, .weighted = true};
    if (sparse) shape.features = 900;
    std::vector<double> first;
    for (const int threads : {1, 2, 7}) {
      shape.threads = threads;
      SolverProblem problem(shape);
      const Solution s = coordinate_descent(problem.begin(), problem.target());
      if (threads == 1) first = s.point.parameters();
      EXPECT_EQ(s.point.parameters(), first) << threads << " threads";
    }
  }
}

}  // namespace
}  // namespace linden
