// Ticks and places against brute force.
#include "report/svg/scale.hpp"

#include <gtest/gtest.h>

#include <random>

namespace linden::reporting {
namespace {

// Every step of 1, 2, 5 times a power of ten that gives `most` multiples or fewer: the least of them is taken.
std::vector<double> by_search(double low, double high, int most) {
  for (int power = -12; power <= 12; ++power)
    for (const int factor : {1, 2, 5}) {
      const double step = factor * std::pow(10.0, power);
      std::vector<double> ticks;
      if ((high - low) / step > 1e4) continue;
      for (double i = std::floor(low / step) - 1; i <= high / step + 1; ++i)
        if (i * step >= low - step * 1e-9 && i * step <= high + step * 1e-9) ticks.push_back(i * step);
      if (static_cast<int>(ticks.size()) <= most) return ticks;
    }
  return {};
}

TEST(Scale, TicksAreThoseOfASearch) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> uniform(-1, 1);
  for (int i = 0; i < 300; ++i) {
    const double size = std::pow(10.0, 4 * uniform(random)), low = size * uniform(random);
    const double high = low + size * std::abs(uniform(random)) + 1e-5 * size;
    const std::vector<double> ticks = nice_ticks(low, high, 6), expected = by_search(low, high, 6);
    ASSERT_EQ(ticks.size(), expected.size()) << low << " " << high;
    for (std::size_t t = 0; t < ticks.size(); ++t) EXPECT_NEAR(ticks[t], expected[t], 1e-9 * size);
    const Range range = nice_range(low, high);
    EXPECT_LE(range.low, low + 1e-9 * size);
    EXPECT_GE(range.high, high - 1e-9 * size);
  }
  EXPECT_EQ(nice_ticks(0, 1, 6), (std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1}));
  EXPECT_EQ(nice_ticks(3, 3, 6), std::vector<double>{3});
}

TEST(Scale, TextsTellTicksApart) {
  const auto texts = [](double low, double high) { return tick_texts(nice_ticks(low, high, 6)); };
  EXPECT_EQ(texts(0, 1), (std::vector<std::string>{"0", "0.2", "0.4", "0.6", "0.8", "1.0"}));
  EXPECT_EQ(texts(0, 50000), (std::vector<std::string>{"0", "10k", "20k", "30k", "40k", "50k"}));
  EXPECT_EQ(texts(0, 3e6), (std::vector<std::string>{"0", "1M", "2M", "3M"}));
  EXPECT_EQ(texts(-10, 10), (std::vector<std::string>{"-10", "-5", "0", "5", "10"}));
  for (const auto& [low, high] : {std::pair{0.0, 1e-7}, {1e12, 3e12}, {0.97, 0.98}, {1234.0, 1235.0}}) {
    std::vector<std::string> all = texts(low, high);
    std::ranges::sort(all);
    EXPECT_EQ(std::ranges::adjacent_find(all), all.end()) << all[0];
  }
}

TEST(Scale, HasAPlaceForAllDoubles) {
  constexpr double most = std::numeric_limits<double>::max();
  for (const auto& [low, high] : {std::pair{-most, most}, {most, most}, {-1e300, 3e300}, {0.0, 1.7e308}}) {
    const Range range = nice_range(low, high);
    EXPECT_LE(range.low, low);
    EXPECT_GE(range.high, high);
    EXPECT_TRUE(std::isfinite(range.low) && std::isfinite(range.high)) << low << " " << high;
    const std::vector<double> ticks = nice_ticks(range.low, range.high, 6);
    EXPECT_GE(ticks.size(), 2u);
    EXPECT_LE(ticks.size(), 6u);
    const Scale scale(range, 0, 100);
    for (const double tick : ticks) EXPECT_TRUE(scale(tick) >= 0 && scale(tick) <= 100) << tick;
    EXPECT_LT(scale(range.low), scale(range.high));
  }
  EXPECT_EQ(nice_range(-HUGE_VAL, HUGE_VAL).high, most);
  EXPECT_EQ(nice_range(NAN, 1).low, 0);
  EXPECT_EQ(Scale({0, 1}, 10, 20)(NAN), 10);
}

TEST(Scale, LogarithmicTicksAreRound) {
  EXPECT_EQ(log_ticks(1, 1e4, 6), (std::vector<double>{1, 10, 100, 1000, 10000}));
  EXPECT_EQ(log_ticks(1, 30, 6), (std::vector<double>{1, 2, 5, 10, 20}));
  EXPECT_LE(log_ticks(1e-9, 1e9, 6).size(), 6u);
}

TEST(Scale, PlacesAreBetweenTheEnds) {
  const Scale scale({10, 20}, 0, 100), down({0, 1}, 200, 100), logarithmic({1, 100}, 0, 10, true);
  EXPECT_EQ(scale(15), 50);
  EXPECT_EQ(scale(25), 100);  // what lies beyond is drawn at the edge
  EXPECT_EQ(down(0.25), 175);
  EXPECT_EQ(logarithmic(10), 5);
  EXPECT_EQ(Scale({3, 3}, 0, 100)(3), 50);
}

}  // namespace
}  // namespace linden::reporting
