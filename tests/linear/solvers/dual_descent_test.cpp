// Dual coordinate descent against the interior point, which knows nothing of it.
#include <gtest/gtest.h>

#include <cmath>
#include <linden/linear.hpp>
#include <vector>

#include "linear/random_rows.hpp"
#include "loss/loss_references.hpp"

namespace linden {
namespace {

void expect_optimum_of_interior_point(const Dataset& data, LinearConfig config) {
  config.solver = Solver::interior_point;
  config.tolerance = 1e-9;
  const LinearModel known = fit_linear(data, config);
  config.solver = Solver::dual_descent;
  config.tolerance = 1e-4;
  const LinearModel model = fit_linear(data, config);
  const Certificate &a = known.certificate(), &b = model.certificate();
  EXPECT_EQ(b.solver, Solver::dual_descent);
  EXPECT_EQ(b.status, FitStatus::converged) << config.loss.name() << b;
  EXPECT_EQ(b.gap_kind, GapKind::bound);
  EXPECT_LE(b.objective - a.objective, b.gap);
  EXPECT_LE(a.objective - b.objective, a.gap);
  for (std::size_t j = 0; j < known.weights().size(); ++j)
    EXPECT_NEAR(model.weights()[j], known.weights()[j], 3e-2 * (1 + std::abs(known.weights()[j])));
}

TEST(DualDescent, FindsTheOptimumOfTheInteriorPoint) {
  unsigned seed = 40;
  for (const Loss& loss : cornered_losses()) {
    for (const bool intercept : {true, false}) {
      ++seed;
      LinearConfig config{.loss = loss, .l2 = 0.1, .intercept = intercept, .standardize = seed % 4 < 2};
      expect_optimum_of_interior_point(RandomRows(loss, seed % 2 == 0, seed, 80, 60).dataset(), config);
      const RandomRows sparse(loss, {.rows = 80, .features = 60, .weighted = true, .entries = 3}, seed);
      expect_optimum_of_interior_point(sparse.dataset(), config);
    }
  }
}

TEST(DualDescent, TakesOffsetsAndFactors) {
  const RandomRows rows(loss::epsilon_insensitive(), true, 60, 80, 3);
  std::vector<double> offset;
  for (int i = 0; i < 80; ++i) offset.push_back(0.4 * (i % 5));
  expect_optimum_of_interior_point(
      rows.dataset().with_offset(Tensor::copy_of(offset)),
      {.loss = loss::epsilon_insensitive(), .l2 = 0.1, .penalty = {{{"f0", 0.5}, {"f2", 4}}}});
}

TEST(DualDescent, IsChosenWhereColumnsAreMany) {
  const RandomRows rows(loss::sharp_hinge(), {.rows = 120, .features = 4000, .entries = 40, .informative = 4000}, 61);
  const LinearModel model = fit_linear(rows.dataset(), {.loss = loss::sharp_hinge(), .l2 = 0.01});
  EXPECT_EQ(model.certificate().solver, Solver::dual_descent);
  EXPECT_TRUE(model.certificate().is_optimal()) << model.certificate();
  EXPECT_NE(model.certificate().why.find("it makes no matrix of"), std::string::npos) << model.certificate().why;
}

TEST(DualDescent, TooFewPassesAreSaidToBe) {
  const RandomRows rows(loss::sharp_hinge(), false, 62, 200, 5);
  const LinearConfig config{
      .loss = loss::sharp_hinge(), .l2 = 1e-4, .solver = Solver::dual_descent, .max_iterations = 1};
  const Certificate c = fit_linear(rows.dataset(), config).certificate();
  EXPECT_EQ(c.status, FitStatus::iteration_limit);
  EXPECT_GT(c.relative_gap, 1e-8);
  const double least = fit_linear(rows.dataset(), {.loss = loss::sharp_hinge(), .l2 = 1e-4}).certificate().objective;
  EXPECT_LE(c.objective - least, c.gap);
}

}  // namespace
}  // namespace linden
