// The seam of memory on the CPU, where host and device are one.
#include <cstring>
#include <limits>

#include "backend/memory_kernels.hpp"
#include "base/memory.hpp"

namespace linden {
namespace {

void* allocate(Context&, std::int64_t bytes, const char*) { return Memory(static_cast<std::size_t>(bytes)).release(); }
void release(Context&, void* memory, std::int64_t bytes) noexcept {
  Memory::adopt(memory, static_cast<std::size_t>(bytes));
}
void copy(Context&, void* to, const void* from, std::int64_t bytes) {
  if (bytes > 0) std::memcpy(to, from, static_cast<std::size_t>(bytes));
}
void fill(Context&, void* to, std::uint8_t byte, std::int64_t bytes) {
  if (bytes > 0) std::memset(to, byte, static_cast<std::size_t>(bytes));
}
std::int64_t available(Context&) { return std::numeric_limits<std::int64_t>::max(); }

}  // namespace

const MemoryKernels& host_memory_kernels() {
  static constexpr MemoryKernels table{
      .is_host = true,
      .allocate = allocate,
      .release = release,
      .upload = copy,
      .download = copy,
      .copy = copy,
      .fill = fill,
      .available = available,
  };
  return table;
}

}  // namespace linden
