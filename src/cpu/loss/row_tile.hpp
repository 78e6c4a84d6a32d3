// The interpreter of row programs (backend/loss/row_program.hpp) as the CPU's kernels call it. It holds every op there
// is, and is compiled once per instruction level, for trees and linear models alike.
#pragma once

#include <cstdint>

#include "backend/loss/row_program.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

inline constexpr std::int64_t tile_doubles = 12288;  // 96 KiB of stack: 8 rows of the largest program
static_assert(tile_doubles >= 3 * 8 * RowProgram::most_registers);

/// How many rows a tile of that much memory has: a multiple of 8, few enough to stay in the nearest cache.
inline std::int64_t tile_rows(const RowProgram& program) {
  constexpr std::int64_t most = 128;
  const std::int64_t fit = tile_doubles / (3 * program.registers) / 8 * 8;
  return fit > most ? most : fit;
}

/// tile.differentiate(seed, rule, majoriser)
void differentiate(RowTile& tile, std::int32_t seed, CurvatureRule rule, const Majoriser& majoriser);

LINDEN_LEVEL_END
}  // namespace linden
