// Shared memory: an arena for each resident block, its variables apart from each other, full of 0xff at first.
//
// Between and around the variables stand guards; what a kernel writes there is found at the latest when the block ends.
#pragma once

#include <cstddef>
#include <string>

#include "simt/block.hpp"

namespace linden::simt {

inline constexpr std::size_t max_shared_memory = 227 * 1024;  ///< compute capability 9.0
inline constexpr std::size_t max_static_shared_memory = 48 * 1024;

/// A new kernel with so much dynamic shared memory; static variables get their places when they are first met.
void start_shared_layout(std::size_t dynamic_bytes);
void start_shared_memory(Block& block);
/// Composes an error if a guard was written over.
void end_shared_memory(Block& block);
void close_shared_memory();

/// "shared 'partial' byte 12 of 128" for an offset in the region below heap_start.
std::string describe_shared(std::size_t offset);
/// Whether the offset lies in the arena of the block.
bool in_arena_of(const Block& block, std::size_t offset);

}  // namespace linden::simt
