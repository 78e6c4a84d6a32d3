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
    return code(word, [](std::string_view same) { return same; });
  }
  /// keep(word) is a view that lasts, asked for once a word.
  template <class Keep>
  std::int32_t code(std::string_view word, const Keep& keep) {
    if (4 * words_.size() >= slots_.size()) grow();
    const std::uint64_t hash = hash_of(word);
    std::size_t at = slot(hash);
    for (; slots_[at] >= 0; at = (at + 1) & (slots_.size() - 1)) {
      const auto known = static_cast<std::size_t>(slots_[at]);
      if (hashes_[known] == hash && are_equal(words_[known], word)) return slots_[at];
    }
    slots_[at] = static_cast<std::int32_t>(words_.size());
    words_.push_back(keep(word));
    hashes_.push_back(hash);
    return slots_[at];
  }
  /// By their codes.
  const std::vector<std::string_view>& all() const noexcept { return words_; }
  /// No more words will come.
  void close() { slots_ = {}, hashes_ = {}; }

 private:
  template <class T>
  static T load(const char* p) noexcept {
    T value;
    std::memcpy(&value, p, sizeof value);
    return value;
  }
  // A call of memcmp costs as much as sixteen bytes.
  static bool are_equal(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    if (a.size() < 8 || a.size() > 32) return a == b;
    const std::size_t last = a.size() - 8;
    for (std::size_t i = 0; i < last; i += 8)
      if (load<std::uint64_t>(a.data() + i) != load<std::uint64_t>(b.data() + i)) return false;
    return load<std::uint64_t>(a.data() + last) == load<std::uint64_t>(b.data() + last);
  }
  static std::uint64_t hash_of(std::string_view word) noexcept {
    constexpr std::uint64_t factor = 0x9e3779b97f4a7c15;
    const char* p = word.data();
    std::size_t left = word.size();
    std::uint64_t hash = left * factor;
    const auto add = [&](std::uint64_t part) {
      hash = (hash ^ part) * factor;
      hash ^= hash >> 32;
    };
    for (; left >= 8; left -= 8, p += 8) add(load<std::uint64_t>(p));
    if (left >= 4) {  // the two may overlap
      add(load<std::uint32_t>(p) | std::uint64_t{load<std::uint32_t>(p + left - 4)} << 32);
    } else if (left > 0) {  // the first, the middle one and the last, which are all
      const auto byte = [&](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(p[i])}; };
      add(byte(0) | byte(left / 2) << 8 | byte(left - 1) << 16);
    }
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
