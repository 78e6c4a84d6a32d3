// Rules that go backwards from the whole step, on parabolas and where rounding hides what a step gains.
#include "linear/solvers/search/armijo.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "linear/optimality/gap.hpp"
#include "linear/objective/inner_product.hpp"
#include "linear/solvers/solver_problem.hpp"

namespace linden {
namespace {

using Vector = std::vector<double>;

Vector times(double factor, Vector x) {
  for (double& v : x) v *= factor;
  return x;
}

/// minus Hessian^-1 gradient
Vector newton(const Point& point) {
  Hessian room = point.objective().hessian_room();
  EXPECT_EQ(point.factor(room), -1);
  Vector step = times(-1, point.gradient());
  room.solve(step);
  return step;
}

TEST(Armijo, AStepThatIsTooLongEndsWhereTheParabolaIsLowest) {
  // Of the squared loss the whole Newton step is the minimum: 3.2 times that has it at 1 / 3.2 of its length.
  SolverProblem problem({.l2 = 0.1});
  Point point = problem.begin();
  const Vector exact = newton(point), step = times(3.2, exact);
  NewtonStep rule(point, step, dot(point.gradient(), step));
  const Searched searched = search(point, rule);
  EXPECT_NEAR(searched.length, 1 / 3.2, 1e-12);
  for (std::size_t i = 0; i < exact.size(); ++i) EXPECT_NEAR(point.parameters()[i], exact[i], 1e-12);
}

TEST(Armijo, NoStepIsShortenedBelowATenthAtATime) {
  SolverProblem problem({.l2 = 0.1});
  Point point = problem.begin();
  const Vector step = times(1e4, newton(point));
  NewtonStep rule(point, step, dot(point.gradient(), step));
  EXPECT_NEAR(search(point, rule).length, 1e-4, 1e-13);  // 1, 0.1, 0.01, 1e-3, 1e-4
}

TEST(Armijo, ADirectionThatPromisesNothingIsNotTried) {
  SolverProblem problem({.l2 = 0.1});
  Point point = problem.begin();
  const Vector up = point.gradient();
  backend_counts = {};
  for (const double slope : {dot(up, up), 0.0, std::nan("")}) {
    NewtonStep newton(point, up, slope);
    EXPECT_EQ(search(point, newton).end, Verdict::nothing_left);
    ProxStep prox(point, up, slope);
    EXPECT_EQ(search(point, prox).end, Verdict::nothing_left);
  }
  EXPECT_EQ(backend_counts.passes, 0);
}

TEST(Armijo, WhereTheFallIsHiddenTheSlopeMustShrink) {
  SolverProblem problem({.l2 = 0.1});
  Point point = problem.begin();
  const double start = point.value();
  const Vector first = newton(point);
  NewtonStep to_optimum(point, first, dot(point.gradient(), first));
  ASSERT_TRUE(static_cast<bool>(search(point, to_optimum)));
  // Beside the optimum by this, the objective is an eighth of its rounding higher.
  const Vector off = times(std::sqrt(rounding_of(point.value()) / (8 * (start - point.value()))), first);
  Vector beside = point.parameters();
  for (std::size_t i = 0; i < off.size(); ++i) beside[i] += off[i];
  point = problem.objective().evaluate(beside);

  const Vector beyond = times(-3, off);  // to twice as far on the other side, where the slope is twice as steep
  NewtonStep bad(point, beyond, dot(point.gradient(), beyond));
  EXPECT_EQ(search(point, bad).end, Verdict::nothing_left);
  EXPECT_EQ(point.parameters(), beside);

  const Vector back = times(-0.5, off);
  NewtonStep good(point, back, dot(point.gradient(), back));
  EXPECT_EQ(search(point, good).length, 1);
}

TEST(Armijo, AProxStepThatNeedsATenthIsTooLong) {
  SolverProblem problem({.l1 = 0.01});
  Point point = problem.begin();
  const Vector step = times(1e3, newton(point));
  double slope = dot(point.gradient(), step);
  for (std::size_t j = 0; j < step.size(); ++j)
    slope += problem.objective().l1(static_cast<std::int64_t>(j)) * std::abs(step[j]);
  ASSERT_LT(slope, 0);
  ProxStep rule(point, step, slope);
  backend_counts = {};
  EXPECT_EQ(search(point, rule).end, Verdict::too_long);
  EXPECT_LE(backend_counts.passes, 2);
}

TEST(Armijo, APolishingStepIsTakenWholeOrNotAtAll) {
  SolverProblem problem({.l2 = 0.1});
  Point point = problem.begin();
  const Vector exact = newton(point), too_long = times(2.1, exact);
  PolishingStep bad(point, too_long);
  backend_counts = {};
  EXPECT_FALSE(static_cast<bool>(search(point, bad)));
  EXPECT_EQ(backend_counts.passes, 1);
  EXPECT_EQ(point.parameters(), problem.start());
  PolishingStep good(point, exact);
  EXPECT_TRUE(static_cast<bool>(search(point, good)));
  EXPECT_EQ(point.parameters(), exact);
}

TEST(Armijo, AnOrthantStepEndsAtZeroWhereASignWouldChange) {
  SolverProblem problem({.features = 2, .l1 = 0.3});
  Point point = problem.objective().evaluate(Vector{0.5, -0.25, 0});
  Vector subgradient(3);
  least_subgradient(problem.objective(), point.parameters(), point.gradient(), subgradient);
  Vector direction = times(-1, subgradient);
  direction[0] = -2;
  direction[1] = 0.1;
  OrthantStep rule(point, direction, subgradient);
  Vector to(3);
  EXPECT_TRUE(rule.move(1, to));
  EXPECT_EQ(to[0], 0);
  EXPECT_EQ(to[1], -0.25 + 0.1);
  EXPECT_EQ(to[2], direction[2]);  // the intercept has no penalty
}

}  // namespace
}  // namespace linden
