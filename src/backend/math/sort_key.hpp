// The order in which sort puts elements: NaN last in either direction, -0.0 equal to 0.0.
#pragma once

#include <cstdint>
#include <type_traits>

#include "backend/math/convert.hpp"
#include "backend/math/host_device.hpp"
#include "backend/math/ordered_key.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// The order of elements as an order of unsigned numbers of `bits` bits: negative floats reversed, below the others.
template <class T>
struct Order {
  using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t,
                                  std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint8_t>>;
  static constexpr Bits sign = Bits(Bits{1} << (sizeof(T) * 8 - 1));
  static constexpr bool is_signed = T(-1) < T(0);
  static constexpr Bits nan_key = Bits(~Bits{0});
  bool descending;

  LINDEN_HD Bits key(T x) const {
    Bits bits;
    if constexpr (is_floating<T>) {
      if (x != x) return nan_key;
      bits = ordered_key(x);
    } else {
      bits = Bits(is_signed ? Bits(x) ^ sign : Bits(x));
    }
    return descending ? Bits(~bits) : bits;
  }

  /// The element of this key; those that share a key with others are read from `in`.
  LINDEN_HD T value(Bits key, const T& original) const {
    Bits bits = descending ? Bits(~key) : key;
    if constexpr (is_floating<T>) {
      if (key == nan_key || bits == sign) return original;
      return value_of_key(bits);
    } else {
      return T(is_signed ? Bits(bits ^ sign) : bits);
    }
  }
};

LINDEN_LEVEL_END
}  // namespace linden
