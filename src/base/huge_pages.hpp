// Large pages for large memory.
#pragma once

#include <cstddef>

namespace linden {

/// Wishes for huge pages in memory that is large and not yet touched: the first use of a page is a call of the system,
/// and small ones make reading a file a third slower. It stays a wish.
void wish_for_huge_pages(void* first, std::size_t bytes) noexcept;

}  // namespace linden
