#include "tensor/storage.hpp"

#include <cstdlib>

#include "backend/backend.hpp"
#include "backend/cuda.hpp"
#include "base/fail.hpp"

namespace linden {
namespace {

constexpr std::size_t alignment = 64;                 // a cache line, and the widest vector register
constexpr std::size_t page_bytes = Pages::huge_page;  // from here on in pages of its own
constexpr const char* smaller = "use a smaller tensor, or f32 for f64";

/// Memory alone wants a stream and no threads. The last tensor may go when its thread's own context has gone.
Context context_of(cuda::Stream* stream) {
  static Workers nobody(1);
  return {nobody, stream};
}

}  // namespace

Storage::Storage(std::size_t bytes) {
  if (bytes <= small_bytes) {
    data = small_;
  } else if (bytes >= page_bytes) {
    pages_.emplace(bytes, smaller);
    data = pages_->data();
  } else {
    // malloc keeps small blocks at hand, aligned_alloc does not: align by hand.
    block_ = std::malloc(bytes + alignment);
    if (block_ == nullptr) fail<MemoryError>("{} bytes of memory are not to be had. Hint: {}.", bytes, smaller);
    data = reinterpret_cast<void*>((reinterpret_cast<std::uintptr_t>(block_) + alignment) & ~(alignment - 1));
  }
}

Storage::Storage(std::size_t bytes, const Device& device) : stream_(tensor_stream_of(device)), device_bytes_(bytes) {
  Context context = context_of(stream_);
  data = backend_of(device).memory.allocate(context, static_cast<std::int64_t>(bytes), "a tensor");
}

Storage::~Storage() {
  std::free(block_);
  if (stream_ == nullptr || data == nullptr) return;
  Context context = context_of(stream_);
  cuda_backend().backend->memory.release(context, data, static_cast<std::int64_t>(device_bytes_));
}

}  // namespace linden
