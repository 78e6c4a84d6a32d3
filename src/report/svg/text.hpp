// Texts of a page: the one place where what comes from data is made safe for HTML and SVG, and where numbers become
// words.
#pragma once

#include <string>
#include <string_view>

namespace linden::reporting {

/// A text as content or as the value of an attribute in double quotes. Control characters, which XML does not have,
/// become U+FFFD, and so do bytes that are no UTF-8.
std::string escaped(std::string_view text);

/// Four significant digits, without an exponent where that is readable: "0.9273", "48840", "-3.2e-07"; "not defined"
/// for NaN.
std::string number(double value);
/// "93.1 %".
std::string percent(double share);
/// The first `most` characters (code points), with "…" behind them where there were more.
std::string shortened(std::string_view text, std::size_t most);

}  // namespace linden::reporting
