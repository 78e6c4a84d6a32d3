// Steps that end where the slope has become flat.
#include "linear/solvers/search/wolfe.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "linear/objective/inner_product.hpp"
#include "linear/solvers/solver_problem.hpp"

namespace linden {
namespace {

using Vector = std::vector<double>;

TEST(Wolfe, EndsWithLessAndFlatterWhateverTheLengthOfTheDirection) {
  for (const Loss& loss : {loss::squared(), loss::logistic(), loss::poisson()}) {
    for (const double size : {1e-4, 1e-2, 1.0, 1e2, 1e4}) {
      SCOPED_TRACE(loss.name() + " " + std::to_string(size));
      SolverProblem problem({.loss = loss, .l2 = 0.1});
      Point point = problem.begin();
      Vector direction = point.gradient();
      for (double& v : direction) v *= -size;
      const double slope = inner_product(point.gradient(), direction), before = point.value();
      WolfeStep rule(point, direction, slope);
      const Searched searched = search(point, rule);
      ASSERT_TRUE(static_cast<bool>(searched));
      EXPECT_LE(point.value(), before + 1e-4 * searched.length * slope);
      EXPECT_GE(inner_product(point.gradient(), direction), 0.9 * slope);
    }
  }
}

TEST(Wolfe, GrowsFourfoldWhileTheSlopeIsSteep) {
  SolverProblem problem({.l2 = 0.1});
  Point point = problem.begin();
  Vector direction = point.gradient();
  for (double& v : direction) v *= -1e-4;
  WolfeStep rule(point, direction, inner_product(point.gradient(), direction));
  double length = 1;
  const Point there = problem.objective().evaluate(direction);
  EXPECT_EQ(rule.judge(there, length), Verdict::again);
  EXPECT_EQ(length, 4);
}

TEST(Wolfe, AParabolaThatIsEnclosedIsLowestWhereTheCubicSays) {
  // The minimum of a squared loss along its gradient: slope and value at both ends give it exactly.
  SolverProblem problem({.l2 = 0.1});
  Point point = problem.begin();
  Vector direction = point.gradient();
  for (double& v : direction) v = -v;
  Vector product(direction.size());
  point.hessian_product(direction, product);
  const double slope = inner_product(point.gradient(), direction);
  const double lowest = -slope / inner_product(direction, product);
  for (double& v : direction) v *= 2.5 * lowest;
  WolfeStep rule(point, direction, 2.5 * lowest * slope);
  double length = 1;
  EXPECT_EQ(rule.judge(problem.objective().evaluate(direction), length), Verdict::again);
  EXPECT_NEAR(length, 1 / 2.5, 1e-10);
}

TEST(Wolfe, GoesBackToAFifthWhereTheObjectiveIsNotFinite) {
  SolverProblem problem({.loss = loss::poisson(), .l2 = 0.1});
  const Point point = problem.begin();
  Vector direction = point.gradient();
  for (double& v : direction) v *= -1e5;
  const Point there = problem.objective().evaluate(direction);
  ASSERT_FALSE(std::isfinite(there.value()));
  WolfeStep rule(point, direction, inner_product(point.gradient(), direction));
  double length = 1;
  EXPECT_EQ(rule.judge(there, length), Verdict::again);
  EXPECT_EQ(length, 0.2);
}

}  // namespace
}  // namespace linden
