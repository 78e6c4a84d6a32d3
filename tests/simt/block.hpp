// A block on its way through a kernel: its lanes (one fiber each), its warps, and who of them can run.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "simt/device.hpp"
#include "simt/fiber.hpp"

namespace linden::simt {

struct Block;

struct Lane {
  Fiber fiber;
  Block* block = nullptr;
  unsigned index = 0;  ///< in the block
  uint3 thread{};

  // What it brought to the meeting it waits at (barrier.cpp).
  WarpOp op = WarpOp::barrier;
  unsigned mask = 0, source = 0;
  std::uint64_t value = 0, result = 0;
  Site site{};

  // Its place in the order of memory (order.cpp); counts steps between barriers of its warp.
  std::uint32_t time = 0;
  std::uint32_t fenced_before = 0, fenced_own = 0;        ///< what its last fence covers: of the block, of its own
  std::uint32_t published_before = 0, published_own = 0;  ///< what its last release told the other blocks
  std::uint64_t published = 0, acquired = 0;              ///< the clocks of its last release, and of what it has read
  bool unfenced = false;                                  ///< it wrote to global memory after its last fence

  unsigned number() const { return index % 32; }
};

struct Warp {
  std::uint32_t present = 0;  ///< lanes that exist
  std::uint32_t ready = 0;    ///< lanes that run or can run
  std::uint32_t meeting = 0;  ///< lanes that wait for others of the warp
  std::uint32_t barrier = 0;  ///< lanes that wait at the barrier of the block
  std::uint32_t exited = 0;
  /// known[i][j]: what lane j did up to this time is ordered before what lane i does now.
  std::uint32_t known[32][32];
};

struct Block {
  std::uint32_t instance = 0;  ///< unlike any other block's of the process
  uint3 index{};
  unsigned slot = 0;  ///< which of the resident blocks, and so which arena of shared memory
  unsigned threads = 0, exited = 0, arrived = 0;
  std::uint32_t ready_warps = 0;
  std::array<Warp, 32> warps;
  std::vector<Lane> lanes = std::vector<Lane>(1024);

  // The barrier that some have arrived at.
  Site site{};
  int counted = 0, result = 0;

  // The order of memory.
  std::uint32_t barrier_time = 1;   ///< everything before it is ordered by a barrier of the block
  std::uint32_t fenced_before = 1;  ///< everything before it is ordered by a fence, too
  unsigned unfenced_lanes = 0;
  std::uint32_t published_before = 1;
  std::uint64_t published = 0, acquired = 0;

  Warp& warp_of(const Lane& lane) { return warps[lane.index / 32]; }
  void make_ready(unsigned warp, std::uint32_t lanes_of_it) {
    warps[warp].ready |= lanes_of_it;
    ready_warps |= 1u << warp;
  }
  void stop(const Lane& lane) {
    Warp& warp = warp_of(lane);
    warp.ready &= ~(1u << lane.number());
    if (warp.ready == 0) ready_warps &= ~(1u << (lane.index / 32));
  }
};

}  // namespace linden::simt
