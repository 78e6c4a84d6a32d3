// Sorting many doubles by their bits: exact, and several times faster than comparing them.
#pragma once

#include <cstdint>
#include <vector>

namespace linden {

/// Memory that sorts in turn may share: getting it anew from the system costs as much as the sorting.
struct SortScratch {
  std::vector<std::uint32_t> keys32[2];
  std::vector<std::uint64_t> keys64[2];
};

/// Sorts ascending. No value may be NaN; -0.0 becomes 0.0.
void radix_sort(std::vector<double>& values, SortScratch& scratch);

}  // namespace linden
