// Pinned host memory: copies from it to the device read it when they run, not when they are asked for.
#pragma once

#include <cstddef>

namespace linden::simt {

void* allocate_pinned(std::size_t bytes);
void free_pinned(void* memory);
bool is_pinned_address(const void* address);

}  // namespace linden::simt
