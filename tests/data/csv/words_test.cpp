// Words against a map.
#include "data/csv/words.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>
#include <string>

namespace linden {
namespace {

TEST(Words, AreNumberedAsTheyCome) {
  Words words;
  EXPECT_EQ(words.code("b"), 0);
  EXPECT_EQ(words.code(""), 1);
  EXPECT_EQ(words.code("a"), 2);
  EXPECT_EQ(words.code("b"), 0);
  EXPECT_EQ(words.code(""), 1);
  EXPECT_EQ(words.all(), (std::vector<std::string_view>{"b", "", "a"}));
}

TEST(Words, OfAllLengthsAndManyOfThem) {
  std::mt19937 random(1);
  for (const unsigned letters : {1u, 2u, 26u}) {
    Words words;
    std::map<std::string, std::int32_t> codes;
    std::deque<std::string> memory;
    for (int i = 0; i < 20'000; ++i) {
      std::string& word = memory.emplace_back();
      for (unsigned n = random() % 21; n > 0; --n) word += static_cast<char>('a' + random() % letters);
      if (random() % 5 == 0) word += '\0';
      const auto known = codes.try_emplace(word, static_cast<std::int32_t>(codes.size())).first;
      ASSERT_EQ(words.code(word), known->second) << word;
    }
    ASSERT_EQ(words.all().size(), codes.size());
    for (const auto& [word, code] : codes) EXPECT_EQ(words.all()[static_cast<std::size_t>(code)], word);
    words.close();
    EXPECT_EQ(words.all().size(), codes.size());
  }
}

}  // namespace
}  // namespace linden
