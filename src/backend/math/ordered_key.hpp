// The order of floating-point numbers as the order of unsigned integers of their size: negative ones reversed, below
// the positive ones. Zeros of both signs have one key. NaN is not in the order.
#pragma once

#include <cstdint>
#include <type_traits>

#include "backend/math/host_device.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

template <class Float>
LINDEN_HD auto ordered_key(Float value) {
  using Key = std::conditional_t<sizeof(Float) == 8, std::uint64_t, std::uint32_t>;
  constexpr Key sign = Key{1} << (8 * sizeof(Key) - 1);
  const Key bits = __builtin_bit_cast(Key, value + Float(0));  // -0.0 + 0.0 is 0.0
  return bits & sign ? ~bits : bits | sign;
}

/// The number that has this key.
template <class Key>
LINDEN_HD auto value_of_key(Key key) {
  using Float = std::conditional_t<sizeof(Key) == 8, double, float>;
  constexpr Key sign = Key{1} << (8 * sizeof(Key) - 1);
  return __builtin_bit_cast(Float, key & sign ? key & ~sign : ~key);
}

LINDEN_LEVEL_END
}  // namespace linden
