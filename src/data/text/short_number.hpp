// Most numbers in files are short: a sign, some digits, a point, some more. Eight digits are read in one go, and the
// value is rounded once from whole numbers, so that it is the nearest double, as that of std::from_chars is.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace linden {

/// How far parse_short_number may look.
inline constexpr std::ptrdiff_t short_number_room = 64;

namespace short_number {

inline constexpr int most_digits = 19;  // that 64 bits always hold

inline constexpr std::uint64_t powers[] = {1,
                                           10,
                                           100,
                                           1000,
                                           10000,
                                           100000,
                                           1000000,
                                           10000000,
                                           100000000,
                                           1000000000,
                                           10000000000,
                                           100000000000,
                                           1000000000000,
                                           10000000000000,
                                           100000000000000,
                                           1000000000000000,
                                           10000000000000000,
                                           100000000000000000,
                                           1000000000000000000,
                                           10000000000000000000u};

// A whole number, and how many digits spell it.
struct Digits {
  std::uint64_t value = 0;
  int count = 0;
};

// The digits at p, eight at most; eight bytes are read.
inline Digits eight_digits(const char* p) noexcept {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t text;
  std::memcpy(&text, p, sizeof text);
  text ^= 0x3030303030303030;  // digits are 0 to 9 now
  // The lowest byte that is none has a bit of its upper half set, or gets one; what lies above it may be wrong.
  const std::uint64_t others = ((text + 0x0606060606060606) | text) & 0xf0f0f0f0f0f0f0f0;
  const int count = std::countr_zero(others) / 8;
  // Zeros before the digits, which end in the highest byte: pairs, fours and eights are put together.
  text = count == 0 ? 0 : text << (64 - 8 * count);
  text = text * 10 + (text >> 8);
  text =
      ((text & 0x000000ff000000ff) * 0x000f424000000064 + (text >> 16 & 0x000000ff000000ff) * 0x0000271000000001) >> 32;
  return {text, count};
}

// The digits from p on, 24 at most; their value is right if there are no more than most_digits with those of `all`.
inline const char* more_digits(const char* p, Digits& all) noexcept {
  for (int i = 0; i < 3; ++i) {
    const Digits next = eight_digits(p);
    all.value = all.value * powers[next.count] + next.value;
    all.count += next.count;
    p += next.count;
    if (next.count < 8) break;
  }
  return p;
}

// The double next to value / 10^places, for a value above 2^53: by a division that leaves 63 bits or more, of which the
// last stands for whatever remains.
inline double nearest_quotient(std::uint64_t value, int places) noexcept {
  if (places == 0) return static_cast<double>(value);
  __extension__ using Wide = unsigned __int128;
  const int shift = std::countl_zero(value), divisor_shift = std::countl_zero(powers[places]);
  const Wide dividend = static_cast<Wide>(value << shift) << 63;
  const std::uint64_t divisor = powers[places] << divisor_shift;
  const auto quotient = static_cast<std::uint64_t>(dividend / divisor);
  const bool rest = dividend != static_cast<Wide>(quotient) * divisor;
  const std::int64_t exponent = divisor_shift - shift - 63;
  return static_cast<double>(quotient | (rest ? 1 : 0)) * std::bit_cast<double>((exponent + 1023) << 52);
}

}  // namespace short_number

/// Parses the number at p, where short_number_room bytes can be read, and returns where it ends; nullptr when there is
/// no digit, an exponent, or more digits than 64 bits hold.
inline const char* parse_short_number(const char* p, double& value) noexcept {
  using namespace short_number;
  const bool negative = *p == '-';
  p += negative;
  Digits digits;
  if (p[1] == '.' && p[0] >= '0' && p[0] <= '9')  // as numbers are whose scale someone chose
    digits = {static_cast<std::uint64_t>(*p++ - '0'), 1};
  else
    p = more_digits(p, digits);
  int places = 0;
  if (*p == '.') {
    const int before = digits.count;
    p = more_digits(p + 1, digits);
    places = digits.count - before;
  }
  if (digits.count - 1u >= most_digits || (*p | 0x20) == 'e') return nullptr;
  constexpr std::uint64_t exact = std::uint64_t{1}
                                  << 53;  // up to here both are doubles, and the quotient is rounded once
  const double size = digits.value <= exact ? static_cast<double>(static_cast<std::int64_t>(digits.value)) /
                                                  static_cast<double>(powers[places])
                                            : nearest_quotient(digits.value, places);
  value = std::bit_cast<double>(std::bit_cast<std::uint64_t>(size) | std::uint64_t{negative} << 63);
  return p;
}

}  // namespace linden
