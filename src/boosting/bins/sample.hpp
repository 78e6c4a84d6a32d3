// Which rows and features a tree sees: drawn without replacement by Philox, the same on every machine.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/math/philox.hpp"
#include "base/parallel.hpp"

namespace linden {

/// round(fraction * count) of 0 .. count - 1, at least one, ascending: those with the smallest random numbers. `use`
/// and `round` (the tree's) name the draw.
std::vector<std::uint32_t> draw_sample(std::int64_t count, double fraction, std::uint64_t seed, Draw use,
                                       std::uint32_t round, Arena& arena);

}  // namespace linden
