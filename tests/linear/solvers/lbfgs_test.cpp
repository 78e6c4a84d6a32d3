// Optima of L-BFGS and OWL-QN: the conditions that they meet, and coordinate descent, which finds the same.
#include <gtest/gtest.h>

#include <string>

#include "linear/solvers/search/limited_memory.hpp"
#include "linear/solvers/solver_problem.hpp"

namespace linden {
namespace {

TEST(Lbfgs, MeetsTheConditionsOfTheOptimumForAllLossesAndPenalties) {
  const std::pair<std::string, Loss> losses[] = {{"squared", loss::squared()},
                                                 {"logistic", loss::logistic()},
                                                 {"softmax", loss::softmax({.classes = 3})},
                                                 {"poisson", loss::poisson()},
                                                 {"program", program_loss()}};
  for (const auto& [name, loss] : losses)
    for (const auto& [l1, l2] : {std::pair{0.0, 0.05}, {0.0, 0.0}, {0.02, 0.0}, {0.02, 0.05}}) {
      SCOPED_TRACE(name + ", l1 = " + std::to_string(l1) + ", l2 = " + std::to_string(l2));
      SolverProblem problem({.loss = loss, .l1 = l1, .l2 = l2, .weighted = l2 > 0});
      problem.target().tolerance = 1e-13;
      const Solution s = lbfgs(problem.begin(), problem.target());
      EXPECT_NE(s.status, FitStatus::iteration_limit);
      EXPECT_LE(problem.violation_at(s), 1e-7);
      EXPECT_LE(s.iterations, 200);
      const double value = problem.value_at(s);
      const Solution other = coordinate_descent(problem.begin(), {});
      EXPECT_NEAR(value, problem.value_at(other), 1e-10 * std::abs(value));
    }
}

TEST(Lbfgs, ConvergesWithinTheDefaultTolerance) {
  for (const double l1 : {0.0, 0.03})
    for (const std::uint32_t seed : {1u, 2u, 3u, 4u}) {
      SolverProblem problem({.loss = loss::logistic(), .features = 30, .l1 = l1, .l2 = 0.001, .seed = seed});
      const Solution s = lbfgs(problem.begin(), problem.target());
      EXPECT_EQ(s.status, FitStatus::converged);
      const double value = problem.value_at(s);
      const Solution exact = coordinate_descent(problem.begin(), {.tolerance = 1e-12});
      EXPECT_LE(value - problem.value_at(exact), problem.target().gap(value)) << "l1 = " << l1 << ", seed " << seed;
    }
}

TEST(Lbfgs, FitsALossThatOnlyTheTapeEvaluates) {
  for (const double l1 : {0.0, 0.02}) {
    SolverProblem problem({.loss = tape_loss(), .l1 = l1, .l2 = 0.01}),
        same({.loss = program_loss(), .l1 = l1, .l2 = 0.01});
    problem.target().tolerance = 1e-12;
    const Solution s = lbfgs(problem.begin(), problem.target());
    EXPECT_LE(problem.violation_at(s), 1e-6) << l1;
    const Solution expected = coordinate_descent(same.begin(), same.target());
    EXPECT_NEAR(problem.value_at(s), same.value_at(expected), 1e-10 * same.value_at(expected)) << l1;
  }
}

TEST(Lbfgs, AWeightThatL1HoldsIsZero) {
  SolverProblem problem({.loss = loss::logistic(), .features = 40, .l1 = 0.05});
  const Solution s = lbfgs(problem.begin(), problem.target());
  const Solution exact = coordinate_descent(problem.begin(), {.tolerance = 1e-12});
  for (std::size_t j = 0; j < s.point.parameters().size(); ++j)
    EXPECT_EQ(s.point.parameters()[j] == 0, exact.point.parameters()[j] == 0) << "parameter " << j;
}

TEST(Lbfgs, SaysThatItStalledOrRanOut) {
  SolverProblem problem({.loss = loss::poisson(), .l2 = 0.001});
  problem.target().tolerance = 1e-30;  // below rounding
  EXPECT_EQ(lbfgs(problem.begin(), problem.target()).status, FitStatus::stalled);
  problem.target().max_iterations = 2;
  const Solution s = lbfgs(problem.begin(), problem.target());
  EXPECT_EQ(s.status, FitStatus::iteration_limit);
  EXPECT_EQ(s.iterations, 2);
}

TEST(Lbfgs, SeesClassesThatAPlaneSeparates) {
  SolverProblem problem({.loss = loss::logistic(), .rows = 20, .features = 30});
  const Solution s = lbfgs(problem.begin(), problem.target());
  EXPECT_EQ(s.status, FitStatus::separable);
  EXPECT_LE(s.iterations, 50);
}

TEST(Lbfgs, ShortensStepsOutOfTheLossesDomain) {
  // Far from the optimum exp(score) overflows along the first steps.
  SolverProblem problem({.loss = loss::poisson(), .l2 = 0.001});
  std::vector<double> start = problem.start();
  start.back() = -30;
  const Solution s = lbfgs(problem.objective().evaluate(start), problem.target());
  EXPECT_EQ(s.status, FitStatus::converged);
  EXPECT_LE(problem.violation_at(s), 1e-4);
}

TEST(Lbfgs, GivesTheSameBytesForAnyNumberOfThreads) {
  for (const double l1 : {0.0, 0.01}) {
    std::vector<double> first;
    for (const int threads : {1, 2, 7}) {
      SolverProblem problem(
          {.loss = loss::softmax({.classes = 3}), .rows = 5000, .l1 = l1, .l2 = 0.001, .threads = threads});
      const Solution s = lbfgs(problem.begin(), problem.target());
      if (threads == 1) first = s.point.parameters();
      EXPECT_EQ(s.point.parameters(), first) << threads << " threads";
    }
  }
}

TEST(Target, AnObjectiveNearZeroIsMeasuredAgainstTheBestConstant) {
  const Target target{.tolerance = 1e-8, .null_objective = 2};
  EXPECT_DOUBLE_EQ(target.gap(1), 1e-8);
  EXPECT_DOUBLE_EQ(target.gap(-3), 3e-8);
  EXPECT_DOUBLE_EQ(target.gap(0), 1e-8 * 1e-8 * 4);
}

TEST(LimitedMemory, IsTheInverseOfAQuadraticAfterStepsAlongItsAxes) {
  const std::vector<double> curvature = {2, 5, 0.25};
  LimitedMemory memory({1, 1, 1});
  for (std::size_t j = 0; j < 3; ++j) {
    std::vector<double> step(3), change(3);
    step[j] = 1;
    change[j] = curvature[j];
    memory.add(step, change);
  }
  const std::vector<double> x = {1, -2, 3};
  std::vector<double> out(3);
  memory.apply(x, {}, out);
  for (std::size_t j = 0; j < 3; ++j) EXPECT_NEAR(out[j], x[j] / curvature[j], 1e-14);
  const std::vector<std::uint8_t> moves = {1, 0, 1};
  memory.apply(x, moves, out);
  EXPECT_NEAR(out[0], 0.5, 1e-14);
  EXPECT_EQ(out[1], 0);
  EXPECT_NEAR(out[2], 12, 1e-13);
}

}  // namespace
}  // namespace linden
