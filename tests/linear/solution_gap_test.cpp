// Where the gap of a solution comes from.
#include "linear/solution_gap.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "linear/optimality/gap.hpp"
#include "linear/solvers/solver_problem.hpp"

namespace linden {
namespace {

TEST(SolutionGap, IsABoundWhereThePenaltyGivesOne) {
  SolverProblem problem({.loss = loss::logistic(), .l2 = 0.05});
  const Solution s = newton_cholesky(problem.begin(), problem.target());
  const SolutionGap gap = solution_gap(s, Solver::newton_cholesky, 1e-8);
  EXPECT_EQ(gap.kind, GapKind::bound);
  EXPECT_EQ(gap.source, "");
  EXPECT_GE(gap.value, *fenchel_gap(s.point));
  EXPECT_LE(gap.value, 1e-8);
}

TEST(SolutionGap, IsThatOfANewtonStepWithoutPenalties) {
  SolverProblem problem({.loss = loss::logistic()});
  const Solution s = newton_cholesky(problem.begin(), problem.target());
  ASSERT_TRUE(s.factor != nullptr);
  backend_counts = {};
  const SolutionGap gap = solution_gap(s, Solver::newton_cholesky, 1e-8);
  EXPECT_EQ(gap.kind, GapKind::estimate);
  EXPECT_EQ(gap.source, "the dual point of a Newton step");
  EXPECT_LE(gap.value, 1e-8);
  EXPECT_EQ(backend_counts.passes, 0);
  const int with_factor = backend_counts.products;
  EXPECT_LE(with_factor, 4);
  // Without the factor it takes conjugate gradients longer.
  Solution other = newton_cholesky(problem.begin(), problem.target());
  other.factor.reset();
  backend_counts = {};
  EXPECT_EQ(solution_gap(other, Solver::newton_cholesky, 1e-8).source, gap.source);
  EXPECT_GT(backend_counts.products, with_factor);
}

TEST(SolutionGap, OfALossThatIsNotKnownToBeConvexIsTheSolvers) {
  SolverProblem problem({.loss = loss::focal(), .l2 = 0.05});
  Solution s = newton_cholesky(problem.begin(), problem.target());
  s.estimate = 0.25;
  const SolutionGap by_factor = solution_gap(s, Solver::newton_cholesky, 1e-8);
  EXPECT_EQ(by_factor.kind, GapKind::estimate);
  EXPECT_EQ(by_factor.source, "half the squared Newton decrement");
  EXPECT_NEAR(by_factor.value, 0.25, 1e-9);
  EXPECT_EQ(solution_gap(s, Solver::lbfgs, 1e-8).source, "the matrix that L-BFGS has of its steps");
}

}  // namespace
}  // namespace linden
