// A value of one dtype as one of another, the same on every device.
//
// A value that the output's dtype does not have becomes the nearest that it has: floating numbers lose their fraction
// (towards zero), what lies beyond the range of a whole dtype becomes its end, NaN becomes 0. To boolean: 1 unless the
// value is 0, so NaN is 1.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

template <class T>
inline constexpr bool is_floating = __is_same(T, float) || __is_same(T, double);

/// What boolean is in memory: a byte, 0 or 1, and so read as u8.
enum class Boolean : std::uint8_t {};

template <class T>
inline constexpr std::int64_t lowest = 0;
template <>
inline constexpr std::int64_t lowest<std::int32_t> = INT32_MIN;
template <>
inline constexpr std::int64_t lowest<std::int64_t> = INT64_MIN;
template <class T>
inline constexpr std::int64_t highest = UINT8_MAX;
template <>
inline constexpr std::int64_t highest<std::int32_t> = INT32_MAX;
template <>
inline constexpr std::int64_t highest<std::int64_t> = INT64_MAX;

template <class To, class From>
LINDEN_HD To converted(From x) {
  if constexpr (__is_same(To, From)) {
    return x;
  } else if constexpr (__is_same(To, Boolean)) {
    return static_cast<To>(x != 0);
  } else if constexpr (is_floating<To>) {
    return static_cast<To>(x);
  } else if constexpr (is_floating<From>) {
    const double wide = x, end = static_cast<double>(highest<To>);
    if constexpr (__is_same(To, std::int64_t)) {
      // The end is no double; what rounds to it is 2^63, beyond the range already.
      const bool beyond = wide >= end;
      const double inside = wide < -end ? -end : wide == wide && !beyond ? wide : 0.0;
      const auto whole = static_cast<std::int64_t>(inside);
      return beyond ? highest<To> : whole;
    } else {
      constexpr auto start = static_cast<double>(lowest<To>);
      const double inside = wide < start ? start : wide > end ? end : wide;
      return static_cast<To>(static_cast<std::int32_t>(inside == inside ? inside : 0.0));
    }
  } else {
    const std::int64_t wide = x;
    return static_cast<To>(wide < lowest<To> ? lowest<To> : wide > highest<To> ? highest<To> : wide);
  }
}

LINDEN_LEVEL_END
}  // namespace linden
