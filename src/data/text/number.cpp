// Numbers from text, on std::from_chars, which leaves out a leading '+' and does not tell too large from too small.
#include "data/text/number.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "data/text/short_number.hpp"

namespace linden {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Whether a decimal number that no double holds (without its sign) is too large, not too small: whether its first
// digit that is not 0 stands left of the point once the exponent has moved it.
bool too_large(std::string_view text) {
  std::int64_t place = 0;  // of the first digit that is not 0, relative to the point
  bool point = false, found = false;
  std::size_t i = 0;
  for (; i < text.size() && (is_digit(text[i]) || text[i] == '.'); ++i) {
    if (text[i] == '.') {
      point = true;
    } else if (found) {
      if (!point) ++place;
    } else if (text[i] != '0') {
      found = true;
    } else if (point) {
      --place;
    }
  }
  if (i == text.size()) return place > 0;
  const bool negative = text[i + 1] == '-';
  std::int64_t exponent = 0;
  for (i += negative || text[i + 1] == '+' ? 2 : 1; i < text.size(); ++i)
    if (exponent < (std::int64_t{1} << 60) / 10) exponent = exponent * 10 + (text[i] - '0');
  return place + (negative ? -exponent : exponent) > 0;
}

}  // namespace

std::optional<double> parse_number(std::string_view text) noexcept {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  if (text.empty() || text[0] == '-' || text[0] == '+' || text.back() == ')') return {};  // from_chars takes "nan(x)"
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return {};
  if (error == std::errc::result_out_of_range) value = too_large(text) ? std::numeric_limits<double>::infinity() : 0;
  return negative ? -value : value;
}

std::optional<double> parse_number(std::string_view text, char decimal) {
  if (decimal == '.') return parse_number(text);
  if (text.find('.') != text.npos) return {};
  std::string with_point(text);
  std::ranges::replace(with_point, decimal, '.');
  return parse_number(with_point);
}

const char* parse_number_prefix(const char* begin, const char* end, double& value) noexcept {
  if (end - begin >= short_number_room)
    if (const char* const stop = parse_short_number(begin, value)) return stop;
  const auto [stop, error] = std::from_chars(begin, end, value);
  return error == std::errc() && std::isfinite(value) ? stop : nullptr;
}

const char* why_infinite(std::string_view text) noexcept {
  return text.find_first_of("0123456789") == std::string_view::npos ? "is infinite" : "is too large for a double";
}

}  // namespace linden
