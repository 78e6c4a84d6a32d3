// How partition divides the work of a step.
#pragma once

#include <cstdint>

namespace linden::cuda {

/// Entries of one node that a block divides at a time.
inline constexpr std::int64_t partition_tile = 2048;

}  // namespace linden::cuda
