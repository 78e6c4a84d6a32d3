// Pages packed by zstd, where the library was built with it.
#pragma once

#include <cstdint>
#include <vector>

namespace linden {

bool can_pack_pages() noexcept;
std::vector<char> pack_page(const void* page, std::int64_t bytes);
/// Into as many bytes as `page` has; false where that is not what was packed.
bool unpack_page(const std::vector<char>& packed, std::vector<char>& page) noexcept;

}  // namespace linden
