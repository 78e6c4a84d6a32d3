#include "base/memory.hpp"

#include "base/fail.hpp"

#if __has_include(<sys/mman.h>)
#include <sys/mman.h>
#else
#include <cstdlib>
#endif

namespace linden {

#if __has_include(<sys/mman.h>)

Memory::Memory(std::size_t bytes, const char* hint) : bytes_(bytes) {
  if (bytes == 0) return;
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) fail<MemoryError>("{} bytes of memory are not to be had. Hint: {}.", bytes, hint);
#ifdef MADV_HUGEPAGE
  madvise(memory, bytes, MADV_HUGEPAGE);  // a wish: training works without
#endif
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
