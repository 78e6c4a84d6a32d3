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

TEST(Fail, FindsShortNamesAndThoseOfAnotherCase) {
  EXPECT_EQ(nearest("Y", std::vector<std::string>{"a", "b", "y"}), "y");
  EXPECT_EQ(nearest("b", std::vector<std::string>{"a", "c", "bb"}), "bb");
  EXPECT_EQ(nearest("b", std::vector<std::string>{"a", "c"}), "");
  EXPECT_EQ(nearest("AUC", std::vector<std::string>{"mae", "auc", "acc"}), "auc");
  EXPECT_EQ(nearest("acc", std::vector<std::string>{"auc", "accuracy"}), "accuracy");
  EXPECT_EQ(nearest("monotone", std::vector<std::string>{"seed", "constraints.monotone"}), "constraints.monotone");
  EXPECT_EQ(nearest("tone", std::vector<std::string>{"seed", "constraints.monotone"}), "");
  EXPECT_EQ(nearest("ac", std::vector<std::string>{"r2", "mae"}), "");
}

TEST(Fail, ListsWordsUpToALimit) {
  EXPECT_EQ(listing(words), "area, rooms, price");
  EXPECT_EQ(listing(words, 2), "area, rooms, ... (3 in all)");
}

TEST(Fail, ListsWordsWithoutLetters) {
  EXPECT_EQ(listing(std::vector<std::string>{"a", "", "b"}), "a, \"\", b");
  EXPECT_EQ(listing(std::vector<std::string>{}), "");
}

}  // namespace
}  // namespace linden
