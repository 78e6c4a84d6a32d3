// The unlike words of a column, numbered as they come.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace linden {

/// What the words are views of must outlive it.
class Words {
 public:
  std::int32_t code(std::string_view word) {
    if (2 * words_.size() >= slots_.size()) grow();
    const std::uint64_t hash = hash_of(word);
    std::size_t at = slot(hash);
    for (; slots_[at] >= 0; at = (at + 1) & (slots_.size() - 1)) {
      const auto known = static_cast<std::size_t>(slots_[at]);
      if (hashes_[known] == hash && words_[known] == word) return slots_[at];
    }
    slots_[at] = static_cast<std::int32_t>(words_.size());
    words_.push_back(word);
    hashes_.push_back(hash);
    return slots_[at];
  }
  /// By their codes.
  const std::vector<std::string_view>& all() const noexcept { return words_; }
  /// No more words will come.
  void close() { slots_ = {}, hashes_ = {}; }

 private:
  static std::uint64_t hash_of(std::string_view word) noexcept {
    constexpr std::uint64_t factor = 0x9e3779b97f4a7c15;
    const char* p = word.data();
    std::size_t left = word.size();
    std::uint64_t hash = left * factor;
    const auto add = [&](std::size_t bytes) {
      std::uint64_t part = 0;
      std::memcpy(&part, p, bytes);
      hash = (hash ^ part) * factor;
      hash ^= hash >> 32;
    };
    for (; left >= 8; left -= 8, p += 8) add(8);
    if (left >= 4) add(4), p += 4, left -= 4;
    for (; left > 0; --left, ++p) add(1);
    return hash;
  }
  std::size_t slot(std::uint64_t hash) const noexcept { return hash & (slots_.size() - 1); }
  void grow() {
    slots_.assign(slots_.empty() ? 64 : 4 * slots_.size(), -1);
    for (std::size_t code = 0; code < words_.size(); ++code) {
      std::size_t at = slot(hashes_[code]);
      while (slots_[at] >= 0) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = static_cast<std::int32_t>(code);
    }
  }

  std::vector<std::int32_t> slots_;  // a power of two; codes, or -1
  std::vector<std::uint64_t> hashes_;
  std::vector<std::string_view> words_;
};

}  // namespace linden
