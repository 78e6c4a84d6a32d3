// The device's memory: one reserved range of addresses, so that one comparison tells a device pointer from any other.
//
// It begins with an arena of shared memory for each resident block; the heap follows. A byte for every 4-byte word says
// which of its bytes exist (low half) and which have been written (high half); the checking build reads and keeps it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace linden::simt {

inline constexpr std::size_t arena_size = 256 * 1024;
inline constexpr std::size_t arenas = 4;
inline constexpr std::size_t heap_start = arenas * arena_size;
inline constexpr std::size_t region_size = std::size_t{16} << 30;
inline constexpr std::size_t page_bytes = 4096;  ///< what the machine opens and shuts at once

struct Region {
  unsigned char* base = nullptr;
  std::uint8_t* states = nullptr;  ///< one for each word

  Region();
  bool contains(const void* address) const { return std::uintptr_t(address) - std::uintptr_t(base) < region_size; }
  std::size_t offset(const void* address) const { return std::uintptr_t(address) - std::uintptr_t(base); }
  /// From now on the bytes exist, unwritten and full of 0xff; the start is a multiple of 4.
  void open(std::size_t offset, std::size_t bytes);
  /// They do not exist any more.
  void close(std::size_t offset, std::size_t bytes);
  void mark_written(std::size_t offset, std::size_t bytes);
};

Region& region();

/// Reserved, not used: pages appear when they are touched.
void* reserve(std::size_t bytes);

}  // namespace linden::simt
