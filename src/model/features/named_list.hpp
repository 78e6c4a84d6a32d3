// Lists that say something of some features by name: "age=1,income=-1". Names stand in quotes where quoted_name.hpp
// says so; what follows the equals sign has no comma in it.
#pragma once

#include <algorithm>
#include <charconv>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/fail.hpp"
#include "model/features/quoted_name.hpp"

namespace linden {

/// What such a list says where it says nothing.
inline constexpr std::string_view nothing_named = "none";

/// The list of these; text(one) is what is said of one, whose `feature` is the name.
template <class List, class Text>
std::string text_of_named(const List& list, const Text& text) {
  std::string all;
  for (const auto& one : list)
    all += fmt::format("{}{}={}", all.empty() ? "" : ",", quoted_where_needed(one.feature, ","), text(one));
  return all.empty() ? std::string(nothing_named) : all;
}

/// Calls read(name, text) for each entry, the text without blanks at its ends; false where the list is none, or as
/// soon as `read` says so.
template <class Read>
bool read_named(std::string_view text, const Read& read) {
  if (text == nothing_named) return true;
  for (;;) {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(name_blanks)));
    // Behind the closing quote, or at the last "=" before a comma.
    const std::size_t end = text.starts_with('"') ? end_of_quoted(text) : text.substr(0, text.find(',')).rfind('=');
    if (end == text.npos || end == 0) return false;
    const std::size_t equals = std::min(text.size(), text.find_first_not_of(name_blanks, end));
    if (equals == text.size() || text[equals] != '=') return false;
    const std::size_t comma = std::min(text.size(), text.find(',', equals));
    if (!read(unquoted(without_blanks(text.substr(0, end))),
              without_blanks(text.substr(equals + 1, comma - equals - 1))))
      return false;
    if (comma == text.size()) return true;
    text.remove_prefix(comma + 1);
  }
}

/// A number as a list has it, "-0" as 0; false where the text is none.
inline bool read_number(std::string_view text, double& number) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  number += 0;
  return error == std::errc{} && stop == text.data() + text.size();
}

/// Throws ArgumentError, opening with `field`, for the first name of a list that is none of the features, with the
/// nearest one.
template <class List>
void check_named(std::string_view field, const List& list, std::span<const std::string> features) {
  if (list.empty()) return;
  const std::unordered_set<std::string_view> known(features.begin(), features.end());
  for (const auto& one : list)
    if (!known.contains(one.feature))
      fail<ArgumentError>("{}: the data has no feature \"{}\". {}Features: {}.", field, one.feature,
                          did_you_mean(one.feature, features), listing(features));
}

}  // namespace linden
