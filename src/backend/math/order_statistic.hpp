// Weighted order statistics, exactly: the smallest value such that the weights of the values up to it sum to at least
// `level` times all weight. Weights are whole numbers, so that the order of values does not show in any bit; without
// weights the statistic of n values is the ceil(level * n)-th smallest. Nothing lies between two values: no means are
// taken.
//
// The value is found digit by digit, from the top, among keys that are ordered as the values are (ordered_key.hpp).
#pragma once

#include <cmath>
#include <cstdint>

#include "backend/math/host_device.hpp"
#include "backend/math/ordered_key.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// A weight in units (tree_math.hpp has sum_unit): none at all only for a weight of zero.
LINDEN_HD std::int64_t weight_in_units(double weight, double per_unit) {
  const auto units = std::int64_t{std::llrint(weight * per_unit)};
  return units == 0 && weight > 0.0 ? 1 : units;
}

/// ceil(level * total), in [1, total]. The product is rounded to double: 0.9 of 10 is 9.
LINDEN_HD std::int64_t wanted_weight(double level, std::int64_t total) {
  const double product = level * static_cast<double>(total);
  auto wanted = static_cast<std::int64_t>(product);
  wanted += static_cast<double>(wanted) < product;
  return wanted < 1 ? 1 : wanted > total ? total : wanted;
}

inline constexpr int select_digit_bits = 8;
inline constexpr int select_digits = 1 << select_digit_bits;

/// The key of the order statistic at `level` of `count` keys, whose weights (null: all one) sum to more than 0. Both
/// arrays are left in another order, part of them overwritten. `sums` is scratch, [select_digits].
template <bool weighted>
LINDEN_HD std::uint64_t select_key(std::uint64_t* keys, std::int64_t* weights, std::int64_t count, double level,
                                   std::int64_t* sums) {
  std::int64_t total = count;
  if constexpr (weighted) {
    total = 0;
    for (std::int64_t i = 0; i < count; ++i) total += weights[i];
  }
  std::int64_t wanted = wanted_weight(level, total);
  for (;;) {
    // Digits that all keys share are passed over.
    std::uint64_t differing = 0;
    for (std::int64_t i = 1; i < count; ++i) differing |= keys[i] ^ keys[0];
    if (differing == 0) return keys[0];
    const int top = 64 - __builtin_clzll(differing);
    const int shift = top > select_digit_bits ? top - select_digit_bits : 0;
    const auto digit = [=](std::uint64_t key) { return (key >> shift) & (select_digits - 1); };
    for (int d = 0; d < select_digits; ++d) sums[d] = 0;
    for (std::int64_t i = 0; i < count; ++i) sums[digit(keys[i])] += weighted ? weights[i] : 1;
    std::uint64_t chosen = 0;
    for (; sums[chosen] < wanted; ++chosen) wanted -= sums[chosen];
    std::int64_t kept = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::uint64_t key = keys[i];
      keys[kept] = key;
      if constexpr (weighted) weights[kept] = weights[i];
      kept += digit(key) == chosen;
    }
    count = kept;
  }
}

LINDEN_LEVEL_END
}  // namespace linden
