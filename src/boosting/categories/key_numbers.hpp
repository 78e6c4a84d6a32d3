// KeyNumbers: a number for each key that was met, 0, 1, ... in the order of their coming.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace linden {

class KeyNumbers {
 public:
  /// The number of a key, -1 for one that was not met.
  std::int32_t find(std::uint64_t key) const noexcept;
  /// The number of a key, which is the next one where it was not met.
  std::int32_t add(std::uint64_t key);
  std::size_t size() const noexcept { return keys_.size(); }
  /// By their numbers.
  const std::vector<std::uint64_t>& keys() const noexcept { return keys_; }

 private:
  std::size_t slot_of(std::uint64_t key) const noexcept;
  void widen();

  std::vector<std::uint64_t> keys_;
  std::vector<std::int32_t> slots_;  // numbers, -1: free; a power of two of them, at least half of which are free
  int shift_ = 64;
};

}  // namespace linden
