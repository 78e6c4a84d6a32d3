// The delimiter that a text is divided by.
#include "data/csv/delimiter.hpp"

#include "data/reading.hpp"

namespace linden {
namespace {

char guess(std::string_view text, const char* file = "x.csv") {
  return guess_delimiter(Text::copy_of(text), Source("from_csv", file));
}

TEST(CsvDelimiter, IsWhatDividesAllRowsAlike) {
  EXPECT_EQ(guess("a,b\n1,2\n"), ',');
  EXPECT_EQ(guess("a;b\n1;2\n"), ';');
  EXPECT_EQ(guess("a\tb\n1\t2\n"), '\t');
  EXPECT_EQ(guess("a|b\n1|2\n"), '|');
  EXPECT_EQ(guess("a\n1\n"), ',');
  EXPECT_EQ(guess(""), ',');
}

TEST(CsvDelimiter, OthersMayStandInText) {
  EXPECT_EQ(guess("a;b\n1,5;2\n2,25;3,5\n"), ';');
  EXPECT_EQ(guess("1,5;2,5\n3,5;4,5\n"), ';');
  EXPECT_EQ(guess("id,text\n1,a;b\n2,c\n"), ',');
  EXPECT_EQ(guess("id,\"text;more\"\n1,\"a;b\"\n"), ',');
  EXPECT_EQ(guess("\"carat\";\"cut, or not\"\n\"0,2\";\"a,b\"\n"), ';');
  EXPECT_EQ(guess("city\tn\nParis, France\t1\nRome, Italy\t2\n"), '\t');
  EXPECT_EQ(guess("1,Toy,a|b\n2,Heat,c|d\n"), ',');
  EXPECT_EQ(guess("a,b\n1,2\n1,2,3\n"), ',');
}

TEST(CsvDelimiter, IsNoDecimalComma) {
  const auto guess = [](std::string_view text) {
    return guess_delimiter(Text::copy_of(text), Source("from_csv", "x.csv"), ',');
  };
  EXPECT_EQ(guess("a;b\n1,5;2,5\n"), ';');
  EXPECT_EQ(guess("a|b\n1,5|2,5\n"), '|');
  EXPECT_EQ(guess("y\n1,5\n"), ';');
  EXPECT_EQ(guess("a,b;c,d\n1;2\n"), ';');
}

TEST(CsvDelimiter, TheEndingTsvSaysIt) {
  EXPECT_EQ(guess("a,b\n1,2\n", "x.tsv"), '\t');
  EXPECT_EQ(guess("a,b\n1,2\n", "x.tsv.gz"), '\t');
}

TEST(CsvDelimiter, IsTakenUnlessOneIsGiven) {
  EXPECT_EQ(dump(csv("a;b\n1;2\n")), dump(csv("a,b\n1,2\n")));
  EXPECT_EQ(csv("a;b\n1;2\n", {.delimiter = ','}).feature_names(), (std::vector<std::string>{"a;b"}));
}

}  // namespace
}  // namespace linden
