// A sum of doubles without rounding: terms in any order, in any number of partial sums, give the same bits.
//
// The range of a double is cut into 64 digits of 32 bits. A term is an integer of 53 bits that is shifted to its place
// within a digit (at most 31 bits further) and added there to 128 bits, which leaves room for 2^42 terms.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace linden {

class ExactSum {
 public:
  void add(double term) noexcept {
    const std::uint64_t bits = std::bit_cast<std::uint64_t>(term);
    const std::uint64_t exponent = (bits >> 52) & 0x7ff;
    finite_ &= exponent != 0x7ff;
    const std::uint64_t fraction = bits & 0xfffffffffffff;
    const auto mantissa = static_cast<std::int64_t>(exponent == 0 ? fraction : fraction | 0x10000000000000);
    const std::uint64_t place = exponent == 0 ? 0 : exponent - 1;  // the term is mantissa * 2^(place - 1074)
    digits_[place >> 5] += static_cast<Wide>(term < 0 ? -mantissa : mantissa) << (place & 31);
  }

  void add(const ExactSum& other) noexcept {
    for (std::size_t i = 0; i < digits_.size(); ++i) digits_[i] += other.digits_[i];
    finite_ &= other.finite_;
  }

  /// The sum, within one unit in the last place; NaN if a term was not finite.
  double value() const noexcept {
    if (!finite_) return std::nan("");
    std::array<double, 65> parts;
    const Wide top = carried(1, parts);
    const double sign = top < 0 ? -1.0 : 1.0;
    if (top < 0) carried(-1, parts);
    double sum = 0;
    for (const double part : parts) sum += part;  // from the smallest up
    return sign * sum;
  }

 private:
  using Wide = __int128;

  // The digits of sign * sum after carrying, as doubles; returns what lies above the last digit, with the sign.
  Wide carried(int sign, std::array<double, 65>& parts) const noexcept {
    Wide carry = 0;
    for (std::size_t i = 0; i < digits_.size(); ++i) {
      carry += sign * digits_[i];
      parts[i] = std::ldexp(static_cast<double>(static_cast<std::uint32_t>(carry)), static_cast<int>(32 * i) - 1074);
      carry >>= 32;
    }
    parts.back() = std::ldexp(static_cast<double>(carry), 32 * 64 - 1074);
    return carry;
  }

  std::array<Wide, 64> digits_{};
  bool finite_ = true;
};

}  // namespace linden
