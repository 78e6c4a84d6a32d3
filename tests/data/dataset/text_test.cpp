// A dataset as one line.
#include <sstream>

#include "data/reading.hpp"

namespace linden {
namespace {

std::string text_of(const Dataset& data) {
  std::ostringstream text;
  text << data;
  return text.str();
}

TEST(DatasetText, NamesTextColumnsAndTheirSlips) {
  std::string file = "a,b\n";
  for (int line = 2; line <= 102; ++line)
    file += std::to_string(line) + "," + (line == 79 ? "1.281.501.0" : std::to_string(line) + ".5") + "\n";
  const Dataset data = csv(file);
  EXPECT_EQ(text_of(data), "101 rows, 2 features, 1 of text: b (101 values; line 79: \"1.281.501.0\")");
  EXPECT_EQ(text_of(data.without({"b"})), "101 rows, 1 feature");
  EXPECT_EQ(text_of(data.split().second), "20 rows, 2 features, 1 of text: b (101 values; line 79: \"1.281.501.0\")");
}

TEST(DatasetText, NamesLabelWeightAndSparseRows) {
  EXPECT_EQ(text_of(csv("c,w,y\nred,1,no\nblue,1,yes\n", {.label = "y", .weight = "w"})),
            "2 rows, 1 feature, 1 of text: c (2 values); label y: 2 classes (no, yes); weighted");
  EXPECT_EQ(text_of(libsvm("1 1:1 3:2\n-1.5\n")),
            "2 rows, 3 features, sparse: 2 values; label: numbers from -1.5 to 1");
  EXPECT_EQ(text_of(Dataset()), "0 rows, 0 features");
}

}  // namespace
}  // namespace linden
