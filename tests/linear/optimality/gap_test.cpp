// Gaps against the distance from optima that are computed in long double, and the divergences of rows against their
// definition.
#include "linear/optimality/gap.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <linden/ops.hpp>
#include <random>
#include <string>

#include "linear/objective/conjugates.hpp"
#include "linear/small_fit.hpp"
#include "loss/definition.hpp"

namespace linden {
namespace {

using reference::Real;

struct Case {
  std::string name;
  Loss loss;
  double l1, l2;
  bool weights, intercept;
};

std::vector<Case> all_cases() {
  const std::vector<Loss> losses = convex_losses();
  const std::pair<double, double> penalties[] = {{0.05, 0}, {0, 0.1}, {0.03, 0.05}};
  std::vector<Case> cases;
  for (const Loss& loss : losses) {
    for (const auto& [l1, l2] : penalties) {
      for (const bool weights : {false, true}) {
        for (const bool intercept : {true, false}) {
          cases.push_back({loss.name() + " l1 " + std::to_string(l1) + " l2 " + std::to_string(l2) +
                               (weights ? " weights" : "") + (intercept ? " intercept" : ""),
                           loss, l1, l2, weights, intercept});
        }
      }
    }
  }
  return cases;
}

std::optional<double> gap_at(Objective& objective, const std::vector<double>& at, double target = 0) {
  return fenchel_gap(objective.evaluate(at), target);
}

std::vector<double> rounded(const std::vector<Real>& u) { return {u.begin(), u.end()}; }

/// The optimum with noise of this size on the parameters that are not zero (or on all).
std::vector<double> near(const SmallFit& fit, const std::vector<Real>& optimum, double noise, bool all,
                         std::mt19937& random) {
  std::normal_distribution<double> normal;
  std::vector<double> at = rounded(optimum);
  for (std::size_t j = 0; j < at.size(); ++j) {
    const double off = noise * normal(random);
    if (fit.objective.is_free(static_cast<std::int64_t>(j)) && (all || at[j] != 0)) at[j] += off;
  }
  return at;
}

TEST(Gap, IsNeverLessThanTheDistanceFromTheOptimum) {
  unsigned seed = 0;
  for (const Case& c : all_cases()) {
    SCOPED_TRACE(c.name);
    SmallFit fit(c.loss, RandomRows(c.loss, c.weights, ++seed), c.l1, c.l2, c.intercept);
    const reference::Problem problem = fit.problem();
    const std::vector<Real> optimum = reference::minimise(problem);
    ASSERT_LT(problem.violation(optimum), 1e-15);
    const Real least = problem.objective(std::span<const Real>(optimum));
    std::mt19937 random(seed);
    for (const double noise : {1.0, 1e-1, 1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 0.0}) {
      for (const bool all : {true, false}) {
        const std::vector<double> at = near(fit, optimum, noise, all, random);
        const Real distance = problem.objective(std::span<const double>(at)) - least;
        const std::optional<double> gap = gap_at(fit.objective, at);
        ASSERT_TRUE(gap.has_value()) << noise;
        EXPECT_GE(*gap, distance) << noise;
        // Of the order of the distance where all weights have l2, and of its root where l1 alone holds them.
        // Squares without a half have slopes twice as large, and l1 holds them by twice as much less.
        const bool is_whole_square = c.loss.name().starts_with("squared_") && c.loss.name() != "squared_log";
        const double most = c.l2 > 0 ? 100 * static_cast<double>(distance) : (is_whole_square ? 300 : 30) * noise;
        if (noise <= 0.1) {
          EXPECT_LE(*gap, most + 3 * rounding_of(static_cast<double>(least)) + 1e-15) << noise;
        }
      }
    }
  }
}

TEST(Gap, HoldsWithAnInterceptThatIsFarOffAndRowsThatAreAllButCertain) {
  for (const Case& c : all_cases()) {
    if (!c.intercept) continue;
    SCOPED_TRACE(c.name);
    RandomRows rows(c.loss, c.weights, 77);
    for (std::size_t i = 0; i < rows.values.size(); i += 9) rows.values[i] *= 30;
    SmallFit fit(c.loss, rows, c.l1 * 1e-2, c.l2 * 1e-2, true);
    const reference::Problem problem = fit.problem();
    const std::vector<Real> optimum = reference::minimise(problem);
    const Real least = problem.objective(std::span<const Real>(optimum));
    for (const double off : {1e-9, 1e-7, 1e-5, 1e-3, -1e-3, 0.1, -0.1}) {
      std::vector<double> at = rounded(optimum);
      at[static_cast<std::size_t>(fit.objective.width() - 1)] += off;
      const Real distance = problem.objective(std::span<const double>(at)) - least;
      const std::optional<double> gap = gap_at(fit.objective, at);
      ASSERT_TRUE(gap.has_value()) << off;
      EXPECT_GE(*gap, distance) << off;
      const double most = c.l2 > 0 ? 2000 * off * off : 1000 * std::abs(off);
      EXPECT_LE(*gap, most + 1e-13) << off;
    }
  }
}

TEST(Gap, IsTheSameForAnyNumberOfThreads) {
  const Loss poisson = loss::poisson();
  const RandomRows rows(poisson, true, 5, 9000, 3);
  std::vector<double> found;
  for (const int threads : {1, 2, 7}) {
    SmallFit fit(poisson, rows, 0.1, 0, true, threads);
    std::vector<double> at = {0.05, 0.1, -0.05, 0.3};
    found.push_back(gap_at(fit.objective, at).value());
  }
  EXPECT_EQ(found[0], found[1]);
  EXPECT_EQ(found[0], found[2]);
}

TEST(Gap, IsInfiniteWhereTheParametersAloneShowThatItIsAboveTheTarget) {
  SmallFit fit(loss::logistic(), RandomRows(loss::logistic(), false, 3), 0, 0.1, true);
  const std::vector<double> at = {1, 1, 1, 1, 0};
  const double gap = gap_at(fit.objective, at).value();
  EXPECT_GT(gap, 0.1);
  EXPECT_TRUE(std::isfinite(gap));
  EXPECT_EQ(gap_at(fit.objective, at, 1e-8), std::numeric_limits<double>::infinity());
  EXPECT_EQ(gap_at(fit.objective, at, 1e3).has_value(), true);
}

// The loss falls to 0 for ever: so much is what the objective may be above its limit.
TEST(Gap, HoldsWhereTheInterceptHasNoOptimum) {
  RandomRows one_class(loss::logistic(), false, 1);
  one_class.labels.assign(one_class.labels.size(), 1.0);
  SmallFit fit(loss::logistic(), one_class, 0.1, 0, true);
  for (const double intercept : {-1.0, 0.0, 5.0}) {
    const std::vector<double> at = {0.1, 0, 0, 0, intercept};
    EXPECT_GE(gap_at(fit.objective, at).value(), fit.problem().objective(std::span<const double>(at)));
  }
}

TEST(Gap, HasNoBoundWithoutConvexityOrPenalty) {
  const std::vector<double> at = {0.1, 0, 0, 0, 0};
  SmallFit free(loss::squared(), RandomRows(loss::squared(), false, 1), 0, 0, true);
  EXPECT_FALSE(gap_at(free.objective, at).has_value());
  SmallFit focal(loss::focal(), RandomRows(loss::focal(), false, 1), 0, 1, true);
  EXPECT_FALSE(gap_at(focal.objective, at).has_value());
  const Loss written = loss::custom("mine", [](const Tensor& s, const Tensor& y) { return 0.5 * square(y - s); });
  SmallFit custom(written, RandomRows(written, false, 1), 0, 1, true);
  EXPECT_FALSE(gap_at(custom.objective, at).has_value());
}

TEST(Gap, RelativeEntropyIsAccurate) {
  for (const double x : {-1.0, -0.999, -0.5, -0.126, -0.124, -1e-3, -1e-9, 0.0, 1e-300, 1e-12, 1e-5, 0.1, 0.125, 0.13,
                         1.0, 30.0, 1e6, 1e15}) {
    Real expected = 0, power = 1;
    if (std::abs(x) < 0.2) {
      for (int k = 2; k < 60; ++k) expected += (power *= k == 2 ? Real(x) * x : -Real(x)) / (Real(k) * (k - 1));
    } else {
      expected = x == -1 ? 1 : (1 + Real(x)) * std::log1p(Real(x)) - x;
    }
    EXPECT_NEAR(relative_entropy(x), static_cast<double>(expected), 3e-15 * static_cast<double>(expected)) << x;
  }
  EXPECT_EQ(relative_entropy(-1.5), no_dual_point);
}

/// max over s' of s' q - f(s') is what the conjugate is: the divergence f(s) + f*(q) - s q at the score whose slope q
/// is equals f(s) - f(s') - q (s - s').
TEST(Gap, DivergenceIsThatOfTheLossBetweenTwoScores) {
  for (const Loss& loss : convex_losses()) {
    if (loss.outputs() > 1) continue;
    const LossSpec& spec = loss.definition().spec;
    reference::Problem problem;
    problem.kind = spec.kind;
    problem.parameter = spec.parameter[0];
    for (const double label : {loss.label_kind() == LabelKind::positive ? 0.5 : 0.0, 1.0}) {
      for (const double score : {-30.0, -3.0, -0.5, 0.0, 0.2, 0.9, 2.0, 25.0}) {
        for (const double other : {-29.0, -2.5, -0.5, 0.1, 0.6, 1.9, 26.0}) {
          std::vector<Real> slope, there, bend;
          const Real s = score, z = other;
          problem.derive({&s, 1}, label, slope, bend);
          problem.derive({&z, 1}, label, there, bend);
          const Real here = problem.loss({&s, 1}, label), over = problem.loss({&z, 1}, label),
                     line = there[0] * (s - z);
          const Real expected = here - over - line;
          const double d = static_cast<double>(there[0] - slope[0]);
          const double size = static_cast<double>(reference::size_of(expected));
          EXPECT_NEAR(divergence(spec, score, label, d), static_cast<double>(expected),
                      1e-12 * size + 1e-17 * static_cast<double>(1 + reference::size_of(here) +
                                                                 reference::size_of(over) + reference::size_of(line)))
              << loss.name() << " " << label << " " << score << " " << other;
        }
      }
    }
  }
}

TEST(Gap, LeastSubgradientIsZeroWithinTheReachOfL1) {
  SmallFit fit(loss::squared(), RandomRows(loss::squared(), false, 1), 0.5, 0, true);
  const std::vector<double> at = {1, -1, 0, 0, 2}, gradient = {0.25, 0.25, 0.75, -0.375, -0.125};
  std::vector<double> least(5);
  least_subgradient(fit.objective, at, gradient, least);
  EXPECT_EQ(least, (std::vector<double>{0.75, -0.25, 0.25, 0, -0.125}));
  EXPECT_EQ(kkt_distance(fit.objective, at, gradient), 0.75);
  EXPECT_TRUE(std::isnan(kkt_distance(fit.objective, at, std::vector<double>{0, std::nan(""), 0, 0, 9})));

  SmallFit without(loss::squared(), RandomRows(loss::squared(), false, 1), 0.5, 0, false);
  least_subgradient(without.objective, at, gradient, least);
  EXPECT_EQ(least[4], 0);
}

}  // namespace
}  // namespace linden
