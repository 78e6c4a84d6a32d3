// Mills' ratio against long double: erfc where that has not run out, a continued fraction beyond.
#include "backend/math/mills_ratio.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace linden {
namespace {

long double reference(long double z) {
  if (z < 6) return std::sqrt(std::acos(-1.0L) / 2) * std::exp(z * z / 2) * std::erfc(z / std::sqrt(2.0L));
  long double below = 0;
  for (int n = 400; n > 0; --n) below = n / (z + below);
  return 1 / (z + below);
}

TEST(MillsRatio, IsWithinTwoUnitsOfTheLastPlace) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> near(0, 10), exponent(-8, 12);
  const auto check = [](double z) {
    const long double wanted = reference(z);
    EXPECT_LE(std::abs(math::mills_ratio(z) - wanted) / wanted, 4 * 0x1p-53L)
        << z;  // two units, at most 2^-52 of the value each
  };
  for (int i = 0; i < 4000; ++i) {
    check(near(random));
    check(std::pow(10, exponent(random)));
  }
  check(0);
}

TEST(MillsRatio, EndsAtInfinity) {
  EXPECT_EQ(math::mills_ratio(std::numeric_limits<double>::infinity()), 0);
  EXPECT_GT(math::mills_ratio(1e300), 0);
  EXPECT_TRUE(std::isnan(math::mills_ratio(std::numeric_limits<double>::quiet_NaN())));
}

}  // namespace
}  // namespace linden
