// DType: what one element of a tensor is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <linden/export.hpp>
#include <type_traits>

namespace linden {

/// What one element is. Computation is in f32 and f64; i32 and i64 index and count; u8 and boolean store bytes and
/// masks.
enum class DType : std::uint8_t { f32, f64, i32, i64, u8, boolean };

/// Bytes of one element.
LINDEN_API std::size_t size_of(DType) noexcept;
/// "f32", "f64", "i32", "i64", "u8" or "bool".
LINDEN_API const char* name_of(DType) noexcept;

/// The DType of a C++ type: float, double, std::int32_t, std::int64_t, std::uint8_t or bool.
template <class T>
inline constexpr DType dtype_of = [] {
  if constexpr (std::is_same_v<T, float>)
    return DType::f32;
  else if constexpr (std::is_same_v<T, double>)
    return DType::f64;
  else if constexpr (std::is_same_v<T, std::int32_t>)
    return DType::i32;
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return DType::i64;
  else if constexpr (std::is_same_v<T, std::uint8_t>)
    return DType::u8;
  else {
    static_assert(std::is_same_v<T, bool>, "a tensor holds float, double, int32_t, int64_t, uint8_t or bool");
    return DType::boolean;
  }
}();

}  // namespace linden
