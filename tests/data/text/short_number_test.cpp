// Short numbers against std::from_chars, to the last bit, and the same place where they end.
#include "data/text/short_number.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <random>
#include <string>

namespace linden {
namespace {

// Whether the text was taken; what was taken must be right.
bool takes(std::string text, const std::string& after = ",") {
  const std::string number = text;
  text += after;
  const char* const end = text.data() + text.size();
  double wanted = -1;
  const auto [stop, error] = std::from_chars(text.data(), end, wanted);
  std::string padded = text + std::string(short_number_room, '7');
  double value = -2;
  const char* const found = parse_short_number(padded.data(), value);
  if (found == nullptr) return false;
  EXPECT_EQ(error, std::errc()) << text;
  EXPECT_EQ(found - padded.data(), stop - text.data()) << text;
  EXPECT_EQ(std::bit_cast<std::uint64_t>(value), std::bit_cast<std::uint64_t>(wanted)) << text;
  return true;
}

TEST(ShortNumber, TakesSignDigitsAndPoint) {
  for (const char* text : {"0",
                           "-0",
                           "7",
                           "-7",
                           "12345678",
                           "123456789",
                           "1.5",
                           "-1.5",
                           ".5",
                           "-.5",
                           "5.",
                           "0.1",
                           "10.25",
                           "123456789.123456789",
                           "9999999999999999999",
                           "0.000000000000000001",
                           "-0.0",
                           "18446744073709551.99",
                           "9007199254740993",
                           "9007199254740992.5",
                           "0.30000000000000004"})
    EXPECT_TRUE(takes(text)) << text;
}

TEST(ShortNumber, StopsAtWhatIsNoPartOfIt) {
  for (const char* after : {",", ";", "\n", " ", "x", "-", "+", ".5", "\x80", "/", ":", "0x"})
    EXPECT_TRUE(takes("1.25", after));
  EXPECT_TRUE(takes("0", "x10"));
}

TEST(ShortNumber, LeavesTheRestToOthers) {
  for (const char* text : {"", "-", ".", "-.", "+1", "inf", "nan", "1e5", "1.5E-3", "12345678901234567890", "--1", " 1",
                           "0.12345678901234567890"})
    EXPECT_FALSE(takes(text)) << text;
}

TEST(ShortNumber, IsTheNearestDoubleOfAnyDigits) {
  std::mt19937_64 random(1);
  int taken = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text(random() % 2, '-');
    const int before = static_cast<int>(random() % 11), after = static_cast<int>(random() % 11);
    for (int d = 0; d < before; ++d) text += static_cast<char>('0' + random() % 10);
    if (random() % 4 != 0 || before == 0) text += '.';
    if (text.back() == '.')
      for (int d = 0; d < after; ++d) text += static_cast<char>('0' + random() % 10);
    taken += takes(text);
  }
  EXPECT_GT(taken, 150'000);
}

// Decimal expansions of what lies half way between two doubles, and of their neighbours.
TEST(ShortNumber, RoundsHalfWayToEven) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 20'000; ++i) {
    // An odd number of 54 bits, by a power of two that decimal digits spell in full.
    const std::uint64_t odd = (std::uint64_t{1} << 53) + (random() >> 11 | 1);
    EXPECT_TRUE(takes(std::to_string(odd)));
    EXPECT_TRUE(takes(std::to_string(odd / 2) + ".5"));
    EXPECT_TRUE(takes(std::to_string(odd / 4) + (odd % 4 == 1 ? ".25" : ".75")));
    EXPECT_TRUE(takes(std::to_string(odd / 4) + (odd % 4 == 1 ? ".251" : ".749")));
  }
}

TEST(ShortNumber, ShortestTextsComeBack) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 20'000; ++i) {
    const double value = std::ldexp(static_cast<double>(random() >> 11), -53 + static_cast<int>(random() % 20));
    char text[64];
    const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed).ptr;
    takes(std::string(text, end));
  }
}

}  // namespace
}  // namespace linden
