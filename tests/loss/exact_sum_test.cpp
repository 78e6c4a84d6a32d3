// Sums without rounding, term by term and in parts.
#include "loss/exact_sum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include "quad.hpp"

namespace linden {
namespace {

double sum_of(const std::vector<double>& terms) {
  ExactSum sum;
  for (const double term : terms) sum.add(term);
  return sum.value();
}

TEST(ExactSum, LosesNothingToCancellation) {
  EXPECT_EQ(sum_of({}), 0);
  EXPECT_EQ(sum_of({1e300, 1, -1e300}), 1);
  EXPECT_EQ(sum_of({-1e300, 1e-300, 1e300}), 1e-300);
  EXPECT_EQ(sum_of({0x1p-1074, 0x1p-1074, 1e16, -1e16}), 0x1p-1073);
  EXPECT_EQ(sum_of({-0.5, -0.25}), -0.75);
  EXPECT_EQ(sum_of({std::numeric_limits<double>::max(), std::numeric_limits<double>::max(),
                    -std::numeric_limits<double>::max()}),
            std::numeric_limits<double>::max());
  EXPECT_EQ(sum_of(std::vector<double>(1000, -0.1)), -100.00000000000000555);
  EXPECT_TRUE(std::isnan(sum_of({1, std::numeric_limits<double>::infinity()})));
  EXPECT_TRUE(std::isnan(sum_of({std::numeric_limits<double>::quiet_NaN()})));
}

TEST(ExactSum, DoesNotDependOnOrderOrGrouping) {
  std::mt19937_64 random(3);
  std::vector<double> terms;
  for (int i = 0; i < 10000; ++i)
    terms.push_back(
        std::ldexp(static_cast<double>(static_cast<std::int64_t>(random())), static_cast<int>(random() % 200) - 160));
  const double first = sum_of(terms);
  Quad reference = 0;  // 113 bits hold these terms' sum to far below one unit
  for (const double term : terms) reference += term;
  EXPECT_NEAR(first, static_cast<double>(reference), std::abs(first) * 0x1p-52);
  for (int trial = 0; trial < 5; ++trial) {
    std::shuffle(terms.begin(), terms.end(), random);
    EXPECT_EQ(sum_of(terms), first);
    ExactSum parts[7], total;
    for (const double term : terms) parts[random() % 7].add(term);
    for (const ExactSum& part : parts) total.add(part);
    EXPECT_EQ(total.value(), first);
  }
}

}  // namespace
}  // namespace linden
