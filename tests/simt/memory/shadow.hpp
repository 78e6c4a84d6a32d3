// The checking build's eye on memory: every load and store of a kernel comes here (hooks.cpp, atomic.cpp).
//
// It finds accesses outside of what exists, reads before any write, and races: two accesses of one word, at least one
// of them a write and not both atomic, that nothing orders (order.hpp). Each word remembers its last write and two
// reads.
#pragma once

#include <cstddef>
#include <cstdint>

namespace linden::simt {

enum class Access { read, write, atomic_read, atomic_write };

/// The lane that runs touches the bytes, at a place in the program. Returns, or reports.
void check_access(const void* address, std::size_t bytes, Access access, std::uintptr_t code);

}  // namespace linden::simt
