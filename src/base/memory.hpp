// Large zeroed memory, in huge pages where the system grants them: bins and gradients are read at random, and small
// pages cost a third of training time in address look-ups. Pages that are never touched cost nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace linden {

class Memory {
 public:
  Memory() noexcept = default;
  /// Throws MemoryError naming the bytes when there are not so many, with how whoever asked for them needs less.
  explicit Memory(std::size_t bytes, const char* hint = "use fewer rows, features or max_bins");
  ~Memory();
  Memory(Memory&& other) noexcept
      : first_(std::exchange(other.first_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  Memory& operator=(Memory&& other) noexcept {
    std::swap(first_, other.first_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }

  void* data() const noexcept { return first_; }

  /// Gives the memory away; adopt() takes it back.
  void* release() noexcept { return std::exchange(first_, nullptr); }
  static Memory adopt(void* first, std::size_t bytes) noexcept {
    Memory memory;
    memory.first_ = first;
    memory.bytes_ = bytes;
    return memory;
  }

  template <class T>
  T* as() const noexcept {
    return static_cast<T*>(first_);
  }

 private:
  void* first_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace linden
