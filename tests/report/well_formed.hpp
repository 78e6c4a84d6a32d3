// A small check that a page is well formed as XML is, so that no reader has to guess: every element is closed, in
// order, attributes are quoted, and every < and & belongs to markup.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace linden::reporting {

/// What is wrong first, or "".
inline std::string fault_of(std::string_view text) {
  std::vector<std::string> open;
  constexpr std::string_view doctype = "<!DOCTYPE html>";
  if (text.starts_with(doctype)) text.remove_prefix(doctype.size());
  while (!text.empty()) {
    if (text[0] == '&') {
      const std::size_t end = text.find(';');
      if (end == text.npos || end > 8) return "a bare &: " + std::string(text.substr(0, 20));
      text.remove_prefix(end + 1);
      continue;
    }
    if (text[0] != '<') {
      if (text[0] == '>') {
        if (open.empty() || open.back() != "style") return "a bare >";
      }
      text.remove_prefix(1);
      continue;
    }
    const std::size_t end = text.find('>');
    if (end == text.npos) return "an open tag: " + std::string(text.substr(0, 40));
    std::string_view tag = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    const bool is_end = tag.starts_with('/'), is_empty = tag.ends_with('/');
    if (is_end) tag.remove_prefix(1);
    if (is_empty) tag.remove_suffix(1);
    const std::string name(tag.substr(0, tag.find(' ')));
    if (name.empty() || name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") != name.npos)
      return "no element: " + name;
    std::string_view rest = tag.substr(name.size());
    while (!is_end && !rest.empty()) {  // name="value"
      if (rest[0] != ' ') return "in <" + name + ">: " + std::string(rest);
      rest.remove_prefix(1);
      const std::size_t equals = rest.find("=\""), close = equals == rest.npos ? rest.npos : rest.find('"', equals + 2);
      if (close == rest.npos) return "in <" + name + ">: " + std::string(rest);
      rest.remove_prefix(close + 1);
    }
    if (is_end) {
      if (open.empty() || open.back() != name)
        return "</" + name + "> within <" + (open.empty() ? "" : open.back()) + ">";
      open.pop_back();
    } else if (!is_empty) {
      open.push_back(name);
    }
  }
  return open.empty() ? "" : "<" + open.back() + "> is not closed";
}

}  // namespace linden::reporting
