// Items drawn without replacement on the host, as the kernel draws them on any device.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/math/philox.hpp"
#include "base/parallel.hpp"

namespace linden {

/// round(fraction * count), at least one: how many are drawn.
std::int64_t sample_size(std::int64_t count, double fraction);

/// sample_size(count, fraction) of 0 .. count - 1, ascending; `use` and `round` (the tree's) name the draw.
std::vector<std::uint32_t> drawn(std::int64_t count, double fraction, std::uint64_t seed, Draw use, std::uint32_t round,
                                 Workers& workers);

}  // namespace linden
