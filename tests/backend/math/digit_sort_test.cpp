// Sorting by digits, against std::stable_sort: keys of both widths, digits of two sizes, items that share digits or
// keys.
#include "backend/math/digit_sort.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace linden {
namespace {

template <class Key>
struct Item {
  Key key;
  int place;
  bool operator==(const Item&) const = default;
};

template <int digit_bits, class Key>
void expect_sorted(const std::vector<Key>& keys) {
  std::vector<Item<Key>> items, other(keys.size());
  for (const Key key : keys) items.push_back({key, static_cast<int>(items.size())});
  std::vector<Item<Key>> expected = items;
  std::ranges::stable_sort(expected, {}, &Item<Key>::key);
  const Item<Key>* const sorted = digit_sort<digit_bits, std::uint32_t>(items.data(), other.data(), std::ssize(items),
                                                                        [](const Item<Key>& item) { return item.key; });
  EXPECT_TRUE(sorted == items.data() || sorted == other.data());
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), sorted)) << digit_bits << " bits, " << keys.size();
}

template <class Key>
void check() {
  std::mt19937_64 random(1);
  for (const std::size_t count : {0, 1, 2, 300, 5000})
    for (const int bits : {0, 3, 9, 8 * static_cast<int>(sizeof(Key)) - 1})  // that differ
      for (const int shift : {0, static_cast<int>(8 * sizeof(Key)) - 1 - bits}) {
        std::vector<Key> keys(count);
        for (Key& key : keys) key = static_cast<Key>((random() & ((std::uint64_t{1} << bits) - 1)) << shift);
        expect_sorted<8>(keys);
        expect_sorted<11>(keys);
      }
}

TEST(DigitSort, IsAStableSortByKeysOf32Bits) { check<std::uint32_t>(); }
TEST(DigitSort, IsAStableSortByKeysOf64Bits) { check<std::uint64_t>(); }

TEST(DigitSort, TheHighestBitCounts) {
  expect_sorted<11, std::uint32_t>({~0u, 0u, 1u << 31, (1u << 31) - 1, 5, ~0u, 1u << 22});
  expect_sorted<11, std::uint64_t>({~std::uint64_t{0}, 0, std::uint64_t{1} << 63, 7, 1, std::uint64_t{1} << 55});
}

}  // namespace
}  // namespace linden
