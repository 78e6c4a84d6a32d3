#include "tensor/storage.hpp"

#include <cstdlib>

#include "base/fail.hpp"

namespace linden {
namespace {

constexpr std::size_t alignment = 64;  // a cache line, and the widest vector register
// From here on malloc would ask the system anew each time: ask for huge pages, or every 4 KB of a result cost a fault.
constexpr std::size_t page_bytes = std::size_t{32} << 20;

}  // namespace

Storage::Storage(std::size_t bytes) {
  if (bytes <= small_bytes) {
    data = small_;
  } else if (bytes >= page_bytes) {
    pages_ = Memory(bytes);
    data = pages_.data();
  } else {
    // malloc keeps small blocks at hand, aligned_alloc does not: align by hand.
    block_ = std::malloc(bytes + alignment);
    if (block_ == nullptr)
      fail<MemoryError>("Tensor: {} bytes of memory are not to be had. Hint: use fewer rows, or f32 for f64.", bytes);
    data = reinterpret_cast<void*>((reinterpret_cast<std::uintptr_t>(block_) + alignment) & ~(alignment - 1));
  }
}

Storage::~Storage() { std::free(block_); }

}  // namespace linden
