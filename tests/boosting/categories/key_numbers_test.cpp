// Numbers of keys, against a map.
#include "boosting/categories/key_numbers.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace linden {
namespace {

TEST(KeyNumbers, NumberKeysAsTheyCome) {
  std::mt19937_64 random(7);
  KeyNumbers numbers;
  EXPECT_EQ(numbers.find(0), -1);
  std::map<std::uint64_t, std::int32_t> known;
  for (int i = 0; i < 20'000; ++i) {
    // Neighbours, multiples of powers of two, and keys of all sizes.
    const std::uint64_t key = i % 3 == 0 ? random() % 5'000 : i % 3 == 1 ? (random() % 3'000) << 40 : random();
    const auto [at, is_new] = known.emplace(key, static_cast<std::int32_t>(known.size()));
    EXPECT_EQ(numbers.find(key), is_new ? -1 : at->second);
    EXPECT_EQ(numbers.add(key), at->second);
  }
  ASSERT_EQ(numbers.size(), known.size());
  for (const auto& [key, number] : known) {
    EXPECT_EQ(numbers.find(key), number);
    EXPECT_EQ(numbers.keys()[static_cast<std::size_t>(number)], key);
  }
}

}  // namespace
}  // namespace linden
