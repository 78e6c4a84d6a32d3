// The order of memory: which accesses come before which, as barriers, fences and atomics say (the checking build).
//
// Time is counted per lane. A barrier of the block gives all its lanes a later time than any had; __syncwarp tells each
// lane of its mask what the others have done (Warp::known); shuffles and ballots tell nothing. Between blocks, a lane
// publishes what its last fence covers, by an atomic or a release store on a word; who reads that word by an atomic or
// an acquire load knows it, and after the next barrier so does its block. Release clocks count over all blocks: knowing
// one release means knowing all earlier ones, which can hide a race, but never reports a false one.
#pragma once

#include <cstdint>

#include "simt/block.hpp"

namespace linden::simt {

/// A new kernel: everything before it is in order.
void start_order();
void start_order(Block& block);

void order_by_barrier(Block& block);
void order_by_warp(Warp& warp, Lane* lanes, unsigned mask);
void order_by_fence(Lane& lane);

/// The lane did a plain write to global memory: the next barrier orders it, but no fence covers it yet.
void leave_unfenced(Lane& lane);

/// An atomic on a word of global memory reads what others published there and publishes in turn.
void order_by_atomic(Lane& lane, std::uintptr_t word, bool reads, bool writes);

/// Whether what the lane of number `index` of a block of this kernel did at `time` comes before what `now` does.
bool is_ordered(std::uint32_t instance, unsigned index, std::uint32_t time, const Lane& now);

}  // namespace linden::simt
