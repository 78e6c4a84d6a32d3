// How text becomes a number, for every reader: decimal notation only, rounded to the nearest double, the same in every
// locale.
#pragma once

#include <optional>
#include <string_view>

namespace linden {

/// The number that the whole of `text` spells, with or without a sign: "12", "+.5", "-1e-3", "inf", "NaN"; nothing
/// when it spells none ("", "0x1p3", "1_000", " 1"). Too large for a double: an infinity; too small: zero.
std::optional<double> parse_number(std::string_view text) noexcept;

/// The same where `decimal` stands for the point: of "1,5" and "1.5" only one is a number.
std::optional<double> parse_number(std::string_view text, char decimal);

/// For a field that begins with a digit, '-' or '.': parses as much as is a finite number and returns where it ends, or
/// nullptr when this needs a closer look by parse_number.
const char* parse_number_prefix(const char* begin, const char* end, double& value) noexcept;

/// Why this text, which parses as an infinity, cannot be taken: "is infinite" or "is too large for a double".
const char* why_infinite(std::string_view text) noexcept;

}  // namespace linden
