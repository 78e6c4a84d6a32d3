// Which of many elements are wanted: their positions, in order.
//
//     launch<mark>(..., flags.data());                                  // writes 0 or 1 for each element
//     select_positions(context, flags.data(), count, positions);       // those of the ones, ascending
//
// The selection is CUB's; the executor of the tests has a twin of selection.cu.
#pragma once

#include <cstdint>

#include "cuda/runtime/stream.hpp"

namespace linden::cuda {

/// Elements that can be chosen from.
inline constexpr std::int64_t most_to_select_from = 2147483647;

/// Writes the positions of the flags that are 1, of `count`, at most most_to_select_from. `positions` has room for all
/// of them.
void select_positions(Context& context, const std::uint8_t* flags, std::int64_t count, std::uint32_t* positions);

}  // namespace linden::cuda
