// The device's heap: a map of allocations over the region.
#include "simt/memory/heap.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <linden/error.hpp>
#include <map>

#include "sanitizers.hpp"
#include "simt/host_lock.hpp"
#include "simt/memory/host_access.hpp"
#include "simt/memory/region.hpp"
#include "simt/report.hpp"

#ifdef LINDEN_ASAN
#include <sanitizer/asan_interface.h>
#endif

namespace linden::simt {
namespace {

constexpr std::size_t guard = 64, alignment = 256;
constexpr unsigned char guard_byte = 0xa5;

struct Allocation {
  std::size_t bytes;
  bool live;
};

struct Heap {
  std::map<std::size_t, Allocation> all;     // by offset
  std::map<std::size_t, std::size_t> alive;  // of these the live ones' bytes: after each launch their guards are read
  std::size_t next = heap_start + alignment;
  std::size_t end = next;  // the highest `next` so far
  [[maybe_unused]] std::size_t poisoned = heap_start;
  HeapUse use{0, 0, 0, std::size_t{8} << 30};
} heap;

__attribute__((no_sanitize("address"))) void fill_guard(std::size_t offset) {
  volatile unsigned char* const at = region().base + offset;
  for (std::size_t i = 0; i < guard; ++i) at[i] = guard_byte;
}
__attribute__((no_sanitize("address"))) bool guard_holds(std::size_t offset) {
  const volatile unsigned char* const at = region().base + offset;
  for (std::size_t i = 0; i < guard; ++i)
    if (at[i] != guard_byte) return false;
  return true;
}

// The allocation that begins at or before the offset, or null.
const std::pair<const std::size_t, Allocation>* allocation_before(std::size_t offset) {
  const auto after = heap.all.upper_bound(offset);
  return after == heap.all.begin() ? nullptr : &*std::prev(after);
}

}  // namespace

void* allocate(std::size_t bytes) {
  const HostLock lock;
  if (bytes > heap.use.limit - std::min(heap.use.limit, heap.use.bytes)) return nullptr;
  if (heap.use.allocations == 0 && heap.next > region_size / 2) {
    heap.all.clear();
    heap.next = heap_start + alignment;
    open_to_host();  // pages that are used again
  }
  const std::size_t start = heap.next, end = start + bytes;
  if (end + 2 * alignment > region_size) return nullptr;
  heap.next = (end + guard + alignment + guard - 1) / alignment * alignment;
  heap.alive.emplace(start, bytes);
  const AsDevice as_device;
  heap.end = std::max(heap.end, heap.next);
#ifdef LINDEN_ASAN
  for (constexpr std::size_t step = 1 << 20; heap.poisoned < heap.next + step; heap.poisoned += step)
    __asan_poison_memory_region(region().base + heap.poisoned, step);
#endif
  fill_guard(start - guard);
  fill_guard(end);
  region().open(start, bytes);
  heap.all[start] = {bytes, true};
  heap.use.bytes += bytes;
  heap.use.peak = std::max(heap.use.peak, heap.use.bytes);
  ++heap.use.allocations;
  return region().base + start;
}

void free(void* address) {
  if (address == nullptr) return;
  const HostLock lock;
  const std::size_t offset = region().offset(address);
  const auto found = heap.all.find(offset);
  if (found == heap.all.end()) throw DeviceError("free: the address is not the start of a device allocation");
  if (!found->second.live) throw DeviceError("free: the device allocation was freed before");
  const std::size_t bytes = found->second.bytes;
  found->second.live = false;
  heap.alive.erase(offset);
  region().close(offset, bytes);
  heap.use.bytes -= bytes;
  --heap.use.allocations;
  const std::size_t first = (offset + page_bytes - 1) / page_bytes * page_bytes,
                    last = (offset + bytes) / page_bytes * page_bytes;
  if (first < last) madvise(region().base + first, last - first, MADV_DONTNEED);
}

HeapUse heap_use() {
  const HostLock lock;
  return heap.use;
}
std::size_t heap_begin() {
  const HostLock lock;
  return heap.alive.empty() ? heap.next : heap.alive.begin()->first - guard;
}
std::size_t heap_end() { return heap.end; }
void set_heap_limit(std::size_t bytes) { heap.use.limit = bytes; }

std::string heap_leaks() {
  std::string leaks;
  for (const auto& [offset, bytes] : heap.alive)
    leaks += fmt::format("{} bytes of device memory were not freed\n", bytes);
  return leaks;
}

bool is_device_address(const void* address) { return region().contains(address); }

void check_range(const char* where, const void* address, std::size_t bytes) {
  const HostLock lock;
  const auto* const found = region().contains(address) ? allocation_before(region().offset(address)) : nullptr;
  if (found == nullptr) throw DeviceError(fmt::format("{}: the address is not in device memory", where));
  const std::size_t first = region().offset(address) - found->first;
  if (!found->second.live) throw DeviceError(fmt::format("{}: the device memory was freed before", where));
  if (first + bytes > found->second.bytes)
    throw DeviceError(fmt::format("{}: bytes {} to {} of a device allocation of {} bytes", where, first, first + bytes,
                                  found->second.bytes));
}

void check_heap_guards() {
  for (const auto& [offset, bytes] : heap.alive) {
    if (guard_holds(offset - guard) && guard_holds(offset + bytes)) continue;
    compose(fmt::format("something wrote {} a global allocation of {} bytes",
                        guard_holds(offset - guard) ? "behind" : "before", bytes));
    fill_guard(offset - guard);
    fill_guard(offset + bytes);
  }
}

std::string describe_global(std::size_t offset) {
  const auto* found = allocation_before(offset);
  if (found == nullptr) return "no global allocation";
  return fmt::format("global byte {} of {}{}", offset - found->first, found->second.bytes,
                     found->second.live ? "" : " (freed)");
}

}  // namespace linden::simt
