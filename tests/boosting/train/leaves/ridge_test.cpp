// Ridge regressions against Gauss's elimination in long double.
#include "boosting/train/leaves/ridge.hpp"

#include <gtest/gtest.h>

#include "boosting/random_data.hpp"
#include "reference/solve.hpp"

namespace linden {
namespace {

// Of random rows of so many columns, in which the column `copy`, if any, is made of two others.
struct Problem {
  Triangle gram;
  std::vector<double> target;

  Problem(Random& random, std::size_t size, int copy = -1) : gram(size), target(size) {
    for (int row = 0; row < 60; ++row) {
      std::vector<double> x(size);
      for (double& value : x) value = random.normal() + 0.5;
      if (copy >= 0) x[static_cast<std::size_t>(copy)] = x[0] - 2 * x[1];
      const double y = x[0] + random.normal();
      for (std::size_t i = 0; i < size; ++i) {
        target[i] += x[i] * y;
        for (std::size_t j = 0; j <= i; ++j) gram(i, j) += x[i] * x[j];
      }
    }
  }

  // Without one of the columns.
  std::vector<double> solved(double l2, int left_out = -1) const {
    std::vector<std::vector<long double>> equations;
    for (int i = 0; i < std::ssize(target); ++i) {
      if (i == left_out) continue;
      std::vector<long double>& equation = equations.emplace_back();
      for (int j = 0; j < std::ssize(target); ++j)
        if (j != left_out)
          equation.push_back(gram(static_cast<std::size_t>(std::max(i, j)), static_cast<std::size_t>(std::min(i, j))) +
                             (i == j ? l2 : 0));
      equation.push_back(target[static_cast<std::size_t>(i)]);
    }
    std::vector<double> weights;
    for (const long double weight : reference::solve(equations)) weights.push_back(static_cast<double>(weight));
    if (left_out >= 0) weights.insert(weights.begin() + left_out, 0.0);
    return weights;
  }
};

void expect_near(const std::vector<double>& found, const std::vector<double>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-10) << i;
}

TEST(Ridge, SolvesItsEquations) {
  Random random(1);
  for (std::size_t size = 1; size <= 16; ++size)
    for (const double l2 : {0.0, 0.5, 100.0}) {
      const Problem problem(random, size);
      expect_near(ridge(problem.gram, problem.target, l2), problem.solved(l2));
    }
}

TEST(Ridge, LeavesOutWhatOthersExplain) {
  Random random(2);
  for (const int copy : {2, 4, 5}) {
    const Problem problem(random, 6, copy);
    const std::vector<double> weights = ridge(problem.gram, problem.target, 0);
    EXPECT_EQ(weights[static_cast<std::size_t>(copy)], 0);
    expect_near(weights, problem.solved(0, copy));
    expect_near(ridge(problem.gram, problem.target, 1), problem.solved(1));  // which l2 tells apart
  }
}

TEST(Ridge, OfNothingIsNothing) {
  EXPECT_TRUE(ridge(Triangle(0), {}, 1).empty());
  EXPECT_EQ(ridge(Triangle(2), {0, 0}, 0), (std::vector<double>{0, 0}));
}

}  // namespace
}  // namespace linden
