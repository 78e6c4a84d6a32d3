#include "boosting/bins/values/radix_sort.hpp"

#include <algorithm>
#include <cstdint>

#include "backend/math/digit_sort.hpp"
#include "backend/math/ordered_key.hpp"

namespace linden {
namespace {

template <class Value, class Key>
void sort_as(std::vector<double>& values, std::vector<Key> (&keys)[2]) {
  const std::size_t count = values.size();
  for (std::vector<Key>& some : keys) some.resize(count);
  std::ranges::transform(values, keys[0].begin(), [](double v) { return ordered_key(static_cast<Value>(v)); });
  const Key* const sorted =
      digit_sort<11, std::uint32_t>(keys[0].data(), keys[1].data(), std::ssize(values), [](Key key) { return key; });
  std::transform(sorted, sorted + count, values.begin(), [](Key key) { return double{value_of_key(key)}; });
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

void radix_sort(std::vector<WeightedValue>& values, SortScratch& scratch) {
  for (WeightedValue& v : values) v.value += 0.0;
  if (values.size() < 4096 || values.size() > UINT32_MAX) {
    std::ranges::sort(values, {}, &WeightedValue::value);
    return;
  }
  scratch.weighted.resize(values.size());
  const WeightedValue* const sorted =
      digit_sort<11, std::uint32_t>(values.data(), scratch.weighted.data(), std::ssize(values),
                                    [](const WeightedValue& v) { return ordered_key(v.value); });
  if (sorted != values.data()) values.swap(scratch.weighted);
}

}  // namespace linden
