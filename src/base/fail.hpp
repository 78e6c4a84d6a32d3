// How Linden refuses: one line that throws a typed error with a formatted message, and "did you mean".
#pragma once

#include <fmt/format.h>

#include <linden/error.hpp>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace linden {

/// Throws a MemoryError that was made while there was memory for its words.
[[noreturn]] void fail_without_words();

/// Throws E with the formatted message: "where: what, with the values. Hint: the cure." MemoryError without memory for
/// that.
template <class E, class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  try {
    throw E(fmt::format(format, std::forward<Args>(args)...));
  } catch (const std::bad_alloc&) {
    fail_without_words();
  }
}

/// The word nearest to `word` by edit distance, or "" when none is near enough to be a slip of the pen: the same
/// letters in another case come first, then a word of which `word` is the beginning, or what stands behind its point.
std::string nearest(std::string_view word, std::span<const std::string> words);

/// "Did you mean "price"? " when some word is near, else "".
std::string did_you_mean(std::string_view word, std::span<const std::string> words);

/// "a, b, c", a word of no letters as "", cut after `most` words with ", ... (37 in all)".
std::string listing(std::span<const std::string> words, std::size_t most = 12);

}  // namespace linden
