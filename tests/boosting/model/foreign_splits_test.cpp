// Splits of other libraries against what those libraries do with a value, over the values where it matters.
#include "boosting/model/foreign_splits.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <linden/error.hpp>
#include <random>
#include <vector>

#include "refusal.hpp"

namespace linden {
namespace {

constexpr double end = std::numeric_limits<double>::max();
constexpr double infinity = std::numeric_limits<double>::infinity();

template <class T>
bool compares(T value, T bound, Comparison comparison) {
  return comparison == Comparison::less ? value < bound : value <= bound;
}

// A double and those about it.
std::vector<double> about(double value) {
  std::vector<double> values{value};
  for (int side : {-1, 1}) {
    double x = value;
    for (int i = 0; i < 3; ++i) values.push_back(x = std::nextafter(x, side * infinity));
  }
  return values;
}

TEST(ThresholdFor, DoublesIsTheLastThatCompares) {
  std::mt19937_64 random(1);
  std::vector<double> bounds{0.0, -0.0, 1.5, -1.5, 5e-324, -5e-324, end};
  for (int i = 0; i < 2000; ++i)
    if (const double x = std::bit_cast<double>(random()); std::isfinite(x)) bounds.push_back(x);
  for (const double bound : bounds)
    for (const Comparison comparison : {Comparison::less, Comparison::less_or_equal}) {
      const double threshold = threshold_for(bound, comparison);
      ASSERT_TRUE(std::isfinite(threshold));
      for (const double x : about(bound))
        EXPECT_EQ(x <= threshold, compares(x, bound, comparison)) << x << " " << bound;
    }
}

// Every float and the doubles about the middles of the gaps beside it, which is where rounding turns.
void expect_exact(float bound) {
  for (const Comparison comparison : {Comparison::less, Comparison::less_or_equal}) {
    const double threshold = threshold_for(bound, comparison);
    ASSERT_TRUE(std::isfinite(threshold)) << bound;
    const auto wide = [](float x) { return std::isinf(x) ? std::copysign(0x1p128, x) : static_cast<double>(x); };
    std::vector<float> floats{bound};
    for (const float side : {-HUGE_VALF, HUGE_VALF}) {
      float x = bound;
      for (int i = 0; i < 2; ++i) floats.push_back(x = std::nextafter(x, side));
    }
    std::vector<double> values{infinity, -infinity, end, -end, 0.0, -0.0};
    for (const float a : floats)
      for (const float b : floats)
        for (const double x : about((wide(a) + wide(b)) / 2)) values.push_back(x);
    for (const double x : values) {
      ASSERT_EQ(x <= threshold, compares(static_cast<float>(x), bound, comparison))
          << std::hexfloat << x << " against " << bound;
    }
  }
}

TEST(ThresholdFor, FloatsTakesTheirRoundingIntoAccount) {
  std::mt19937 random(2);
  for (const float bound : {0.0f, -0.0f, 1.0f, -1.0f, 0.1f, 1e-45f, -1e-45f, 1.1754944e-38f, 1.1754942e-38f,
                            16777216.0f, 3.4028235e38f, -3.4028235e38f})
    expect_exact(bound);
  for (int i = 0; i < 2'000; ++i)
    if (const float bound = std::bit_cast<float>(static_cast<std::uint32_t>(random())); std::isfinite(bound))
      expect_exact(bound);
  EXPECT_EQ(threshold_for(1.0f, Comparison::less), std::nextafter(1 - 0x1p-25, 0.0));
  EXPECT_EQ(threshold_for(1.0f, Comparison::less_or_equal), 1 + 0x1p-24);
}

// A double that rounds beyond the last float is infinite.
TEST(ThresholdFor, InfiniteFloatsBoundWhatRoundsToThem) {
  EXPECT_EQ(threshold_for(HUGE_VALF, Comparison::less), std::nextafter(0x1p128 - 0x1p103, 0.0));
  EXPECT_EQ(threshold_for(-HUGE_VALF, Comparison::less_or_equal), -(0x1p128 - 0x1p103));
  for (const double x : about(0x1p128 - 0x1p103))
    EXPECT_EQ(x <= threshold_for(HUGE_VALF, Comparison::less), static_cast<float>(x) < HUGE_VALF);
}

TEST(ThresholdFor, WhatHasNoFiniteOneIsRefused) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(refusal<ArgumentError>([] { threshold_for(-HUGE_VALF, Comparison::less); }),
            "a split by value < -inf is none that a finite threshold makes.");
  EXPECT_EQ(refusal<ArgumentError>([] { threshold_for(HUGE_VALF, Comparison::less_or_equal); }),
            "a split by value <= inf is none that a finite threshold makes.");
  for (const Comparison comparison : {Comparison::less, Comparison::less_or_equal}) {
    EXPECT_THROW(threshold_for(nan, comparison), ArgumentError);
    EXPECT_THROW(threshold_for(static_cast<float>(nan), comparison), ArgumentError);
    EXPECT_THROW(threshold_for(-infinity, comparison), ArgumentError);
  }
  EXPECT_THROW(threshold_for(-end, Comparison::less), ArgumentError);
  EXPECT_THROW(threshold_for(infinity, Comparison::less_or_equal), ArgumentError);
}

// LightGBM's Tree::NumericalDecision, written anew.
bool their_decision(double x, MissingType type, bool default_left, double threshold) {
  if (std::isnan(x) && type != MissingType::nan) x = 0;
  const bool is_zero = -1e-35f <= x && x <= 1e-35f;
  if ((type == MissingType::zero && is_zero) || (type == MissingType::nan && std::isnan(x))) return default_left;
  return x <= threshold;
}

bool our_decision(double x, const TreeNode& node) {
  if (std::isnan(x) || (node.zero_missing && std::abs(x) <= 1.0000000180025095e-35)) return node.missing_left;
  return x <= node.threshold;
}

TEST(SetMissing, TreesSendEveryValueWhereTheirsDo) {
  std::vector<double> values{std::numeric_limits<double>::quiet_NaN()};
  for (const double centre :
       {0.0, 1e-35, static_cast<double>(1e-35f), -static_cast<double>(1e-35f), 1e-36, 1.0, -1.0, 1e300})
    for (const double x : about(centre)) values.push_back(x);
  int marked = 0;
  for (const MissingType type : {MissingType::none, MissingType::nan, MissingType::zero})
    for (const bool default_left : {false, true})
      for (const double threshold : values) {
        if (std::isnan(threshold)) continue;
        TreeNode node;
        node.feature = 0;
        node.threshold = threshold;
        node.zero_missing = true;  // to be cleared where it is not so
        set_missing(node, type, default_left);
        marked += node.zero_missing;
        for (const double x : values)
          EXPECT_EQ(our_decision(x, node), their_decision(x, type, default_left, threshold))
              << x << " against " << threshold << ", type " << static_cast<int>(type);
      }
  EXPECT_GT(marked, 0);
  TreeNode node;
  node.threshold = 3;
  set_missing(node, MissingType::zero, true);
  EXPECT_FALSE(node.zero_missing);  // zeros go left anyway
}

}  // namespace
}  // namespace linden
