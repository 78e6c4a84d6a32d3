// Where a cubic between two points is lowest.
#include "backend/math/cubic.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace linden {
namespace {

/// Of x^3 / 3 - x on [a, b], which is lowest at 1.
double share_of(double a, double b) {
  const auto value = [](double x) { return x * x * x / 3 - x; };
  const auto slope = [](double x) { return x * x - 1; };
  return share_from_end(slope(a) + slope(b) - 3 * (value(b) - value(a)) / (b - a), slope(a), slope(b));
}

TEST(Cubic, IsLowestWhereItsSlopeIsZeroAndRises) {
  EXPECT_NEAR(share_of(0, 2), 0.5, 1e-15);
  EXPECT_NEAR(share_of(0, 4), 0.75, 1e-15);
  EXPECT_NEAR(share_of(0.5, 0.75), -1, 1e-12);  // beyond the second point
}

TEST(Cubic, IsThatOfAParabola) {
  // x^2 on [-1, 3]: slopes -2 and 6, values 1 and 9.
  EXPECT_NEAR(share_from_end(-2 + 6 - 3 * (9 - 1) / 4.0, -2, 6), 0.75, 1e-15);
}

TEST(Cubic, HasNoMinimumWhereItOnlyFallsOrOnlyRises) {
  EXPECT_FALSE(std::isfinite(share_from_end(-3 - 3 - 3 * (-1 - 1) / 2.0, -3, -3)));  // -x^3 on [-1, 1]
  EXPECT_FALSE(std::isfinite(share_from_end(4 + 4 - 3 * (2 + 2) / 2.0, 4, 4)));      // x^3 + x on [-1, 1]
  EXPECT_FALSE(std::isfinite(share_from_end(-1 - 1 + 3, -1, -1)));                   // a straight line
}

}  // namespace
}  // namespace linden
