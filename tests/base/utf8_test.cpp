#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace linden {
namespace {

TEST(Utf8, AcceptsEveryLength) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("price"));
  EXPECT_TRUE(is_utf8("caf\xc3\xa9"));
  EXPECT_TRUE(is_utf8("\xe2\x82\xac"));
  EXPECT_TRUE(is_utf8("\xf0\x9f\x8c\xb3"));
}

TEST(Utf8, RefusesWhatIsNot) {
  EXPECT_FALSE(is_utf8("caf\xe9"));           // Latin-1
  EXPECT_FALSE(is_utf8("\xe2\x82"));          // cut short
  EXPECT_FALSE(is_utf8("\xc0\xaf"));          // overlong
  EXPECT_FALSE(is_utf8("\xe0\x80\xaf"));      // overlong
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));      // a surrogate
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));  // past the last code point
  EXPECT_FALSE(is_utf8("\x80"));              // a continuation alone
}

}  // namespace
}  // namespace linden
