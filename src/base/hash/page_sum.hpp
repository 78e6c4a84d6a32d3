// A checksum of pages of files, which tells damage and no malice: at the speed of memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace linden {

/// Of these bytes in this order: a change of any eight of them that stand together changes it for certain, any other
/// but for one chance in 2^64.
std::uint64_t page_sum(const void* bytes, std::size_t count) noexcept;

}  // namespace linden
