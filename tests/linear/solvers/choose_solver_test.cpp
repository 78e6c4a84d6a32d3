// What `automatic` takes, and what it says.
#include "linear/solvers/choose_solver.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "linear/solvers/solver_problem.hpp"

namespace linden {
namespace {

Choice choice(const ProblemShape& shape, Solver asked = Solver::automatic) {
  SolverProblem problem(shape);
  return choose_solver({.loss = shape.loss, .l1 = shape.l1, .l2 = shape.l2, .solver = asked}, problem.objective());
}

TEST(ChooseSolver, TakesWhatIsAskedFor) {
  const Choice c = choice({}, Solver::lbfgs);
  EXPECT_EQ(c.solver, Solver::lbfgs);
  EXPECT_EQ(c.why, "as asked");
}

TEST(ChooseSolver, FactorsFewColumns) {
  for (const Loss& loss : {loss::squared(), loss::logistic(), loss::softmax({.classes = 3})}) {
    const Choice c = choice({.loss = loss, .rows = 2000});
    EXPECT_EQ(c.solver, Solver::newton_cholesky) << c.why;
    EXPECT_EQ(c.why.find("for 2000 rows, 12 columns"), 0u) << c.why;
  }
}

// Files hold the words: a model has the same bytes for any number of threads.
TEST(ChooseSolver, CostsAreThoseOfOneThreadHoweverManyThereAre) {
  const Choice one = choice({.threads = 1});
  EXPECT_EQ(one.why, "for 300 rows, 12 columns about 2.9e-06 s by Cholesky factors, 4.5e-05 s by conjugate gradients");
  for (const int threads : {2, 7}) EXPECT_EQ(choice({.threads = threads}).why, one.why);
}

TEST(ChooseSolver, DescendsByCoordinateUnderL1) { EXPECT_EQ(choice({.l1 = 0.1}).solver, Solver::coordinate_descent); }

TEST(ChooseSolver, FocalLossIsNotConvex) { EXPECT_EQ(choice({.loss = loss::focal()}).solver, Solver::lbfgs); }

TEST(ChooseSolver, HingesAreNotForNewton) {
  EXPECT_EQ(choice({.loss = loss::hinge()}).solver, Solver::lbfgs);
  EXPECT_EQ(choice({.loss = loss::hinge(), .l1 = 0.1}).solver, Solver::coordinate_descent);
  EXPECT_EQ(choice({.loss = loss::huber(), .rows = 2000}).solver, Solver::newton_cholesky);
}

// The Gram matrix of all rows costs more than some passes over them, unless the rank is to be known.
TEST(ChooseSolver, ManyColumnsUnderAPenaltyGoByConjugateGradients) {
  ProblemShape wide{.loss = loss::logistic(), .rows = 25'800, .features = 400, .l2 = 1e-3};
  Choice c = choice(wide);
  EXPECT_EQ(c.solver, Solver::newton_cg) << c.why;
  wide.l2 = 0;
  c = choice(wide);
  EXPECT_EQ(c.solver, Solver::newton_cholesky) << c.why;
  EXPECT_NE(c.why.find("and tells dependent columns"), std::string::npos) << c.why;
}

TEST(ChooseSolver, ManyMoreColumnsHaveNoFactor) {
  const Choice c = choice({.rows = 40, .features = 9000, .l2 = 1e-3});
  EXPECT_EQ(c.solver, Solver::newton_cg);
  EXPECT_EQ(c.why, "a Hessian of 9001 weights would be too large");
}

}  // namespace
}  // namespace linden
