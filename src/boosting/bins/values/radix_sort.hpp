// Sorting many doubles by their bits: exact, and several times faster than comparing them.
#pragma once

#include <cstdint>
#include <vector>

namespace linden {

/// The value of a row, and the weight of the row, in whole units.
struct WeightedValue {
  double value;
  std::int64_t weight;
};

/// Memory that sorts in turn may share: getting it anew from the system costs as much as the sorting.
struct SortScratch {
  std::vector<std::uint32_t> keys32[2];
  std::vector<std::uint64_t> keys64[2];
  std::vector<WeightedValue> weighted;
};

/// Sorts ascending. No value may be NaN; -0.0 becomes 0.0.
void radix_sort(std::vector<double>& values, SortScratch& scratch);
/// The same by value.
void radix_sort(std::vector<WeightedValue>& values, SortScratch& scratch);

}  // namespace linden
