// Which fields are missing, alone and in the columns that readers make of them.
#include "data/text/missing.hpp"

#include <cmath>

#include "data/reading.hpp"

namespace linden {
namespace {

CsvField plain(std::string_view text) { return {.text = text}; }
CsvField quoted(std::string_view text) { return {.text = text, .quoted = true}; }

TEST(Missing, WhatOtherProgramsWriteIsKnown) {
  const MissingTokens missing({}, false);
  for (const char* token : {"", "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "NULL", "null"}) {
    EXPECT_TRUE(missing.has(plain(token))) << token;
    EXPECT_EQ(missing.has(quoted(token)), *token == 0) << token;
  }
  for (const char* token : {"?", "-", ".", "None", "none", "#NULL!", "1.#IND", "-1.#IND", "1.#QNAN"}) {
    EXPECT_FALSE(missing.has(plain(token))) << token;
    EXPECT_TRUE(missing.has_among_numbers(plain(token))) << token;
    EXPECT_FALSE(missing.has_among_numbers(quoted(token))) << token;
  }
  for (const char* text : {"0", "-1", "Nan", "NAN", "unknown", "--", " "}) {
    EXPECT_FALSE(missing.has(plain(text))) << text;
    EXPECT_FALSE(missing.has_among_numbers(plain(text))) << text;
  }
}

TEST(Missing, TokensAreAddedOrAlone) {
  const MissingTokens more({"-999", "x"}, false), alone({"-999", "x"}, true);
  for (const char* token : {"-999", "x"}) EXPECT_TRUE(more.has(plain(token)) && alone.has(plain(token))) << token;
  EXPECT_TRUE(more.has(plain("NA")) && more.has(plain("")));
  EXPECT_FALSE(alone.has(plain("NA")) || alone.has(plain("")) || alone.has_among_numbers(plain("?")));
  EXPECT_FALSE(more.plainly_number('-'));
  EXPECT_TRUE(more.plainly_number('9') && MissingTokens({}, false).plainly_number('-'));
}

TEST(Missing, WordsAreMissingAmongNumbersAndCategoriesAmongText) {
  const Dataset data = csv("n,t,all\n1,a,None\nNone,None,None\n-,#N/A,\n?,?,-\n.,NULL,?\n-2,b,None\n");
  const auto& columns = data.columns();
  const std::vector<double> n = numbers(columns[0].values);
  EXPECT_FALSE(columns[0].categorical);
  EXPECT_EQ(n[0], 1);
  EXPECT_EQ(n[5], -2);
  for (std::size_t row = 1; row < 5; ++row) EXPECT_TRUE(std::isnan(n[row])) << row;
  EXPECT_EQ(columns[1].categories, (std::vector<std::string>{"?", "None", "a", "b"}));
  EXPECT_EQ(numbers(columns[1].values), (std::vector<double>{2, 1, -1, 0, -1, 3}));
  EXPECT_EQ(columns[2].categories, (std::vector<std::string>{"-", "?", "None"}));
  EXPECT_EQ(data.remarks(), std::vector<std::string>{});
}

TEST(Missing, AMissingLabelIsNamedAsItStands) {
  EXPECT_EQ(
      refusal<DataError>([] { csv("a,y\n1,2\n3,?\n", {.label = "y"}); }),
      "x.csv:3: the label (column \"y\") is missing (\"?\"). Hint: have rows without a label left out, or mend the "
      "row.");
  EXPECT_EQ(csv("a,y\n1,?\n3,yes\n", {.label = "y"}).classes(), (std::vector<std::string>{"?", "yes"}));
}

}  // namespace
}  // namespace linden
