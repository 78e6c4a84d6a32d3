// Numbers from text, against strtod, and what is no number.
#include "data/text/number.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>

namespace linden {
namespace {

TEST(Number, TakesDecimalNotationWithEitherSign) {
  EXPECT_EQ(parse_number("12"), 12);
  EXPECT_EQ(parse_number("+12"), 12);
  EXPECT_EQ(parse_number("-12"), -12);
  EXPECT_EQ(parse_number("1."), 1);
  EXPECT_EQ(parse_number("+.5"), 0.5);
  EXPECT_EQ(parse_number("-1e-3"), -0.001);
  EXPECT_EQ(parse_number("1E+2"), 100);
  EXPECT_TRUE(std::signbit(*parse_number("-0")));
}

TEST(Number, RefusesEverythingElse) {
  for (const char* text : {"",    "-",  "+",  ".",   "+-1",    "--1",  "-+1",   "1_000", "0x1p3", "1e",      "1e+",
                           "abc", "1 ", " 1", "1,5", "nan(1)", "nano", "infin", "1f",    "e5",    "\xD9\xA1"})
    EXPECT_FALSE(parse_number(text)) << text;
}

TEST(Number, KnowsInfinitiesAndNaNInAnyCase) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const char* text : {"inf", "INF", "+Infinity", "infinity"}) EXPECT_EQ(parse_number(text), infinity) << text;
  EXPECT_EQ(parse_number("-inf"), -infinity);
  for (const char* text : {"nan", "NaN", "-NAN", "+nan"}) EXPECT_TRUE(std::isnan(parse_number(text).value())) << text;
}

TEST(Number, TooLargeIsAnInfinityAndTooSmallIsZero) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const char* text : {"1e400", "+1e400", "1e99999999999999999999", "179769313486231590000e289", "0.00001e400"})
    EXPECT_EQ(parse_number(text), infinity) << text;
  EXPECT_EQ(parse_number("-1e400"), -infinity);
  EXPECT_EQ(parse_number(std::string(400, '9')), infinity);
  for (const char* text : {"1e-400", "2e-324", "1e-99999999999999999999", "1000000e-400", "0e999"})
    EXPECT_EQ(parse_number(text), 0) << text;
  EXPECT_EQ(parse_number("0." + std::string(400, '0') + "1"), 0);
  EXPECT_TRUE(std::signbit(*parse_number("-1e-400")));
  EXPECT_EQ(parse_number("4.9e-324"), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(parse_number("1.7976931348623157e308"), std::numeric_limits<double>::max());
}

TEST(Number, AgreesWithStrtodOnRandomBits) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    char text[64];
    std::snprintf(text, sizeof text, "%.*g", 1 + i % 20, value);
    const double expected = std::strtod(text, nullptr);
    EXPECT_EQ(parse_number(text), expected) << text;
    double prefix = 0;
    const char* end = text + std::strlen(text);
    if (std::isfinite(expected) && std::fabs(expected) > 1e-300) {
      EXPECT_EQ(parse_number_prefix(text, end, prefix), end);
      EXPECT_EQ(prefix, expected);
    }
  }
}

TEST(Number, PrefixStopsBehindTheNumberOrGivesUp) {
  double value = 0;
  const char* text = "12.5;x";
  EXPECT_EQ(parse_number_prefix(text, text + 6, value), text + 4);
  EXPECT_EQ(value, 12.5);
  for (const std::string hard : {"1e400", "-inf", "-nan", "", "-", "1e-400"})
    EXPECT_EQ(parse_number_prefix(hard.data(), hard.data() + hard.size(), value), nullptr) << hard;
}

TEST(Number, HasOneDecimalSign) {
  EXPECT_EQ(parse_number("-1,5e2", ','), -150.0);
  EXPECT_EQ(parse_number("1e400", ','), std::numeric_limits<double>::infinity());
  EXPECT_EQ(parse_number("12", ','), 12.0);
  EXPECT_EQ(parse_number("1.5", '.'), 1.5);
  for (const char* text : {"1.5", "1.234,5", "1,2,3", ",", ""}) EXPECT_FALSE(parse_number(text, ',')) << text;
  EXPECT_FALSE(parse_number("1,5", '.'));
}

TEST(Number, SaysWhyItIsInfinite) {
  EXPECT_STREQ(why_infinite("-inf"), "is infinite");
  EXPECT_STREQ(why_infinite("1e400"), "is too large for a double");
}

}  // namespace
}  // namespace linden
