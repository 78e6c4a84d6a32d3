// The bin of a raw value.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"

namespace linden {

/// How the values of one feature become bins. The host's.
struct FeatureCuts {
  const double* cuts = nullptr;  ///< numeric: bin b holds cuts[b - 1] < v <= cuts[b]; [255], ascending, rest +inf
  const std::uint8_t* bin_of_code = nullptr;  ///< categorical: the bin of each code; null for a number
  std::int32_t codes = 0;
  std::uint8_t missing_bin = 0;  ///< of NaN, code -1 and unknown codes
};

LINDEN_LEVEL_BEGIN

/// Cuts that the search reads.
inline constexpr std::int32_t search_width = 255;

/// The number of cuts below v: eight halvings of 255 cuts (short lists end in infinities).
LINDEN_HD std::uint8_t bin_of(const FeatureCuts& feature, double v) {
  std::int32_t at = 0;
#ifndef __CUDACC__  // which unrolls it unasked
#pragma GCC unroll 8
#endif
  for (std::int32_t step = 128; step > 0; step /= 2) at += feature.cuts[at + step - 1] < v ? step : 0;
  return v != v ? feature.missing_bin : static_cast<std::uint8_t>(at);
}

LINDEN_HD std::uint8_t bin_of_code(const FeatureCuts& feature, double code) {
  return code < 0 || code >= feature.codes ? feature.missing_bin : feature.bin_of_code[static_cast<std::int32_t>(code)];
}

LINDEN_LEVEL_END
}  // namespace linden
