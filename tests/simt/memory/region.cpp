// The device's memory: reserving it, and what exists of it.
#include "simt/memory/region.hpp"

#include <sys/mman.h>

#include <cstring>
#include <new>

#include "sanitizers.hpp"

#ifdef LINDEN_ASAN
#include <sanitizer/asan_interface.h>
#endif

namespace linden::simt {

void* reserve(std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return memory;
}

Region::Region()
    : base(static_cast<unsigned char*>(reserve(region_size))),
      states(static_cast<std::uint8_t*>(reserve(region_size / 4))) {
#ifdef LINDEN_ASAN
  __asan_poison_memory_region(base, heap_start);
#endif
}

void Region::open(std::size_t offset, std::size_t bytes) {
#ifdef LINDEN_ASAN
  __asan_unpoison_memory_region(base + offset, bytes);
#endif
  std::memset(base + offset, 0xff, bytes);
  std::memset(states + offset / 4, 0x0f, bytes / 4);
  if (bytes % 4 != 0) states[(offset + bytes) / 4] = std::uint8_t((1u << bytes % 4) - 1);
}

void Region::close(std::size_t offset, std::size_t bytes) {
  std::memset(states + offset / 4, 0, (bytes + 3) / 4);
#ifdef LINDEN_ASAN
  __asan_poison_memory_region(base + offset, (bytes + 7) / 8 * 8);
#endif
}

void Region::mark_written(std::size_t offset, std::size_t bytes) {
  for (; bytes > 0 && offset % 4 != 0; ++offset, --bytes) states[offset / 4] |= std::uint8_t(0x10u << offset % 4);
  std::memset(states + offset / 4, 0xff, bytes / 4);
  for (std::size_t i = bytes / 4 * 4; i < bytes; ++i) states[(offset + i) / 4] |= std::uint8_t(0x10u << i % 4);
}

Region& region() {
  static Region the_region;
  return the_region;
}

}  // namespace linden::simt
