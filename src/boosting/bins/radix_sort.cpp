#include "boosting/bins/radix_sort.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <utility>

namespace linden {
namespace {

// The order of doubles as the order of unsigned integers: negatives reversed, below the positives.
std::uint64_t key_of(double v) {
  const auto bits = std::bit_cast<std::uint64_t>(v + 0.0);  // -0.0 + 0.0 is 0.0
  return bits >> 63 ? ~bits : bits | (std::uint64_t{1} << 63);
}

double value_of(std::uint64_t key) { return std::bit_cast<double>(key >> 63 ? key & ~(std::uint64_t{1} << 63) : ~key); }

// Floats sort by half the bits.
std::uint32_t key_of(float v) {
  const auto bits = std::bit_cast<std::uint32_t>(v + 0.0f);
  return bits >> 31 ? ~bits : bits | (std::uint32_t{1} << 31);
}

float value_of(std::uint32_t key) { return std::bit_cast<float>(key >> 31 ? key & ~(std::uint32_t{1} << 31) : ~key); }

// Least significant digit first, 11 bits at a time; digits that all keys share are passed over.
template <class Key>
void sort_keys(std::vector<Key>& keys, std::vector<Key>& other) {
  constexpr int digit_bits = 11, digits = (sizeof(Key) * 8 + digit_bits - 1) / digit_bits;
  constexpr Key mask = (Key{1} << digit_bits) - 1;
  std::vector<std::array<std::uint32_t, 1 << digit_bits>> counts(digits);
  for (const Key key : keys)
    for (int d = 0; d < digits; ++d) ++counts[d][key >> (d * digit_bits) & mask];
  other.resize(keys.size());
  for (int d = 0; d < digits; ++d) {
    auto& count = counts[d];
    if (std::find(count.begin(), count.end(), keys.size()) != count.end()) continue;
    std::uint32_t before = 0;
    for (std::uint32_t& c : count) before += std::exchange(c, before);
    for (const Key key : keys) other[count[key >> (d * digit_bits) & mask]++] = key;
    keys.swap(other);
  }
}

template <class Value, class Key>
void sort_as(std::vector<double>& values, std::vector<Key> (&keys)[2]) {
  keys[0].resize(values.size());
  std::transform(values.begin(), values.end(), keys[0].begin(), [](double v) { return key_of(static_cast<Value>(v)); });
  sort_keys(keys[0], keys[1]);
  std::transform(keys[0].begin(), keys[0].end(), values.begin(),
                 [](Key k) { return static_cast<double>(value_of(k)); });
}

}  // namespace

void radix_sort(std::vector<double>& values, SortScratch& scratch) {
  if (values.size() < 256 || values.size() > UINT32_MAX) {  // digit counts are 32-bit
    for (double& v : values) v += 0.0;
    std::sort(values.begin(), values.end());
    return;
  }
  const bool floats = std::all_of(values.begin(), values.end(), [](double v) { return v == static_cast<float>(v); });
  if (floats)
    sort_as<float>(values, scratch.keys32);
  else
    sort_as<double>(values, scratch.keys64);
}

}  // namespace linden
