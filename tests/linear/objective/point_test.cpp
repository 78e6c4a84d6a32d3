// Points: what one tells does not change with what else is evaluated, and costs no pass that was made already.
#include "linear/objective/point.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <type_traits>
#include <vector>

#include "linear/optimality/gap.hpp"
#include "linear/solvers/solver_problem.hpp"

namespace linden {
namespace {

using Vector = std::vector<double>;

static_assert(std::is_move_constructible_v<Point> && std::is_move_assignable_v<Point>);
static_assert(!std::is_copy_constructible_v<Point> && !std::is_copy_assignable_v<Point>);

Vector waves(const Objective& objective, double size) {
  Vector at(static_cast<std::size_t>(objective.size()));
  for (std::size_t i = 0; i < at.size(); ++i) at[i] = size * std::sin(1 + static_cast<double>(i));
  return at;
}

/// All that a point can be asked for.
struct Told {
  Vector parameters, gradient, scores, curvatures, product, hessian, factor;
  double smooth, value, mean_curvature;
  std::optional<double> gap;

  explicit Told(const Point& point)
      : parameters(point.parameters()),
        gradient(point.gradient()),
        scores(point.scores()),
        curvatures(point.curvatures()),
        product(parameters.size()),
        smooth(point.smooth()),
        value(point.value()),
        mean_curvature(point.mean_curvature()),
        gap(fenchel_gap(point)) {
    point.hessian_product(waves(point.objective(), 1), product);
    Hessian room = point.objective().hessian_room();
    hessian = point.hessian(room);
    EXPECT_EQ(point.factor(room), -1);
    factor = room.copy();
  }
  bool operator==(const Told&) const = default;
};

TEST(Point, TellsTheSameWhateverIsEvaluatedAfterIt) {
  for (const Loss& loss :
       {loss::squared(), loss::logistic(), loss::softmax({.classes = 3}), loss::poisson(), tape_loss()}) {
    SCOPED_TRACE(loss.name());
    const ProblemShape shape{.loss = loss, .rows = 200, .features = 4, .l1 = 0.01, .l2 = 0.02, .weighted = true};
    SolverProblem fresh(shape), problem(shape);
    const Vector near = waves(problem.objective(), 0.1), far = waves(problem.objective(), 0.4);
    const Told alone(fresh.objective().evaluate(near));
    Point first = problem.objective().evaluate(near);
    {
      const Point second = problem.objective().evaluate(far);
      EXPECT_NE(Told(second).gradient, alone.gradient);
      EXPECT_TRUE(Told(first) == alone);
      const Point third = problem.objective().evaluate(near);
      EXPECT_TRUE(Told(third) == alone);
    }
    const Point moved = std::move(first);
    problem.objective().evaluate(far);
    EXPECT_TRUE(Told(moved) == alone);
  }
}

TEST(Point, IsTheSameWhereItsScoresAreKnown) {
  for (const bool sparse : {false, true})
    for (const Loss& loss :
         {loss::squared(), loss::logistic(), loss::softmax({.classes = 3}), loss::poisson(), program_loss()}) {
      SCOPED_TRACE(loss.name());
      const ProblemShape shape{.loss = loss, .rows = 3000, .l1 = 0.01, .l2 = 0.02, .sparse = sparse, .weighted = true};
      SolverProblem other(shape), problem(shape);
      const Vector at = waves(problem.objective(), 0.1);
      const Point known = other.objective().evaluate(at), alone = problem.objective().evaluate(at);
      const Point point = problem.objective().evaluate(at, known);
      EXPECT_EQ(point.parameters(), at);
      EXPECT_EQ(point.scores(), known.scores());
      EXPECT_EQ(point.curvatures(), alone.curvatures());
      EXPECT_NEAR(point.value(), alone.value(), 1e-14 * std::abs(alone.value()));
      for (std::size_t i = 0; i < at.size(); ++i) EXPECT_NEAR(point.gradient()[i], alone.gradient()[i], 1e-13);
      // It is these scores that it goes on from, whatever the parameters are.
      const Vector far = waves(problem.objective(), 0.4);
      EXPECT_EQ(problem.objective().evaluate(far, known).scores(), known.scores());
    }
}

TEST(Point, ValueIsTheSmoothPartAndThePenaltyL1) {
  SolverProblem problem({.rows = 50, .features = 2, .l1 = 0.25});
  const Point point = problem.objective().evaluate(Vector{2, -4, 8});
  EXPECT_EQ(point.value(), point.smooth() + 0.25 * 2 + 0.25 * 4);  // the intercept has no penalty
}

TEST(Point, ItsQuestionsCostNoPass) {
  SolverProblem problem({.loss = loss::logistic(), .l2 = 0.1});
  const Point point = problem.objective().evaluate(waves(problem.objective(), 0.1));
  backend_counts = {};
  const Told told(point);
  EXPECT_EQ(backend_counts.passes, 0);
  EXPECT_EQ(backend_counts.products, 1);
}

TEST(Point, TwoAtATimeShareTheMemoryOfTwo) {
  SolverProblem problem({.loss = loss::logistic()});
  Objective& objective = problem.objective();
  backend_counts = {};
  Point here = objective.evaluate(waves(objective, 0.1));
  for (int i = 0; i < 20; ++i) {
    Point there = objective.evaluate(waves(objective, 0.01 * i));
    if (i % 3 != 0) here = std::move(there);
  }
  // Scores and curvatures of two points, of which the problem itself made one pair before.
  EXPECT_EQ(backend_counts.arrays, 2);
  EXPECT_EQ(backend_counts.passes, 21);
}

}  // namespace
}  // namespace linden
