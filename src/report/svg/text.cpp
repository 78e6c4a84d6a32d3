#include "report/svg/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/utf8.hpp"

namespace linden::reporting {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

// How many bytes the character at the front has; 0 where there is none.
std::size_t character(std::string_view text) {
  for (std::size_t length = 1; length <= std::min<std::size_t>(4, text.size()); ++length)
    if (is_utf8(text.substr(0, length))) return length;
  return 0;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string safe;
  while (!text.empty()) {
    const std::size_t length = character(text);
    const char c = text.front();
    if (length == 0 || (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F)
      safe += replacement;
    else if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '"')
      safe += "&quot;";
    else if (c == '\'')
      safe += "&#39;";
    else
      safe += text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return safe;
}

std::string number(double value) {
  if (std::isnan(value)) return "not defined";
  if (std::isinf(value)) return value > 0 ? "infinite" : "-infinite";
  if (value == std::round(value) && std::abs(value) < 1e9) return fmt::format("{}", static_cast<long long>(value));
  const double size = std::abs(value);
  if (size >= 1000 && size < 1e9) return fmt::format("{:.0f}", value);
  return fmt::format("{:.4g}", value);
}

std::string percent(double share) { return std::isnan(share) ? "not defined" : fmt::format("{:.1f} %", 100 * share); }

std::string shortened(std::string_view text, std::size_t most) {
  std::size_t end = 0, characters = 0;
  while (end < text.size()) {
    if (characters == most) {
      while (characters > 0 && end > 0 && characters > most - 1) {  // room for the ellipsis
        --end;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
        --characters;
      }
      return std::string(text.substr(0, end)) + "\xE2\x80\xA6";
    }
    end += std::max<std::size_t>(character(text.substr(end)), 1);
    ++characters;
  }
  return std::string(text);
}

}  // namespace linden::reporting
