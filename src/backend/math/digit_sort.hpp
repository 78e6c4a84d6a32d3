// A stable sort by unsigned keys without comparisons: digit by digit from the lowest, digits that all keys share passed
// over.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// counts[d] becomes how many items have a digit below d. False if all items share a digit.
template <int digits, class Count>
bool counts_to_places(Count (&counts)[digits], std::int64_t items) {
  Count before = 0;
  for (Count& c : counts) {
    if (static_cast<std::int64_t>(c) == items) return false;
    const Count here = c;
    c = before;
    before += here;
  }
  return true;
}

/// Sorts `count` items by key_of(item), `digit_bits` bits at a time; returns where they are in the end: there or in
/// `other`, which has room for as many. A Count holds `count`.
template <int digit_bits, class Count, class Item, class KeyOf>
Item* digit_sort(Item* items, Item* other, std::int64_t count, const KeyOf& key_of) {
  constexpr unsigned digits = 1u << digit_bits;
  constexpr int passes = (8 * static_cast<int>(sizeof(key_of(*items))) + digit_bits - 1) / digit_bits;
  const auto digit = [&](const Item& item, int pass) { return key_of(item) >> (pass * digit_bits) & (digits - 1); };
  Count counts[passes][digits] = {};
  for (std::int64_t i = 0; i < count; ++i)
    for (int pass = 0; pass < passes; ++pass) ++counts[pass][digit(items[i], pass)];
  for (int pass = 0; pass < passes; ++pass) {
    if (!counts_to_places(counts[pass], count)) continue;
    for (std::int64_t i = 0; i < count; ++i) other[counts[pass][digit(items[i], pass)]++] = items[i];
    Item* const sorted = other;
    other = items;
    items = sorted;
  }
  return items;
}

LINDEN_LEVEL_END
}  // namespace linden
