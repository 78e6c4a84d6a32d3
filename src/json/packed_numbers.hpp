// Lists of numbers in as few bits as their values need, all of one width. A list says of itself how its numbers come of
// these bits; which way is shortest the writer finds out.
//
//     wholes     base + bits: whole numbers
//     multiples  (base + bits) * 2^exponent: sums of rounded gradients, thresholds that are floats of few digits
//     patterns   the bits of a double without the zeros that all end in, its sign behind them: any other numbers
//
// Reading is safe for any bytes. A number has at least `least_width` bits, so that a list in memory is at most 16 times
// what it takes in the file.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace linden {

inline constexpr int least_width = 4;

/// How the numbers of a list come of its bits.
enum class Packing : unsigned char { wholes = 0x10, multiples = 0x11, patterns = 0x12 };

/// What stands before the bits of a list.
struct PackedHead {
  Packing packing = Packing::wholes;
  std::uint64_t count = 0;
  int width = least_width;  ///< [least_width, 64]
  int scale = 0;            ///< multiples: the exponent, [-1074, 971]; patterns: how many zeros were left out, [0, 63]
  std::uint64_t base = 0;   ///< as a whole number it may be negative

  std::uint64_t bytes() const noexcept { return (count * static_cast<std::uint64_t>(width) + 7) / 8; }
};

/// A list in memory that holds 8 bytes more than its bits.
class PackedNumbers {
 public:
  PackedNumbers() = default;
  PackedNumbers(const PackedHead& head, const unsigned char* bits)
      : head_(head),
        bits_(bits),
        mask_(~std::uint64_t{0} >> (64 - head.width)),
        factor_(head.packing == Packing::multiples ? std::ldexp(1.0, head.scale) : 1) {}

  std::uint64_t count() const noexcept { return head_.count; }
  bool are_whole() const noexcept { return head_.packing == Packing::wholes; }
  std::int64_t whole(std::uint64_t i) const noexcept { return static_cast<std::int64_t>(head_.base + bits(i)); }
  /// Any of the three.
  double real(std::uint64_t i) const noexcept {
    if (head_.packing != Packing::patterns) return static_cast<double>(whole(i)) * factor_;
    const std::uint64_t value = head_.base + bits(i);
    return from_pattern(value, head_.scale);
  }

  /// All of them. `to` has as many places.
  void copy(std::vector<std::int64_t>& to) const noexcept;
  void copy(std::vector<double>& to) const noexcept;

 private:
  static double from_pattern(std::uint64_t value, int zeros) noexcept {
    return std::bit_cast<double>((value >> 1 << zeros & ~sign) | value << 63);
  }
  /// Calls put(i, base + bits) for all.
  void each(const auto& put) const noexcept;

  static constexpr std::uint64_t sign = std::uint64_t{1} << 63;

  std::uint64_t bits(std::uint64_t i) const noexcept {
    const std::uint64_t first = i * static_cast<std::uint64_t>(head_.width);
    const int skipped = static_cast<int>(first % 8);
    std::uint64_t word = 0;
    std::memcpy(&word, bits_ + first / 8, 8);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    word >>= skipped;
    if (skipped + head_.width > 64) word |= std::uint64_t{bits_[first / 8 + 8]} << (64 - skipped);
    return word & mask_;
  }

  PackedHead head_;
  const unsigned char* bits_ = nullptr;
  std::uint64_t mask_ = 0;
  double factor_ = 1;
};

/// Numbers of a list while it is written: whole ones as long as all are.
class NumbersToPack {
 public:
  void clear() noexcept {
    wholes_.clear();
    reals_.clear();
  }
  std::size_t size() const noexcept { return wholes_.size() + reals_.size(); }
  /// False for a number that does not go with those that are there: one that no double holds among doubles.
  bool add(std::int64_t number);
  bool add(double number);
  const std::vector<std::int64_t>& wholes() const noexcept { return wholes_; }
  const std::vector<double>& reals() const noexcept { return reals_; }

  /// The shortest head for all of them, and their bits behind `bytes`. There must be one.
  PackedHead head() const;
  void append_bits(const PackedHead& head, std::string& bytes) const;

 private:
  std::vector<std::int64_t> wholes_;
  std::vector<double> reals_;  // when there is one, all are here
};

/// Whether a double is a whole number that an std::int64_t has, too, and not -0.
inline bool is_whole(double number) noexcept {
  constexpr double most = 9007199254740992;  // 2^53: above, not every whole number is a double
  return std::abs(number) <= most && number == std::floor(number) && !(number == 0 && std::signbit(number));
}

}  // namespace linden
