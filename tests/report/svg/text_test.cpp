#include "report/svg/text.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "base/utf8.hpp"

namespace linden::reporting {
namespace {

TEST(Text, IsMadeSafe) {
  EXPECT_EQ(escaped("a<b>&\"c\"'d'"), "a&lt;b&gt;&amp;&quot;c&quot;&#39;d&#39;");
  EXPECT_EQ(escaped("g\xC3\xBCn\n"), "g\xC3\xBCn\n");
  EXPECT_EQ(escaped(std::string_view("\x00x\x1B\x7F", 4)), "\xEF\xBF\xBDx\xEF\xBF\xBD\xEF\xBF\xBD");
  // Whatever bytes come, what goes out is UTF-8 without markup.
  std::string bytes;
  for (int i = 0; i < 20000; ++i) bytes += static_cast<char>((i * 7919 + i / 256 * 104729) % 256);
  const std::string safe = escaped(bytes);
  EXPECT_TRUE(is_utf8(safe));
  EXPECT_EQ(safe.find_first_of("<>\"'"), safe.npos);
}

TEST(Text, NumbersAreShort) {
  EXPECT_EQ(number(0.92734), "0.9273");
  EXPECT_EQ(number(48840), "48840");
  EXPECT_EQ(number(1234.56), "1235");
  EXPECT_EQ(number(-3.2e-7), "-3.2e-07");
  EXPECT_EQ(number(std::numeric_limits<double>::quiet_NaN()), "not defined");
  EXPECT_EQ(number(std::numeric_limits<double>::infinity()), "infinite");
  EXPECT_EQ(percent(0.9314), "93.1 %");
}

TEST(Text, IsCutBetweenCharacters) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcd", 3), "ab\xE2\x80\xA6");
  EXPECT_EQ(shortened("\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC", 3), "\xC3\xBC\xC3\xBC\xE2\x80\xA6");
  EXPECT_EQ(shortened("", 3), "");
}

}  // namespace
}  // namespace linden::reporting
