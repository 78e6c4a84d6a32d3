// The device's heap: allocations in the reserved region, each behind a guard. Addresses are used again only after
// everything has been freed and much has been used, so that a pointer to freed memory is told from any other.
#pragma once

#include <cstddef>
#include <string>

namespace linden::simt {

/// Null when more than the limit would be in use. Memory starts unwritten, full of 0xff.
void* allocate(std::size_t bytes);
/// Throws DeviceError for what is no live allocation, and gives null a pass.
void free(void* address);

struct HeapUse {
  std::size_t bytes = 0, peak = 0, allocations = 0, limit = 0;
};
HeapUse heap_use();
/// How much memory the device has.
void set_heap_limit(std::size_t bytes);
/// One line for each live allocation; empty when there is none.
std::string heap_leaks();
/// Where in the region memory begins that is in use, or will be next.
std::size_t heap_begin();
/// Where in the region memory begins that was never used.
std::size_t heap_end();

bool is_device_address(const void* address);
/// Throws DeviceError unless all the bytes lie in one live allocation. `where` begins the message.
void check_range(const char* where, const void* address, std::size_t bytes);
/// Composes an error if a guard was written over.
void check_heap_guards();
/// "byte 400 of 400 of a global allocation" for an offset in the region.
std::string describe_global(std::size_t offset);

}  // namespace linden::simt
