// Order statistics against sorting.
#include "backend/math/order_statistic.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

namespace linden {
namespace {

double select(const std::vector<double>& values, std::vector<std::int64_t> weights, double level) {
  std::vector<std::uint64_t> keys;
  for (const double v : values) keys.push_back(ordered_key(v));
  std::vector<std::int64_t> sums(select_digits);
  const auto count = static_cast<std::int64_t>(keys.size());
  return value_of_key(weights.empty() ? select_key<false>(keys.data(), nullptr, count, level, sums.data())
                                      : select_key<true>(keys.data(), weights.data(), count, level, sums.data()));
}

TEST(OrderStatistic, WithoutWeightsIsTheCeilingOfLevelTimesCount) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 3000; ++i) {
    std::vector<double> values(1 + random() % (i % 10 == 0 ? 5000 : 40));
    const auto kind = random() % 4;
    for (double& v : values) {
      const double normal = std::normal_distribution<double>()(random);
      v = kind == 0 ? normal : kind == 1 ? std::round(2 * normal) : kind == 2 ? std::exp(40 * normal) : 1e6 + normal;
    }
    const double level = std::uniform_real_distribution<double>(1e-6, 1 - 1e-6)(random);
    const double found = select(values, {}, level);
    const auto rank = static_cast<std::size_t>(std::ceil(level * static_cast<double>(values.size())));
    std::ranges::sort(values);
    ASSERT_EQ(found, values[rank - 1]) << "case " << i;
  }
}

TEST(OrderStatistic, WithWeightsIsTheFirstToReachTheLevel) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 3000; ++i) {
    std::vector<double> values(1 + random() % 200);
    std::vector<std::int64_t> weights(values.size());
    for (double& v : values) v = static_cast<double>(random() % 50) - 25;
    for (std::int64_t& w : weights) w = static_cast<std::int64_t>(random() % 3 == 0 ? 0 : random() % (1 + i));
    weights[0] = 1;
    const double level = std::uniform_real_distribution<double>(0, 1)(random) + 1e-9;
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t k) { return values[k]; });
    const double total = static_cast<double>(std::accumulate(weights.begin(), weights.end(), std::int64_t{0}));
    double reached = 0;
    std::size_t at = 0;
    for (;; ++at)
      if (reached += static_cast<double>(weights[order[at]]); weights[order[at]] > 0 && reached >= level * total) break;
    ASSERT_EQ(select(values, weights, level), values[order[at]]) << "case " << i;
  }
}

TEST(OrderStatistic, ProductsAreRoundedOnce) {
  EXPECT_EQ(wanted_weight(0.9, 10), 9);  // the double 0.9 is a little more
  EXPECT_EQ(wanted_weight(0.7, 10), 7);
  EXPECT_EQ(wanted_weight(0.91, 10), 10);
  EXPECT_EQ(wanted_weight(0.5, 7), 4);
  EXPECT_EQ(wanted_weight(1e-320, 7), 1);
  EXPECT_EQ(wanted_weight(1 - 0x1p-53, (std::int64_t{1} << 62) - 1), (std::int64_t{1} << 62) - 512);
}

TEST(OrderStatistic, OnlyAWeightOfZeroIsNone) {
  EXPECT_EQ(weight_in_units(0, 0x1p40), 0);
  EXPECT_EQ(weight_in_units(1e-300, 0x1p40), 1);
  EXPECT_EQ(weight_in_units(3, 0x1p40), std::int64_t{3} << 40);
  EXPECT_EQ(weight_in_units(0x1p52 + 1, 1), (std::int64_t{1} << 52) + 1);
  EXPECT_EQ(select({5, 4, 3}, {0, 0, 1}, 0.9), 3);
  EXPECT_EQ(select({3, 4, 5}, {0, 0, 1}, 0.1), 5);
}

}  // namespace
}  // namespace linden
