#include "simt/memory/pinned.hpp"

#include <cstdlib>
#include <map>
#include <mutex>

namespace linden::simt {
namespace {

struct Pinned {
  std::mutex mutex;
  std::map<const char*, std::size_t> all;  // bytes by first address
};
Pinned& pinned() {
  static Pinned the_pinned;
  return the_pinned;
}

}  // namespace

void* allocate_pinned(std::size_t bytes) {
  void* const memory = std::malloc(bytes);
  if (memory == nullptr) return nullptr;
  const std::lock_guard lock(pinned().mutex);
  pinned().all[static_cast<char*>(memory)] = bytes;
  return memory;
}

void free_pinned(void* memory) {
  const std::lock_guard lock(pinned().mutex);
  pinned().all.erase(static_cast<char*>(memory));
  std::free(memory);
}

bool is_pinned_address(const void* address) {
  const std::lock_guard lock(pinned().mutex);
  const auto* const at = static_cast<const char*>(address);
  const auto after = pinned().all.upper_bound(at);
  return after != pinned().all.begin() && at < std::prev(after)->first + std::prev(after)->second;
}

}  // namespace linden::simt
