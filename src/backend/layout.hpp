// Arrays one after another in a block of memory.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Places arrays in the memory at `first`, each 256 bytes, or a multiple, behind it: as aligned as `first` is. Without
/// memory it only measures.
class Layout {
 public:
  explicit Layout(void* first) : first_(static_cast<char*>(first)) {}
  template <class T>
  void place(T*& array, std::int64_t count) {
    array = first_ == nullptr ? nullptr : reinterpret_cast<T*>(first_ + bytes_);
    bytes_ += (count * static_cast<std::int64_t>(sizeof(T)) + 255) / 256 * 256;
  }
  std::int64_t bytes() const { return bytes_; }

 private:
  char* first_;
  std::int64_t bytes_ = 0;
};

LINDEN_LEVEL_END
}  // namespace linden
