// Names of features in texts in which commas and the like separate them: they stand in double quotes where they have
// one in them, or a blank at their ends; a quote in them stands twice.
#pragma once

#include <string>
#include <string_view>

namespace linden {

inline constexpr std::string_view name_blanks = " \t";

inline std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(name_blanks);
  return first == text.npos ? "" : text.substr(first, text.find_last_not_of(name_blanks) + 1 - first);
}

/// `marks`: what separates names.
inline std::string quoted_where_needed(std::string_view name, std::string_view marks) {
  const bool is_plain = !name.empty() && name.find('"') == name.npos && name.find_first_of(marks) == name.npos &&
                        without_blanks(name) == name;
  if (is_plain) return std::string(name);
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + '"';
}

/// The name that such a text, or one without quotes, stands for.
inline std::string unquoted(std::string_view name) {
  if (!name.starts_with('"')) return std::string(name);
  std::string text;
  for (std::size_t i = 1; i + 1 < name.size(); i += name[i] == '"' ? 2 : 1) text += name[i];
  return text;
}

/// Where the quoted name at the front of a text ends, behind its closing quote; npos where there is none.
inline std::size_t end_of_quoted(std::string_view text) {
  std::size_t end = 1;
  while (end < text.size() && (text[end] != '"' || text.substr(end).starts_with("\"\"")))
    end += text[end] == '"' ? 2 : 1;
  return end < text.size() ? end + 1 : text.npos;
}

}  // namespace linden
