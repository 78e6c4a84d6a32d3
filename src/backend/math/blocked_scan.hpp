// Running sums of doubles whose order of additions is fixed, the same on both devices: blocks of 1,024 values are
// summed apart, in 32 tiles of 32, and the sums of blocks are added up one after the other.
//
// In a tile step by step (1, 2, 4, 8, 16 apart: value i becomes value i + value i - step), then the totals of the tiles
// of a block in the same way: so a warp adds, and so does the CPU.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

inline constexpr std::int64_t scan_tile = 32;
inline constexpr std::int64_t scan_block = scan_tile * scan_tile;

LINDEN_HD std::int64_t scan_blocks(std::int64_t count) { return (count + scan_block - 1) / scan_block; }

/// A running sum as it lies in memory: of the values up to and with value i, from the first on or, backward, from the
/// last on.
struct RunningSum {
  double* within = nullptr;  ///< [count], in the order in which it runs: inside its block
  double* before = nullptr;  ///< [scan_blocks(count)]: the sum of all blocks before; until then that of the block
  std::int64_t count = 0;
  bool backward = false;

  LINDEN_HD std::int64_t place(std::int64_t i) const { return backward ? count - 1 - i : i; }
  LINDEN_HD double at(std::int64_t i) const {
    const std::int64_t p = place(i);
    return before[p / scan_block] + within[p];
  }
  /// The sums of blocks become those of all blocks before.
  LINDEN_HD void add_blocks() const {
    double sum = 0.0;
    for (std::int64_t b = 0; b < scan_blocks(count); ++b) {
      const double own = before[b];
      before[b] = sum;
      sum += own;
    }
  }
};

LINDEN_LEVEL_END
}  // namespace linden
