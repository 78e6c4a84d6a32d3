// A sample of the rows as preconditioner: close to the Hessian of all rows, whatever the columns are.
#include "linear/objective/row_sample.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "linear/small_fit.hpp"
#include "linear/objective/inner_product.hpp"
#include "linear/solvers/solver_problem.hpp"

namespace linden {
namespace {

using Vector = std::vector<double>;

Point somewhere(Objective& objective) {
  Vector at(static_cast<std::size_t>(objective.size()));
  for (std::size_t i = 0; i < at.size(); ++i) at[i] = 0.3 * std::sin(static_cast<double>(i));
  return objective.evaluate(at);
}

/// The largest eigenvalue of x -> S^-1 H x, or of x -> x * shift - S^-1 H x.
double largest_eigenvalue(const Point& point, RowSample& sample, double shift = 0) {
  const Objective& objective = point.objective();
  Vector x = point.parameters(), image(x.size());
  const auto width = static_cast<std::size_t>(objective.width());
  double value = 0;
  for (int k = 0; k < 300; ++k) {
    for (std::size_t i = 0; i < x.size(); ++i)
      if (!objective.is_free(static_cast<std::int64_t>(i))) x[i] = 0;
    if (objective.is_softmax())  // along the sum of the outputs the intercept has no curvature
      for (std::size_t i = width - 1; i < x.size(); i += width) x[i] = i < width ? 0 : x[i];
    const double size = std::sqrt(dot(x, x));
    for (double& v : x) v /= size;
    point.hessian_product(x, image);
    sample.solve(image);
    if (shift != 0)
      for (std::size_t i = 0; i < x.size(); ++i) image[i] = shift * x[i] - image[i];
    value = dot(x, image);
    x = image;
  }
  return value;
}

class Sampled : public testing::TestWithParam<ProblemShape> {};

TEST_P(Sampled, HessianIsNearlyThatOfAllRows) {
  SolverProblem problem(GetParam());
  Objective& objective = problem.objective();
  ASSERT_GT(RowSample::rows_for(objective), 0);
  const Point point = somewhere(objective);
  RowSample sample(objective);
  ASSERT_TRUE(sample.factor(point, point.mean_curvature()));
  const double largest = largest_eigenvalue(point, sample);
  const double smallest = largest - largest_eigenvalue(point, sample, largest);
  // (1 +- 1/4)^2 = 0.56 .. 1.56 for many normal rows; where curvatures or entries are rare, less is seen of them.
  EXPECT_LT(largest, 3.6);
  EXPECT_GT(smallest, 0.3);
}

INSTANTIATE_TEST_SUITE_P(
    RowSample, Sampled,
    testing::Values(ProblemShape{.loss = loss::squared(), .rows = 3000, .features = 20, .l2 = 1e-6},
                    ProblemShape{.loss = loss::logistic(), .rows = 3000, .features = 20, .l2 = 1e-6, .weighted = true},
                    ProblemShape{.loss = loss::poisson(), .rows = 3000, .features = 20, .l2 = 1e-6, .sparse = true},
                    ProblemShape{.loss = loss::softmax({.classes = 3}), .rows = 3000, .features = 8, .l2 = 1e-3},
                    ProblemShape{.loss = program_loss(), .rows = 3000, .features = 8},
                    ProblemShape{.loss = tape_loss(), .rows = 3000, .features = 8, .weighted = true}));

TEST(RowSample, ColumnsThatItHasNothingOfAreLeftToTheDiagonal) {
  RandomRows rows(loss::squared(), false, 1, 2000, 4);
  for (int i = 0; i < rows.rows; ++i) rows.values[static_cast<std::size_t>(4 * i + 3)] = i == 50 ? 1 : 0;
  SmallFit fit(loss::squared(), rows, 0, 0, true);
  const Point point = somewhere(fit.objective);
  RowSample sample(fit.objective);
  ASSERT_TRUE(sample.factor(point, point.mean_curvature()));
  Vector unit{0, 0, 0, 1, 0};
  sample.solve(unit);
  EXPECT_NEAR(unit[3], 1, 0.05);
}

TEST(RowSample, DependentColumnsHaveAFactor) {
  SolverProblem problem({.rows = 2000, .features = 6, .twice = true});
  const Point point = somewhere(problem.objective());
  RowSample sample(problem.objective());
  EXPECT_TRUE(sample.factor(point, point.mean_curvature()));
  const Solution solution = newton_cg(problem.begin(), problem.target());
  EXPECT_EQ(solution.status, FitStatus::converged);
  EXPECT_LT(problem.violation_at(solution), 1e-4);
}

TEST(RowSample, WithoutWeightHasNone) {
  RandomRows rows(loss::logistic(), false, 1, 2000, 4);
  rows.weights.assign(2000, 1.0);
  const RowBlocks blocks = RowBlocks::spread(2000, 80);
  for (std::int64_t i = 0; i < blocks.rows(); ++i) rows.weights[static_cast<std::size_t>(blocks.row(i))] = 0;
  SmallFit fit(loss::logistic(), rows, 0, 0.01, true);
  const Point point = somewhere(fit.objective);
  RowSample sample(fit.objective);
  EXPECT_FALSE(sample.factor(point, point.mean_curvature()));
  const Solution solution = newton_cg(fit.objective.evaluate(Vector(5)), {.null_objective = 1});
  EXPECT_EQ(solution.status, FitStatus::converged);
  EXPECT_LT(solution.estimate, 1e-8);
}

TEST(RowSample, IsNotTakenOfFewRows) {
  SolverProblem few({.rows = 300, .features = 12}), many({.rows = 900, .features = 12});
  EXPECT_EQ(RowSample::rows_for(few.objective()), 0);
  EXPECT_EQ(RowSample::rows_for(many.objective()), 16 * 13);
}

TEST(NewtonCg, SolvesTheSquaredLossToTheGapThatIsAskedFor) {
  for (const bool is_sparse : {false, true}) {
    SolverProblem problem({.rows = 4000, .features = 30, .l2 = 1e-4, .sparse = is_sparse});
    const Solution exact = newton_cholesky(problem.begin(), problem.target());
    const Solution solution = newton_cg(problem.begin(), problem.target());
    EXPECT_EQ(solution.status, FitStatus::converged);
    EXPECT_EQ(solution.iterations, 1);
    EXPECT_LE(problem.value_at(solution) - problem.value_at(exact), 3e-10 * problem.value_at(exact));
    EXPECT_GT(problem.violation_at(solution), 1e-13);  // it does stop there
  }
}

}  // namespace
}  // namespace linden
