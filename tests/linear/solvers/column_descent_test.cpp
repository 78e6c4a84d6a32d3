// Coordinate descent on the columns of sparse rows against that on the Hessian.
#include "linear/solvers/column_descent.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "linear/solvers/prox_newton.hpp"
#include "linear/solvers/solver_problem.hpp"

namespace linden {
namespace {

TEST(ColumnDescent, FindsTheMinimumOfTheModelThatGramDescentFinds) {
  for (const Loss& loss : {loss::squared(), loss::logistic(), loss::poisson()}) {
    for (const bool weighted : {false, true}) {
      for (const double damping : {0.0, 0.1}) {
        SolverProblem problem(
            {.loss = loss, .rows = 200, .features = 30, .l1 = 0.02, .l2 = 0.01, .sparse = true, .weighted = weighted});
        Objective& objective = problem.objective();
        const auto size = static_cast<std::size_t>(objective.size());
        std::vector<double> start(size), l1(size);
        std::vector<std::uint8_t> held(size);
        for (std::size_t j = 0; j < size; ++j) {
          start[j] = j % 4 == 0 ? 0.1 * std::sin(static_cast<double>(j)) : 0;
          l1[j] = objective.l1(static_cast<std::int64_t>(j));
          held[j] = objective.is_free(static_cast<std::int64_t>(j)) && j != 5 ? 0 : 1;
        }
        const Point point = objective.evaluate(start);
        const std::vector<double>& gradient = point.gradient();
        Hessian room = objective.hessian_room();
        std::vector<double> hessian = point.hessian(room);
        ColumnDescent columns(objective);
        columns.update(point);
        double largest = 0;
        for (std::size_t j = 0; j < size; ++j)
          if (objective.is_free(static_cast<std::int64_t>(j))) largest = std::max(largest, hessian[j * size + j]);
        EXPECT_NEAR(columns.largest(), largest, 1e-12);
        for (std::size_t j = 0; j < size; ++j) hessian[j * size + j] += damping;
        const GramStep expected =
            gram_descent({.hessian = hessian, .gradient = gradient, .l1 = l1, .start = start, .held = held}, 1e-13);
        const GramStep found = columns.minimise({gradient, l1, start, held, damping}, 1e-13);
        for (std::size_t j = 0; j < size; ++j) EXPECT_NEAR(found.step[j], expected.step[j], 1e-9) << loss.name() << j;
        EXPECT_NEAR(found.decrease, expected.decrease, 1e-10);
        EXPECT_NEAR(found.slope, expected.slope, 1e-10);
        EXPECT_EQ(found.step[5], 0);
      }
    }
  }
}

// Newton steps by columns to the end, against OWL-QN, which shares neither model nor line search, and against the dual.
TEST(ColumnDescent, FindsTheOptimumThatOwlQnFinds) {
  for (const Loss& loss : {loss::squared(), loss::logistic(), loss::poisson()})
    for (const double l2 : {0.0, 0.01}) {
      SolverProblem problem({.loss = loss, .rows = 200, .features = 60, .l1 = 0.02, .l2 = l2, .sparse = true});
      problem.target().tolerance = 1e-14;
      const Solution expected = lbfgs(problem.begin(), problem.target());
      const double value = problem.value_at(expected);
      ProxNewton newton(problem.begin(), 0, true);
      while (newton.steps() < 50 && newton.violation() > 1e-12) {
        newton.prepare();
        if (!newton.advance()) break;
      }
      EXPECT_LE(newton.violation(), 1e-9) << loss.name();
      EXPECT_NEAR(newton.point().value(), value, 1e-12 * std::abs(value)) << loss.name();
      const std::vector<double>&found = newton.point().parameters(), &other = expected.point.parameters();
      for (std::size_t j = 0; j < found.size(); ++j) EXPECT_NEAR(found[j], other[j], 1e-5) << loss.name() << j;
      const std::optional<double> bound = fenchel_gap(newton.point());
      ASSERT_TRUE(bound.has_value());
      EXPECT_LE(*bound, 1e-9 * std::abs(value)) << loss.name();
    }
}

}  // namespace
}  // namespace linden
