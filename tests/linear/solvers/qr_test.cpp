// Least squares by QR: NIST's certified coefficients, columns that are sums of others, penalties and weights.
#include "linear/solvers/qr.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "linear/nist.hpp"

namespace linden {
namespace {

struct Solved {
  LeastSquares squares;
  std::vector<double> weights;  ///< in the units of the data
  double intercept = 0;
};

Solved solve(const Dataset& data, const std::vector<double>& labels, const std::vector<double>& row_weights = {},
             double l2 = 0, bool intercept = true, std::span<const int> left_out = {}) {
  Workers workers(2);
  Design design("test", data, row_weights, intercept, workers);
  for (const int column : left_out) design.leave_out(column);
  double total = row_weights.empty() ? static_cast<double>(labels.size()) : 0;
  for (const double w : row_weights) total += w;
  std::vector<double> penalty(static_cast<std::size_t>(design.columns()), l2);
  penalty.push_back(0);
  Solved result{least_squares(design, labels, row_weights, 1 / total, penalty, workers), {}, 0};
  long double constant = result.squares.parameters.back();
  for (std::size_t j = 0; j + 1 < result.squares.parameters.size(); ++j) {
    result.weights.push_back(result.squares.parameters[j] * design.factor()[j]);
    constant -= static_cast<long double>(result.weights[j]) * design.shift()[j];
  }
  result.intercept = static_cast<double>(constant);
  return result;
}

double digits(double value, double certified) { return -std::log10(std::abs(value / certified - 1) + 1e-17); }

void expect_digits(const nist::Regression& nist, double least) {
  const Solved found = solve(Dataset::from_rows(std::span<const double>(nist.values), nist.features), nist.labels);
  EXPECT_TRUE(found.squares.dependent.empty());
  EXPECT_EQ(found.squares.rank, nist.features + 1);
  EXPECT_GE(digits(found.intercept, nist.intercept), least);
  for (std::size_t j = 0; j < nist.weights.size(); ++j) {
    EXPECT_GE(digits(found.weights[j], nist.weights[j]), least) << j;
  }
}

TEST(Qr, LongleyHasTenDigits) { expect_digits(nist::longley(), 10); }

// The powers, rounded to doubles, leave the exact solution 7.9 digits of the certified one.
TEST(Qr, FilipIsKeptWholeAndHasSevenDigits) {
  expect_digits(nist::filip(), 7.5);
  const nist::Regression filip = nist::filip();
  const Solved found = solve(Dataset::from_rows(std::span<const double>(filip.values), 10), filip.labels);
  EXPECT_GT(found.squares.condition, 1e8);
  EXPECT_LT(found.squares.condition, 1e10);
}

std::vector<double> random_values(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> values(count);
  for (double& v : values) v = normal(random);
  return values;
}

TEST(Qr, FindsDuplicatesAndSumsAndKeepsWhatComesFirst) {
  // a, 1e6 a + 3, b, a - b / 7 + 1000, c, a nearly: 1e-6 c beside it
  const std::size_t rows = 500;
  const std::vector<double> abc = random_values(3 * rows, 1), noise = random_values(rows, 2);
  std::vector<double> values, labels, plain;
  for (std::size_t i = 0; i < rows; ++i) {
    const double a = abc[3 * i], b = abc[3 * i + 1], c = abc[3 * i + 2];
    values.insert(values.end(), {a, 1e6 * a + 3, b, a - b / 7 + 1000, c, a + 1e-6 * c * c});
    plain.insert(plain.end(), {a, b, c, a + 1e-6 * c * c});
    labels.push_back(2 * a - b + 0.5 * c + noise[i]);
  }
  const Solved found = solve(Dataset::from_rows(std::span<const double>(values), 6), labels);
  EXPECT_EQ(found.squares.dependent, (std::vector<int>{1, 3}));
  EXPECT_EQ(found.squares.independent, (std::vector<int>{0, 2, 4, 5, 6}));
  EXPECT_EQ(found.squares.rank, 5);
  EXPECT_EQ(found.weights[1], 0);
  EXPECT_EQ(found.weights[3], 0);

  // The same as without them.
  const Solved without = solve(Dataset::from_rows(std::span<const double>(plain), 4), labels);
  EXPECT_TRUE(without.squares.dependent.empty());
  EXPECT_NEAR(found.squares.condition / without.squares.condition, 1, 1e-3);
  for (int j = 0; j < 4; ++j) {
    const double expected = without.weights[static_cast<std::size_t>(j)];
    const int kept[] = {0, 2, 4, 5};
    EXPECT_NEAR(found.weights[static_cast<std::size_t>(kept[j])], expected, 1e-8 * std::abs(expected)) << j;
  }
}

TEST(Qr, FindsIndicatorsThatSumToOneInManyRows) {
  // Two sets of indicators, of 10 and 7 categories, some of them rare: the last of each set is one less the others.
  const std::size_t rows = 100000;
  std::mt19937 random(3);
  std::vector<float> values(rows * 17);
  std::vector<double> labels;
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t first = i % 1000 == 0 ? 9 : random() % 9, second = random() % 7;
    values[i * 17 + first] = 1;
    values[i * 17 + 10 + second] = 1;
    labels.push_back(static_cast<double>(first) + 0.1 * static_cast<double>(random() % 100));
  }
  const Dataset data = Dataset::from_rows(std::span<const float>(values), 17);
  const Solved found = solve(data, labels);
  EXPECT_EQ(found.squares.dependent, (std::vector<int>{9, 16}));
  EXPECT_EQ(found.squares.rank, 16);
  // Without an intercept the second set alone has one too many.
  EXPECT_EQ(solve(data, labels, {}, 0, false).squares.dependent, (std::vector<int>{16}));
  EXPECT_EQ(solve(data, labels, {}, 0, false).squares.rank, 16);
}

TEST(Qr, PenalisedColumnsAreNeverDependent) {
  const std::vector<double> a = random_values(200, 4), noise = random_values(200, 5);
  std::vector<double> values, labels;
  for (std::size_t i = 0; i < a.size(); ++i) {
    values.insert(values.end(), {a[i], a[i]});
    labels.push_back(3 * a[i] + noise[i]);
  }
  const Dataset data = Dataset::from_rows(std::span<const double>(values), 2);
  EXPECT_EQ(solve(data, labels).squares.dependent, std::vector<int>{1});
  for (const double l2 : {1e-12, 1e-3, 10.0}) {
    const Solved found = solve(data, labels, {}, l2);
    EXPECT_TRUE(found.squares.dependent.empty());
    EXPECT_EQ(found.squares.rank, 3);
    // Twins share the weight: u = covariance / (2 + l2) each, for columns of variance 1.
    const double u = found.squares.parameters[0];
    EXPECT_NEAR(found.squares.parameters[1] / u, 1, 1e-3);
    const double one = solve(data, labels).squares.parameters[0];
    EXPECT_NEAR(u, one / (2 + l2), 1e-3 * one);
  }
}

TEST(Qr, HasTheGradientOfThePenalisedObjectiveZero) {
  const std::size_t rows = 90;
  const std::vector<double> values = random_values(rows * 4, 6), labels = random_values(rows, 7);
  std::vector<double> weights;
  for (std::size_t i = 0; i < rows; ++i) weights.push_back(static_cast<double>(i % 4));
  const Dataset data = Dataset::from_rows(std::span<const double>(values), 4);
  const double l2 = 0.25;
  for (const bool intercept : {true, false}) {
    const Solved found = solve(data, labels, weights, l2, intercept);
    Workers workers(1);
    const Design design("test", data, weights, intercept, workers);
    std::vector<long double> gradient(5);
    long double total = 0;
    for (const double w : weights) total += w;
    for (std::size_t i = 0; i < rows; ++i) {
      std::vector<long double> a;
      for (std::size_t j = 0; j < 4; ++j) {
        a.push_back((static_cast<long double>(values[4 * i + j]) - design.shift()[j]) * design.factor()[j]);
      }
      a.push_back(intercept ? 1 : 0);
      long double r = -labels[i];
      for (std::size_t j = 0; j < 5; ++j) r += a[j] * found.squares.parameters[j];
      for (std::size_t j = 0; j < 5; ++j) gradient[j] += weights[i] / total * a[j] * r;
    }
    for (std::size_t j = 0; j < 4; ++j) gradient[j] += l2 * found.squares.parameters[j];
    for (const long double g : gradient) EXPECT_NEAR(static_cast<double>(g), 0, 1e-15);
    EXPECT_EQ(found.squares.rank, intercept ? 5 : 4);
    if (!intercept) {
      EXPECT_EQ(found.squares.parameters[4], 0);
    }
  }
}

TEST(Qr, HalfDecrementIsTheDistanceFromTheOptimum) {
  const std::size_t rows = 60;
  const std::vector<double> values = random_values(rows * 3, 8), labels = random_values(rows, 9);
  const Dataset data = Dataset::from_rows(std::span<const double>(values), 3);
  const LeastSquares squares = solve(data, labels, {}, 0.1).squares;
  // At the optimum plus e the gradient is R'R e, and the objective is higher by |R e|^2 / 2.
  const std::vector<double> e = {0.5, -1, 2, 0.25};
  std::vector<double> re(4), gradient(4);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = i; j < 4; ++j) re[i] += squares.triangle[4 * i + j] * e[j];
  double expected = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    expected += re[i] * re[i] / 2;
    for (std::size_t j = i; j < 4; ++j) gradient[j] += squares.triangle[4 * i + j] * re[i];
  }
  EXPECT_NEAR(squares.half_decrement(gradient), expected, 1e-13 * expected);
}

TEST(Qr, ColumnsThatAreLeftOutAreNotDependent) {
  const std::vector<double> values = random_values(150, 10), labels = random_values(50, 11);
  const int second[] = {1};
  const Solved found = solve(Dataset::from_rows(std::span<const double>(values), 3), labels, {}, 0, true, second);
  EXPECT_TRUE(found.squares.dependent.empty());
  EXPECT_EQ(found.squares.rank, 3);
  EXPECT_EQ(found.squares.independent, (std::vector<int>{0, 2, 3}));
  EXPECT_EQ(found.weights[1], 0);
}

}  // namespace
}  // namespace linden
