#include "boosting/bins/pages/page_codec.hpp"

#if LINDEN_HAS_ZSTD
#include <zstd.h>
#endif

namespace linden {

#if LINDEN_HAS_ZSTD

bool can_pack_pages() noexcept { return true; }

std::vector<char> pack_page(const void* page, std::int64_t bytes) {
  constexpr int fastest = 1;
  const auto size = static_cast<std::size_t>(bytes);
  std::vector<char> packed(ZSTD_compressBound(size));
  const std::size_t got = ZSTD_compress(packed.data(), packed.size(), page, size, fastest);
  if (ZSTD_isError(got) != 0) return std::vector<char>(size);  // as large as the page: it stays as it is
  packed.resize(got);
  return packed;
}

bool unpack_page(const std::vector<char>& packed, std::vector<char>& page) noexcept {
  return ZSTD_decompress(page.data(), page.size(), packed.data(), packed.size()) == page.size();
}

#else

bool can_pack_pages() noexcept { return false; }
std::vector<char> pack_page(const void*, std::int64_t bytes) {
  return std::vector<char>(static_cast<std::size_t>(bytes));
}
bool unpack_page(const std::vector<char>&, std::vector<char>&) noexcept { return false; }

#endif

}  // namespace linden
