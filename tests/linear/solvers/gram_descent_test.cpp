#include "linear/solvers/gram_descent.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "linear/solvers/models/growing_factor.hpp"

namespace linden {
namespace {

struct Problem {
  std::size_t n;
  std::vector<double> hessian, gradient, l1, start;
  std::vector<std::uint8_t> held;

  GramProblem view() const {
    return {.hessian = hessian, .gradient = gradient, .l1 = l1, .start = start, .held = held};
  }
};

// The Gram matrix of `rows` rows of correlated columns; fewer rows than columns make it singular.
Problem random_problem(std::size_t n, std::size_t rows, double l1, std::uint32_t seed, double common = 0.5) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> a(rows * n);
  for (std::size_t i = 0; i < rows; ++i) {
    const double shared = common * normal(random);
    for (std::size_t j = 0; j < n; ++j) a[i * n + j] = normal(random) + shared;
  }
  Problem p{.n = n,
            .hessian = std::vector<double>(n * n),
            .gradient = std::vector<double>(n),
            .l1 = std::vector<double>(n, l1),
            .start = std::vector<double>(n),
            .held = {}};
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t k = 0; k <= j; ++k) {
      double sum = 0;
      for (std::size_t i = 0; i < rows; ++i) sum += a[i * n + j] * a[i * n + k];
      p.hessian[j * n + k] = p.hessian[k * n + j] = sum / static_cast<double>(rows);
    }
  for (std::size_t j = 0; j < n; ++j) {
    double sum = 0;  // within the range of the columns, so that a minimum exists
    for (std::size_t k = 0; k < n; ++k) sum += p.hessian[j * n + k] * std::sin(1.0 + static_cast<double>(k));
    p.gradient[j] = sum;
    p.start[j] = normal(random) > 0 ? 0 : normal(random);
  }
  return p;
}

long double objective_at(const Problem& p, const std::vector<long double>& d) {
  long double sum = 0;
  for (std::size_t j = 0; j < p.n; ++j) {
    long double product = 0;
    for (std::size_t k = 0; k < p.n; ++k) product += p.hessian[j * p.n + k] * d[k];
    sum += d[j] * (p.gradient[j] + product / 2) + p.l1[j] * std::abs(p.start[j] + d[j]);
  }
  return sum;
}

// Solves the system of the coordinates with a sign, by elimination with pivots; false where it is singular.
bool solve_signs(const Problem& p, const std::vector<int>& sign, std::vector<long double>& w) {
  std::vector<std::size_t> in;
  for (std::size_t j = 0; j < p.n; ++j)
    if (sign[j] != 0 || p.l1[j] == 0) in.push_back(j);
  const std::size_t m = in.size();
  std::vector<std::vector<long double>> a(m, std::vector<long double>(m + 1));
  for (std::size_t r = 0; r < m; ++r) {
    for (std::size_t c = 0; c < m; ++c) a[r][c] = p.hessian[in[r] * p.n + in[c]];
    long double right = -(p.gradient[in[r]] + sign[in[r]] * p.l1[in[r]]);
    for (std::size_t k = 0; k < p.n; ++k) right += static_cast<long double>(p.hessian[in[r] * p.n + k]) * p.start[k];
    a[r][m] = right;
  }
  for (std::size_t c = 0; c < m; ++c) {
    std::size_t best = c;
    for (std::size_t r = c; r < m; ++r)
      if (std::abs(a[r][c]) > std::abs(a[best][c])) best = r;
    if (std::abs(a[best][c]) < 1e-12L) return false;
    std::swap(a[c], a[best]);
    for (std::size_t r = 0; r < m; ++r) {
      if (r == c) continue;
      const long double by = a[r][c] / a[c][c];
      for (std::size_t k = c; k <= m; ++k) a[r][k] -= by * a[c][k];
    }
  }
  w.assign(p.n, 0);
  for (std::size_t r = 0; r < m; ++r) w[in[r]] = a[r][m] / a[r][r];
  return true;
}

// The lowest stationary point over all sign patterns.
std::vector<long double> by_brute_force(const Problem& p, long double& lowest) {
  std::vector<int> sign(p.n, -1);
  std::vector<long double> w, best;
  lowest = INFINITY;
  for (;;) {
    if (solve_signs(p, sign, w)) {
      std::vector<long double> d(p.n);
      for (std::size_t j = 0; j < p.n; ++j) d[j] = w[j] - p.start[j];
      const long double value = objective_at(p, d);
      if (value < lowest) {
        lowest = value;
        best = d;
      }
    }
    std::size_t j = 0;
    while (j < p.n && sign[j] == 1) sign[j++] = -1;
    if (j == p.n) return best;
    ++sign[j];
  }
}

// The largest |subgradient|, in long double.
double violation_of(const Problem& p, const std::vector<double>& d) {
  long double largest = 0;
  for (std::size_t j = 0; j < p.n; ++j) {
    if (!p.held.empty() && p.held[j] != 0) continue;
    long double g = p.gradient[j];
    for (std::size_t k = 0; k < p.n; ++k) g += static_cast<long double>(p.hessian[j * p.n + k]) * d[k];
    const double w = p.start[j] + d[j];
    const long double off = w > 0   ? std::abs(g + p.l1[j])
                            : w < 0 ? std::abs(g - p.l1[j])
                                    : std::max<long double>(std::abs(g) - p.l1[j], 0);
    largest = std::max(largest, off);
  }
  return static_cast<double>(largest);
}

TEST(GramDescent, FindsWhatTryingAllSignsFinds) {
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    Problem p = random_problem(1 + seed % 6, 12, 0.05 * (seed % 9), seed);
    if (seed % 3 == 0) p.l1[0] = 0;
    long double lowest = 0;
    const std::vector<long double> expected = by_brute_force(p, lowest);
    const GramStep found = gram_descent(p.view(), 1e-13);
    for (std::size_t j = 0; j < p.n; ++j)
      EXPECT_NEAR(found.step[j], static_cast<double>(expected[j]), 1e-10) << "seed " << seed << " coordinate " << j;
    const long double before = objective_at(p, std::vector<long double>(p.n));
    EXPECT_NEAR(found.decrease, static_cast<double>(before - lowest), 1e-12 * (1 + std::abs(found.decrease)));
    EXPECT_LE(found.violation, 1e-13);
  }
}

TEST(GramDescent, MeetsTheConditionsOfTheOptimumOnFiftyCorrelatedCoordinates) {
  for (std::uint32_t seed = 0; seed < 12; ++seed) {
    Problem p = random_problem(50, seed % 2 == 0 ? 400 : 55, 0.02 * (1 + seed), 100 + seed, 3.0);
    p.l1[49] = 0;
    const GramStep found = gram_descent(p.view(), 1e-11);
    EXPECT_LE(violation_of(p, found.step), 2e-11) << "seed " << seed;
    EXPECT_LT(found.slope, 0);
    EXPECT_LE(found.cycles, 200) << "the finish should have ended this";
  }
}

TEST(GramDescent, MeetsThemWhereTheMatrixIsSingular) {
  for (std::uint32_t seed = 0; seed < 30; ++seed) {
    Problem p = random_problem(40, 25, 0.05, 200 + seed);
    EXPECT_LE(violation_of(p, gram_descent(p.view(), 1e-9).step), 2e-9) << "seed " << seed;
    p.l1.assign(p.n, 0);  // any of the many minima
    EXPECT_LE(violation_of(p, gram_descent(p.view(), 1e-9).step), 2e-9) << "without l1, seed " << seed;
  }
}

TEST(GramDescent, TakesColumnsThatAreThereTwice) {
  Problem p = random_problem(12, 60, 0.05, 7);
  for (std::size_t k = 0; k < p.n; ++k) p.hessian[11 * p.n + k] = p.hessian[0 * p.n + k];
  for (std::size_t k = 0; k < p.n; ++k) p.hessian[k * p.n + 11] = p.hessian[k * p.n + 0];
  p.hessian[11 * p.n + 11] = p.hessian[0];
  p.gradient[11] = p.gradient[0];
  EXPECT_LE(violation_of(p, gram_descent(p.view(), 1e-11).step), 2e-11);
}

TEST(GramDescent, LeavesHeldCoordinatesAndThoseWithoutCurvature) {
  Problem p = random_problem(10, 60, 0.05, 8);
  p.held.assign(p.n, 0);
  p.held[3] = 1;
  for (std::size_t k = 0; k < p.n; ++k) p.hessian[5 * p.n + k] = p.hessian[k * p.n + 5] = 0;
  const GramStep found = gram_descent(p.view(), 1e-11);
  EXPECT_EQ(found.step[3], 0);
  EXPECT_EQ(found.step[5], 0);
  p.held[5] = 1;
  EXPECT_LE(violation_of(p, found.step), 2e-11);
}

TEST(GramDescent, StaysAtTheOptimum) {
  Problem p = random_problem(20, 60, 0.1, 9);
  const GramStep first = gram_descent(p.view(), 1e-13);
  for (std::size_t j = 0; j < p.n; ++j) {
    for (std::size_t k = 0; k < p.n; ++k) p.gradient[j] += p.hessian[j * p.n + k] * first.step[k];
    p.start[j] += first.step[j];
  }
  const GramStep second = gram_descent(p.view(), 1e-12);
  for (const double d : second.step) EXPECT_NEAR(d, 0, 1e-11);
  EXPECT_NEAR(second.decrease, 0, 1e-14);
}

TEST(GrowingFactor, SolvesAfterAdditionsAndTruncations) {
  const Problem p = random_problem(23, 80, 0, 10);
  GrowingFactor factor(p.hessian, p.n);
  const std::vector<std::size_t> first = {4, 0, 17, 9, 2, 22, 11}, second = {5, 6, 7, 8, 1, 3};
  EXPECT_TRUE(factor.add(first).empty());
  factor.truncate(3);
  EXPECT_TRUE(factor.add(second).empty());
  const std::vector<std::size_t> order = {4, 0, 17, 5, 6, 7, 8, 1, 3};
  ASSERT_EQ(factor.order(), order);
  std::vector<double> x(order.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    for (std::size_t k = 0; k < order.size(); ++k)
      x[i] += p.hessian[order[i] * p.n + order[k]] * (1 + static_cast<double>(k));
  factor.solve(x);
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_NEAR(x[i], 1 + static_cast<double>(i), 1e-11);
}

TEST(GrowingFactor, NamesWhatDependsOnOthers) {
  const Problem p = random_problem(9, 5, 0, 11);  // rank 5
  GrowingFactor factor(p.hessian, p.n);
  const std::vector<std::size_t> all = {8, 7, 6, 5, 4, 3, 2, 1, 0};
  EXPECT_EQ(factor.add(all), (std::vector<std::size_t>{3, 2, 1, 0}));
  EXPECT_EQ(factor.order().size(), 5u);
}

}  // namespace
}  // namespace linden
