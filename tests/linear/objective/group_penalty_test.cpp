// The penalty of a group against its definitions: minima and conjugates by a search over a fine grid of the plane.
#include "linear/objective/group_penalty.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace linden {
namespace {

using Plane = std::array<double, 2>;

const std::vector<GroupPenalty>& all() {
  static const std::vector<GroupPenalty> penalties{{0.5, 0, 0}, {0.5, 0.3, 0}, {0.5, 0, 0.8}, {0.25, 0.125, 2}};
  return penalties;
}

double value(const GroupPenalty& p, const Plane& z) {
  return p.group * std::hypot(z[0], z[1]) + p.l1 * (std::abs(z[0]) + std::abs(z[1])) +
         p.l2 / 2 * (z[0] * z[0] + z[1] * z[1]);
}

/// The least value over a grid of 1/32 up to 4, and where.
template <class F>
double least(const F& f, Plane* where = nullptr) {
  double lowest = std::numeric_limits<double>::infinity();
  for (int i = -128; i <= 128; ++i)
    for (int j = -128; j <= 128; ++j)
      if (const double v = f(Plane{i / 32.0, j / 32.0}); v < lowest) {
        lowest = v;
        if (where) *where = {i / 32.0, j / 32.0};
      }
  return lowest;
}

const Plane points[] = {{0, 0}, {0.5, 0}, {-0.25, 1}, {0.75, 0.5}};
const Plane slopes[] = {{0, 0}, {0.25, -0.5}, {-1.5, 0.25}, {0.5, 0.5}, {2, -1}};

TEST(GroupPenalty, SettlesAtTheLowestPoint) {
  for (const GroupPenalty& p : all())
    for (const Plane& from : points)
      for (const Plane& slope : slopes) {
        Plane where{}, to{};
        least(
            [&](const Plane& x) {
              const double a = x[0] - from[0], b = x[1] - from[1];
              return a * a + b * b + slope[0] * x[0] + slope[1] * x[1] + value({p.group, p.l1, 0}, x);
            },
            &where);
        p.settle(from, slope, 2, to);
        for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(to[i], where[i], 1.0 / 32);
      }
}

TEST(GroupPenalty, ItsGapIsWhatAPointIsAboveTheLowest) {
  for (const GroupPenalty& p : all())
    for (const Plane& z : points)
      for (const Plane& v : slopes) {
        const double t = p.factor(v);
        const Plane q{t * v[0], t * v[1]};
        const auto pulled = [&](const Plane& x) { return q[0] * x[0] + q[1] * x[1] + value(p, x); };
        const double gap = p.gap(z, q), expected = pulled(z) - least(pulled);
        EXPECT_GE(gap, expected - 1e-15);
        EXPECT_NEAR(gap, expected, 2e-3);
      }
}

TEST(GroupPenalty, TheFactorIsTheLargestForWhichThereIsALowestPoint) {
  for (const GroupPenalty& p : all())
    for (const Plane& v : slopes) {
      const double t = p.factor(v);
      // Far out, along any direction: P falls nowhere at t, and somewhere beyond it.
      const auto falls = [&](double by) {
        for (int i = 0; i < 3600; ++i) {
          const Plane x{1e9 * std::cos(i * M_PI / 1800), 1e9 * std::sin(i * M_PI / 1800)};
          if (by * (v[0] * x[0] + v[1] * x[1]) + value(p, x) < -1) return true;
        }
        return false;
      };
      EXPECT_FALSE(falls(t));
      EXPECT_EQ(falls(t * 1.01), t < 1);
    }
}

TEST(GroupPenalty, TheLeastSubgradientIsTheSlopeDownhill) {
  for (const GroupPenalty& p : all())
    for (const Plane& z : points)
      for (const Plane& slope : slopes) {
        Plane s{};
        p.least_subgradient(z, slope, s);
        // The steepest descent has the slope -|s|: no direction falls faster, and that of -s so fast.
        const GroupPenalty plain{p.group, p.l1, 0};
        const double h = 1e-7, size = std::hypot(s[0], s[1]);
        const auto along = [&](double a, double b) {
          return (value(plain, {z[0] + h * a, z[1] + h * b}) - value(plain, z)) / h + slope[0] * a + slope[1] * b;
        };
        for (int i = 0; i < 360; ++i)
          EXPECT_GE(along(std::cos(i * M_PI / 180), std::sin(i * M_PI / 180)), -size - 1e-5);
        if (size > 0) {
          EXPECT_NEAR(along(-s[0] / size, -s[1] / size), -size, 1e-5);
        }
        if (z == Plane{0, 0}) {
          EXPECT_EQ(p.excess_at_zero(slope) > 0, size > 0);
        }
      }
}

TEST(GroupPenalty, NormsOfHugeAndTinyWeightsDoNotOverflow) {
  EXPECT_DOUBLE_EQ(euclidean_norm(Plane{3e200, 4e200}), 5e200);
  EXPECT_DOUBLE_EQ(euclidean_norm(Plane{3e-200, 4e-200}), 5e-200);
  EXPECT_EQ(euclidean_norm(Plane{0, 0}), 0);
  EXPECT_EQ(euclidean_norm(std::vector<double>{}), 0);
}

}  // namespace
}  // namespace linden
