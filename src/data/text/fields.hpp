// The grammar of CSV, once: where a field ends, where a row ends, which lines are blank.
//
// A field that opens with a quote, blanks before it aside, is quoted: it runs to the next single quote, "" in it stands
// for one quote, and delimiters and line breaks in it are text. Any other field runs to the delimiter or the line's
// end, blanks around it are not part of it, and a quote inside it is a character like others. Blanks are spaces and
// tabs, except a delimiter. All functions rely on the line feed that a Text has behind its end.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace linden {

/// What can be wrong with the form of a row.
enum class CsvFault { none, open_quote, after_quote, carriage_return, nul_byte, fields };

struct CsvField {
  std::string_view text;  ///< trimmed, or what stands between the quotes, doubled quotes still doubled
  bool quoted = false;
  const char* begin = nullptr;
  CsvFault fault = CsvFault::none;

  /// The text that is meant.
  std::string value() const {
    if (!quoted) return std::string(text);
    std::string meant;
    for (std::string_view rest = text; !rest.empty();) {
      const std::size_t quote = rest.find('"');
      if (quote == rest.npos) return meant.append(rest);
      meant.append(rest.substr(0, quote + 1));
      rest.remove_prefix(std::min(quote + 2, rest.size()));
    }
    return meant;
  }
  bool is_escaped() const noexcept { return quoted && text.find('"') != std::string_view::npos; }
};

class CsvGrammar {
 public:
  explicit CsvGrammar(char delimiter) noexcept : delimiter_(delimiter) {}

  char delimiter() const noexcept { return delimiter_; }
  bool is_blank(char c) const noexcept { return (c == ' ' || c == '\t') && c != delimiter_; }

  const char* skip_blanks(const char* p) const noexcept {
    while (is_blank(*p)) ++p;
    return p;
  }

  /// Whether the line that begins here has nothing but blanks.
  bool is_blank_line(const char* p) const noexcept {
    p = skip_blanks(p);
    return *p == '\n' || (*p == '\r' && p[1] == '\n');
  }

  /// Takes the field that begins at p; returns where it ends, at a delimiter or a line feed. At a fault the place means
  /// nothing.
  const char* take(const char* p, const char* end, CsvField& field) const noexcept {
    p = skip_blanks(p);
    field.begin = p;
    field.fault = CsvFault::none;
    field.quoted = *p == '"';
    return field.quoted ? take_quoted(p, end, field) : take_plain(p, end, field);
  }

  /// The line feed (or the text's end) that ends the row of which `p` is a part, outside of quotes. `begin` is where
  /// some row begins, at or before p.
  const char* row_end(const char* begin, const char* p, const char* end) const noexcept {
    for (const char* line_end = find('\n', p, end);;) {
      const char* quote = find_quote(p, line_end);
      if (quote == line_end) return line_end;
      p = past_quote(begin, quote, end);
      if (p > line_end) line_end = find('\n', p, end);
    }
  }

  /// For a quote met outside of quotes: the place behind the field that it opens, or behind itself when it opens none.
  const char* past_quote(const char* begin, const char* quote, const char* end) const noexcept {
    const char* before = quote;
    while (before > begin && is_blank(before[-1])) --before;
    const bool opens = before == begin || before[-1] == delimiter_ || before[-1] == '\n';
    if (!opens) return quote + 1;
    const char* close = closing_quote(quote, end);
    return close == end ? end : close + 1;
  }

  static const char* find(char c, const char* p, const char* end) noexcept {
    const void* found = p < end ? std::memchr(p, c, static_cast<std::size_t>(end - p)) : nullptr;
    return found ? static_cast<const char*>(found) : end;
  }

 private:
  // The highest bit of the bytes that are c, up to the first such byte; what is above it may be wrong.
  static std::uint64_t equal_bytes(std::uint64_t text, char c) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101;
    text ^= static_cast<unsigned char>(c) * ones;
    return (text - ones) & ~text & (ones << 7);
  }

  // The next quote, or `end`. Most are near: a call of memchr costs as much as sixteen bytes.
  static const char* find_quote(const char* p, const char* end) noexcept {
    for (int i = 0; i < 3 && end - p >= 8; ++i, p += 8) {
      std::uint64_t text;
      std::memcpy(&text, p, sizeof text);
      if (const std::uint64_t quotes = equal_bytes(text, '"'); quotes != 0) return p + std::countr_zero(quotes) / 8;
    }
    return find('"', p, end);
  }

  // The quote that closes the one at p, or `end`.
  static const char* closing_quote(const char* p, const char* end) noexcept {
    for (p = find_quote(p + 1, end); p != end && p[1] == '"';) p = find_quote(p + 2, end);
    return p;
  }

  const char* take_quoted(const char* p, const char* end, CsvField& field) const noexcept {
    const char* close = closing_quote(p, end);
    if (close == end) {
      field.fault = CsvFault::open_quote;
      return end;
    }
    field.text = {p + 1, static_cast<std::size_t>(close - p - 1)};
    p = skip_blanks(close + 1);
    if (*p == '\r' && p[1] == '\n') ++p;
    if (*p != delimiter_ && *p != '\n') field.fault = CsvFault::after_quote;
    return p;
  }

  const char* take_plain(const char* p, const char* end, CsvField& field) const noexcept {
    const char* first = p;
    for (; end - p >= 8; p += 8) {
      std::uint64_t text;
      std::memcpy(&text, p, sizeof text);
      const std::uint64_t ends = equal_bytes(text, delimiter_) | equal_bytes(text, '\n') | equal_bytes(text, '\r');
      if (ends == 0) continue;
      p += std::countr_zero(ends) / 8;
      break;
    }
    while (*p != delimiter_ && *p != '\n' && *p != '\r') ++p;
    const char* last = p;
    if (*p == '\r') {
      if (p[1] != '\n') field.fault = CsvFault::carriage_return;
      ++p;
    }
    while (last > first && is_blank(last[-1])) --last;
    field.text = {first, static_cast<std::size_t>(last - first)};
    return p;
  }

  char delimiter_;
};

}  // namespace linden
