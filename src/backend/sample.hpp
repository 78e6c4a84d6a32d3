// Which rows and features a tree sees: drawn without replacement by Philox, the same on every machine and device.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/context.hpp"
#include "backend/math/philox.hpp"

namespace linden {

/// The `wanted` of 0 .. count - 1 with the smallest random numbers (of equal ones the first), ascending. `use` and
/// `round` (the tree's) name the draw.
struct SampleTask {
  std::uint64_t seed = 0;
  Draw use = Draw::rows;
  std::uint32_t round = 0;
  std::int64_t count = 0, wanted = 0;  ///< count > 0, 0 < wanted <= count
  std::uint32_t* sample = nullptr;     ///< out [wanted]
};

/// round(fraction * count), at least one: how many are wanted.
std::int64_t sample_size(std::int64_t count, double fraction);

/// Draws a sample on the CPU: its entry in the table of tree kernels.
void draw_sample(Context&, const SampleTask&);

/// sample_size(count, fraction) of 0 .. count - 1.
std::vector<std::uint32_t> draw_sample(std::int64_t count, double fraction, std::uint64_t seed, Draw use,
                                       std::uint32_t round, Workers& workers);

}  // namespace linden
