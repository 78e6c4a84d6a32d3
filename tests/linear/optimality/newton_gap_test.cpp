// Gaps without penalties against the distance from optima that are computed in long double.
#include "linear/optimality/newton_gap.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "linear/optimality/gap.hpp"
#include "linear/small_fit.hpp"

namespace linden {
namespace {

using reference::Real;

TEST(NewtonGap, IsTheDistanceFromTheOptimumAndNeverLess) {
  unsigned seed = 40;
  for (const Loss& loss : convex_losses()) {
    for (const bool weights : {false, true}) {
      for (const bool intercept : {true, false}) {
        SCOPED_TRACE(loss.name() + (weights ? " weights" : "") + (intercept ? " intercept" : ""));
        SmallFit fit(loss, RandomRows(loss, weights, ++seed, 40, 3), 0, 0, intercept);
        Objective& objective = fit.objective;
        const reference::Problem problem = fit.problem();
        const std::vector<Real> optimum = reference::minimise(problem);
        ASSERT_LT(problem.violation(optimum), 1e-15);
        const Real least = problem.objective(std::span<const Real>(optimum));
        std::mt19937 random(seed);
        std::normal_distribution<double> normal;
        for (const double noise : {0.1, 1e-2, 1e-3, 1e-5, 1e-7, 1e-9, 0.0}) {
          std::vector<double> at(optimum.begin(), optimum.end());
          for (std::size_t j = 0; j < at.size(); ++j)
            if (objective.is_free(static_cast<std::int64_t>(j))) at[j] += noise * normal(random);
          const Point point = objective.evaluate(at);
          const Real distance = problem.objective(std::span<const double>(at)) - least;
          Hessian factor = objective.hessian_room();
          ASSERT_EQ(point.factor(factor), -1);
          for (const bool with_factor : {true, false}) {
            std::function<void(std::span<double>)> solve;
            if (with_factor) solve = [&](std::span<double> x) { factor.solve(x); };
            const std::optional<double> gap = newton_gap(point, solve);
            if (noise > 1e-2 && !gap) continue;
            ASSERT_TRUE(gap.has_value()) << noise;
            EXPECT_GE(*gap, distance) << noise;
            const double slack = 12 * rounding_of(static_cast<double>(least));
            if (noise <= 1e-3) {  // looser where the second derivative of a row jumps on the way
              const double factor_of_gap = noise < 1e-3 ? 1.1 : 1.2;
              EXPECT_LE(*gap, factor_of_gap * static_cast<double>(distance) + slack) << noise;
            }
          }
        }
      }
    }
  }
}

TEST(NewtonGap, RowsOfHuberStayOnTheirSlopes) {
  // Far from the optimum steps are longer than the square part of the loss.
  const Loss huber = loss::huber({.delta = 0.3});
  SmallFit fit(huber, RandomRows(huber, false, 3, 60, 3), 0, 0, true);
  const reference::Problem problem = fit.problem();
  const std::vector<Real> optimum = reference::minimise(problem);
  const Real least = problem.objective(std::span<const Real>(optimum));
  int found = 0;
  for (const double off : {0.01, 0.02, -0.03, 0.04}) {
    std::vector<double> at(optimum.begin(), optimum.end());
    for (double& u : at) u += off;
    const std::optional<double> gap = newton_gap(fit.objective.evaluate(at));
    if (!gap) continue;
    ++found;
    EXPECT_GE(*gap, problem.objective(std::span<const double>(at)) - least) << off;
  }
  EXPECT_GE(found, 2);
}

TEST(NewtonGap, HoldsWithPenalties) {
  unsigned seed = 80;
  for (const Loss& loss : convex_losses()) {
    for (const auto& [l1, l2] :
         {std::pair(0.05, 0.0), std::pair(0.0, 0.1), std::pair(0.03, 0.02), std::pair(0.0, 1e-30)}) {
      SCOPED_TRACE(loss.name() + " l1 " + std::to_string(l1) + " l2 " + std::to_string(l2));
      SmallFit fit(loss, RandomRows(loss, true, ++seed, 40, 3), l1, l2, true);
      const reference::Problem problem = fit.problem();
      const std::vector<Real> optimum = reference::minimise(problem);
      const Real least = problem.objective(std::span<const Real>(optimum));
      std::mt19937 random(seed);
      std::normal_distribution<double> normal;
      for (const double noise : {1e-3, 1e-5, 1e-7, 1e-9}) {
        std::vector<double> at(optimum.begin(), optimum.end());
        for (double& u : at)
          if (u != 0) u += noise * normal(random);
        const Point point = fit.objective.evaluate(at);
        const Real distance = problem.objective(std::span<const double>(at)) - least;
        const std::optional<double> gap = newton_gap(point);
        ASSERT_TRUE(gap.has_value()) << noise;
        EXPECT_GE(*gap, distance) << noise;
        EXPECT_LE(*gap, 1.1 * static_cast<double>(distance) + 12 * rounding_of(static_cast<double>(least))) << noise;
      }
    }
  }
}

TEST(NewtonGap, IsForConvexLosses) {
  const std::vector<double> at = {0.1, 0, 0, 0, 0};
  const Loss focal = loss::focal();
  SmallFit bent(focal, RandomRows(focal, false, 1), 0, 0, true);
  EXPECT_FALSE(newton_gap(bent.objective.evaluate(at)).has_value());
}

}  // namespace
}  // namespace linden
