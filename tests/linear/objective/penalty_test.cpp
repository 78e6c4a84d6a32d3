// Penalties of one parameter against their definitions: minima and conjugates by a search over a fine grid.
#include "linear/objective/penalty.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace linden {
namespace {

constexpr double open = ColumnPenalty::no_bound;

std::vector<ColumnPenalty> penalties() {
  std::vector<ColumnPenalty> all;
  for (const double l1 : {0.0, 0.3})
    for (const double l2 : {0.0, 0.8})
      for (const auto& [lower, upper] : {std::pair(-open, open), std::pair(0.0, open), std::pair(-open, 0.0),
                                         std::pair(-0.5, 1.0), std::pair(-0.25, open), std::pair(0.0, 0.0)})
        all.push_back({l1, l2, lower, upper});
  return all;
}

double value(const ColumnPenalty& p, double u) {
  if (u < p.lower || u > p.upper) return open;
  return p.l1 * std::abs(u) + p.l2 / 2 * u * u;
}

/// The least value over multiples of 1/1024 up to 8, and where.
template <class F>
double least(const F& f, double* where = nullptr) {
  double lowest = open;
  for (int i = -8192; i <= 8192; ++i)
    if (const double v = f(i / 1024.0); v < lowest) {
      lowest = v;
      if (where) *where = i / 1024.0;
    }
  return lowest;
}

TEST(ColumnPenalty, SettlesAtTheLowestPoint) {
  for (const ColumnPenalty& p : penalties())
    for (const double u : {-0.25, 0.0, 0.5})
      for (const double slope : {-2.0, -0.3, 0.0, 0.1, 1.5}) {
        const double from = p.clamp(u);
        double where = 0;
        least(
            [&](double x) {
              return 0.5 * (x - from) * (x - from) + slope * x + value({p.l1, 0, p.lower, p.upper}, x);
            },
            &where);
        EXPECT_NEAR(p.settle(from, slope, 1), where, 1.0 / 1024);
      }
}

TEST(ColumnPenalty, ItsGapIsWhatAPointIsAboveTheLowest) {
  for (const ColumnPenalty& p : penalties())
    for (const double u : {-0.25, 0.0, 0.5, 0.875})
      for (const double v : {-2.0, -0.5, -0.25, 0.0, 0.125, 1.5}) {
        const double at = p.clamp(u), q = p.factor(v) * v;
        const double expected = q * at + value(p, at) - least([&](double x) { return q * x + value(p, x); });
        EXPECT_NEAR(p.gap(at, q), expected, 1e-6) << p.l1 << " " << p.l2 << " [" << p.lower << ", " << p.upper << "]";
        EXPECT_GE(p.gap(at, q), 0);
        EXPECT_NEAR(p.gap(p.lowest(q), q), 0, 1e-15);
      }
}

TEST(ColumnPenalty, ItsFactorIsTheLargestWithAFiniteConjugate) {
  for (const ColumnPenalty& p : penalties())
    for (const double v : {-2.0, -0.25, 0.0, 0.5, 4.0}) {
      const auto falls = [&](double t) {
        return t * v * -1e6 + value(p, -1e6) < -1 || t * v * 1e6 + value(p, 1e6) < -1;
      };
      const double t = p.factor(v);
      EXPECT_FALSE(falls(t));
      if (t < 1) {
        EXPECT_TRUE(falls(t + 1e-3));
      }
    }
}

TEST(ColumnPenalty, TheLeastSubgradientIsZeroWhereThePointIsLowest) {
  for (const ColumnPenalty& p : penalties())
    for (const double u : {-0.5, -0.25, 0.0, 0.5, 1.0})
      for (const double slope : {-2.0, -0.25, 0.0, 0.125, 1.5}) {
        const double at = p.clamp(u), s = p.least_subgradient(at, slope), step = 1e-6;
        const auto rise = [&](double x) {
          const double v = value({p.l1, 0, p.lower, p.upper}, x);
          return slope * (x - at) + v - p.l1 * std::abs(at);
        };
        // The steeper of the two ways down, or none.
        const double down = std::max({0.0, -rise(at + step) / step, -rise(at - step) / step});
        EXPECT_NEAR(std::abs(s), down, 1e-8);
      }
  EXPECT_TRUE(std::isnan(ColumnPenalty{.l1 = 1}.least_subgradient(0, std::numeric_limits<double>::quiet_NaN())));
}

TEST(ColumnPenalty, CornersStandWhereTheSlopeChanges) {
  const ColumnPenalty p{0.5, 0, -2, 3};
  EXPECT_EQ(p.next_corner(1, -1), 0);
  EXPECT_EQ(p.next_corner(-1, 1), 0);
  EXPECT_EQ(p.next_corner(1, 1), 3);
  EXPECT_EQ(p.next_corner(-1, -1), -2);
  EXPECT_EQ((ColumnPenalty{0, 0, -2, 3}).next_corner(1, -1), -2);
  EXPECT_EQ((ColumnPenalty{0.5}).next_corner(1, 1), open);
}

TEST(ColumnPenalty, ZeroIsHeldByL1AndByBounds) {
  EXPECT_EQ((ColumnPenalty{0.5}).excess_at_zero(-0.75), 0.25);
  EXPECT_EQ((ColumnPenalty{0.5}).excess_at_zero(0.25), -0.25);
  EXPECT_EQ((ColumnPenalty{0.5, 0, 0, open}).excess_at_zero(-0.75), 0.25);
  EXPECT_EQ((ColumnPenalty{0.5, 0, 0, open}).excess_at_zero(0.75), -1.25);
  EXPECT_EQ((ColumnPenalty{0, 0, 0, 0}).excess_at_zero(0.75), -open);
}

}  // namespace
}  // namespace linden
