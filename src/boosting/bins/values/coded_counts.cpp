#include "boosting/bins/values/coded_counts.hpp"

#include <bit>
#include <cstdint>
#include <limits>

namespace linden {
namespace {

// Doubles in their order, and those that were floats end in as many zeros of either sign.
std::uint64_t key_of(double value) {
  const auto bits = std::bit_cast<std::int64_t>(value);
  const std::int64_t magnitude = bits & std::numeric_limits<std::int64_t>::max();
  return static_cast<std::uint64_t>(bits < 0 ? -magnitude : magnitude);
}

double value_of(std::uint64_t key) {
  const auto number = static_cast<std::int64_t>(key);
  const double magnitude = std::bit_cast<double>(number < 0 ? -number : number);
  return number < 0 ? -magnitude : magnitude;
}

constexpr std::uint64_t below_all = std::uint64_t{1} << 63;

void append(std::uint64_t number, std::string& bytes) {
  for (; number >= 0x80; number >>= 7) bytes.push_back(static_cast<char>(0x80 | (number & 0x7f)));
  bytes.push_back(static_cast<char>(number));
}

std::uint64_t take(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return number;
  }
}

}  // namespace

void append_counts(std::span<const ValueCount> values, std::string& bytes) {
  append(values.size() + 1, bytes);  // no list begins with a 0, which would be taken for that of a weight
  if (values.empty()) return;
  std::uint64_t before = below_all, all = 0;
  for (const ValueCount& v : values) {
    all |= key_of(v.value) - before;
    before = key_of(v.value);
  }
  const int zeros = std::countr_zero(all);
  append(static_cast<std::uint64_t>(zeros), bytes);
  before = below_all;
  for (const ValueCount& v : values) {
    const std::uint64_t key = key_of(v.value);
    append((key - before) >> zeros, bytes);  // never 0, so that a 0 says that a weight follows
    before = key;
    if (v.weight == 1) continue;
    append(0, bytes);
    append(static_cast<std::uint64_t>(v.weight), bytes);
  }
}

void take_counts(std::string_view& bytes, std::vector<ValueCount>& values) {
  std::uint64_t left = take(bytes) - 1;
  if (left == 0) return;
  const auto zeros = static_cast<int>(take(bytes));
  for (std::uint64_t key = below_all; left > 0; --left) {
    key += take(bytes) << zeros;
    std::int64_t weight = 1;
    if (!bytes.empty() && bytes.front() == 0) {
      take(bytes);
      weight = static_cast<std::int64_t>(take(bytes));
    }
    values.push_back({value_of(key), weight});
  }
}

}  // namespace linden
