#include "json/packed_numbers.hpp"

#include <algorithm>
#include <span>

namespace linden {
namespace {

constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;

// The part of a list from the least number to the largest, as unsigned differences.
PackedHead head_of(Packing packing, std::uint64_t count, std::uint64_t least, std::uint64_t most, int scale) {
  PackedHead head{.packing = packing, .count = count, .scale = scale, .base = least};
  head.width = std::max(least_width, static_cast<int>(std::bit_width(most - least)));
  return head;
}

// number = odd * 2^exponent.
struct Odd {
  std::int64_t odd;
  int exponent;
};

Odd odd_of(double number) {
  int exponent = 0;
  const auto whole = static_cast<std::int64_t>(std::ldexp(std::frexp(number, &exponent), 53));
  const int zeros = std::countr_zero(static_cast<std::uint64_t>(whole));
  return {whole >> zeros, exponent - 53 + zeros};
}

// All as multiples of one power of two, where whole numbers of 53 bits are enough; else count is 0.
PackedHead as_multiples(std::span<const double> numbers) {
  int least = std::numeric_limits<int>::max(), top = std::numeric_limits<int>::min();
  for (const double number : numbers) {
    if (!std::isfinite(number) || (number == 0 && std::signbit(number))) return {};
    if (number == 0) continue;
    least = std::min(least, odd_of(number).exponent);
    top = std::max(top, std::ilogb(number));
  }
  if (top < least) least = top = 0;  // all are 0
  if (top - least > 52) return {};
  least = std::min(least, 971);
  const auto multiple = [&](double number) { return static_cast<std::int64_t>(std::ldexp(number, -least)); };
  std::int64_t low = multiple(numbers[0]), high = low;
  for (const double number : numbers) {
    low = std::min(low, multiple(number));
    high = std::max(high, multiple(number));
  }
  return head_of(Packing::multiples, numbers.size(), static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(high),
                 least);
}

// The bits of a double as patterns have them, before their zeros are left out.
std::uint64_t magnitude(double number) { return std::bit_cast<std::uint64_t>(number) & ~sign_bit; }
std::uint64_t pattern(double number, int zeros) {
  return (magnitude(number) >> zeros << 1) | (std::bit_cast<std::uint64_t>(number) >> 63);
}

PackedHead as_patterns(std::span<const double> numbers) {
  int zeros = 63;
  for (const double number : numbers) zeros = std::min(zeros, std::countr_zero(magnitude(number) | sign_bit));
  std::uint64_t low = pattern(numbers[0], zeros), high = low;
  for (const double number : numbers) {
    low = std::min(low, pattern(number, zeros));
    high = std::max(high, pattern(number, zeros));
  }
  return head_of(Packing::patterns, numbers.size(), low, high, zeros);
}

void append(std::string& bytes, const PackedHead& head, const auto& value) {
  const std::size_t begin = bytes.size();
  bytes.resize(begin + head.bytes() + 9);  // the last word, and what goes over its end
  std::uint64_t first = 8 * begin;
  for (std::uint64_t i = 0; i < head.count; ++i, first += static_cast<std::uint64_t>(head.width)) {
    const std::uint64_t bits = value(i) - head.base;
    const auto skipped = first % 8;
    char* const place = bytes.data() + first / 8;
    std::uint64_t word = 0;
    std::memcpy(&word, place, 8);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    word |= bits << skipped;
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    std::memcpy(place, &word, 8);
    if (skipped + static_cast<std::uint64_t>(head.width) > 64) place[8] = static_cast<char>(bits >> (64 - skipped));
  }
  bytes.resize(begin + head.bytes());
}

}  // namespace

namespace {

// Whether every digit of a whole number goes into a double.
bool fits_double(std::int64_t number) {
  constexpr std::int64_t most = std::int64_t{1} << 53;
  return number >= -most && number <= most;
}

}  // namespace

void PackedNumbers::each(const auto& put) const noexcept {
  constexpr int most = 57;  // of a number with up to 7 bits before it, in a word
  if (head_.width > most || std::endian::native == std::endian::big) {
    for (std::uint64_t i = 0; i < head_.count; ++i) put(i, head_.base + bits(i));
    return;
  }
  std::uint64_t first = 0;
  for (std::uint64_t i = 0; i < head_.count; ++i, first += static_cast<std::uint64_t>(head_.width)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bits_ + first / 8, 8);
    put(i, head_.base + (word >> first % 8 & mask_));
  }
}

void PackedNumbers::copy(std::vector<std::int64_t>& to) const noexcept {
  each([out = to.data()](std::uint64_t i, std::uint64_t value) { out[i] = static_cast<std::int64_t>(value); });
}

void PackedNumbers::copy(std::vector<double>& to) const noexcept {
  if (head_.packing == Packing::patterns)
    each([out = to.data(), zeros = head_.scale](std::uint64_t i, std::uint64_t value) {
      out[i] = from_pattern(value, zeros);
    });
  else
    each([out = to.data(), factor = factor_](std::uint64_t i, std::uint64_t value) {
      out[i] = static_cast<double>(static_cast<std::int64_t>(value)) * factor;
    });
}

bool NumbersToPack::add(std::int64_t number) {
  if (reals_.empty()) {
    wholes_.push_back(number);
    return true;
  }
  if (!fits_double(number)) return false;
  reals_.push_back(static_cast<double>(number));
  return true;
}

bool NumbersToPack::add(double number) {
  if (!std::ranges::all_of(wholes_, fits_double)) return false;
  reals_.insert(reals_.end(), wholes_.begin(), wholes_.end());
  wholes_.clear();
  reals_.push_back(number);
  return true;
}

PackedHead NumbersToPack::head() const {
  if (!wholes_.empty()) {
    const auto [low, high] = std::ranges::minmax(wholes_);
    return head_of(Packing::wholes, wholes_.size(), static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(high),
                   0);
  }
  if (std::ranges::all_of(reals_, is_whole)) {
    const auto [low, high] = std::ranges::minmax(reals_);
    return head_of(Packing::wholes, reals_.size(), static_cast<std::uint64_t>(static_cast<std::int64_t>(low)),
                   static_cast<std::uint64_t>(static_cast<std::int64_t>(high)), 0);
  }
  const PackedHead multiples = as_multiples(reals_), patterns = as_patterns(reals_);
  return multiples.count > 0 && multiples.width <= patterns.width ? multiples : patterns;
}

void NumbersToPack::append_bits(const PackedHead& head, std::string& bytes) const {
  if (!wholes_.empty())
    append(bytes, head, [&](std::uint64_t i) { return static_cast<std::uint64_t>(wholes_[i]); });
  else if (head.packing == Packing::wholes)
    append(bytes, head,
           [&](std::uint64_t i) { return static_cast<std::uint64_t>(static_cast<std::int64_t>(reals_[i])); });
  else if (head.packing == Packing::multiples)
    append(bytes, head, [&](std::uint64_t i) {
      return static_cast<std::uint64_t>(static_cast<std::int64_t>(std::ldexp(reals_[i], -head.scale)));
    });
  else
    append(bytes, head, [&](std::uint64_t i) { return pattern(reals_[i], head.scale); });
}

}  // namespace linden
