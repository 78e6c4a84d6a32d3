#include "base/fail.hpp"

#include <gtest/gtest.h>

namespace linden {
namespace {

const std::vector<std::string> words = {"area", "rooms", "price"};

TEST(Fail, ThrowsTheTypeWithTheFormattedMessage) {
  try {
    fail<DataError>("row {}: {}.", 7, "bad");
    FAIL();
  } catch (const DataError& error) {
    EXPECT_STREQ(error.what(), "row 7: bad.");
  }
}

TEST(Fail, FindsTheNearestWordOrNone) {
  EXPECT_EQ(nearest("pirce", words), "price");
  EXPECT_EQ(nearest("roms", words), "rooms");
  EXPECT_EQ(nearest("elevation", words), "");
  EXPECT_EQ(did_you_mean("pirce", words), "Did you mean \"price\"? ");
  EXPECT_EQ(did_you_mean("elevation", words), "");
}

TEST(Fail, ListsWordsUpToALimit) {
  EXPECT_EQ(listing(words), "area, rooms, price");
  EXPECT_EQ(listing(words, 2), "area, rooms, ... (3 in all)");
}

}  // namespace
}  // namespace linden
