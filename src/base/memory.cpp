#include "base/memory.hpp"

#include <cstdint>

#include "base/fail.hpp"
#include "base/huge_pages.hpp"

#if __has_include(<sys/mman.h>)
#include <sys/mman.h>
#else
#include <cstdlib>
#endif

namespace linden {

void wish_for_huge_pages([[maybe_unused]] void* first, [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef MADV_HUGEPAGE
  constexpr std::size_t page = 4096, large = std::size_t{2} << 20;
  if (bytes < large) return;
  auto* const begin = reinterpret_cast<char*>((reinterpret_cast<std::uintptr_t>(first) + page - 1) / page * page);
  char* const end = static_cast<char*>(first) + bytes;
  madvise(begin, static_cast<std::size_t>(end - begin), MADV_HUGEPAGE);
#endif
}

#if __has_include(<sys/mman.h>)

Memory::Memory(std::size_t bytes, const char* hint) : bytes_(bytes) {
  if (bytes == 0) return;
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) fail<MemoryError>("{} bytes of memory are not to be had. Hint: {}.", bytes, hint);
  wish_for_huge_pages(memory, bytes);
  first_ = memory;
}

Memory::~Memory() {
  if (first_ != nullptr) munmap(first_, bytes_);
}

#else

Memory::Memory(std::size_t bytes, const char* hint)
    : first_(bytes > 0 ? std::calloc(bytes, 1) : nullptr), bytes_(bytes) {
  if (bytes > 0 && first_ == nullptr) fail<MemoryError>("{} bytes of memory are not to be had. Hint: {}.", bytes, hint);
}

Memory::~Memory() { std::free(first_); }

#endif

}  // namespace linden
