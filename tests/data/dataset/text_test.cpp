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

TEST(DatasetText, NamesGroupsOffsetsAndSeveralLabels) {
  const Dataset data = csv("x,q,o,a,b\n1,u,0,1,2\n2,v,0,3,4\n", {.label = {"a", "b"}, .group = "q", .offset = "o"});
  EXPECT_EQ(text_of(data), "2 rows, 1 feature; 2 labels (a, b): numbers from 1 to 4; 2 groups; offset");
  EXPECT_EQ(text_of(data.with_label(Tensor::zeros({2, 3})).with_offset(Tensor::zeros({2, 2})).with_groups({1, 1})),
            "2 rows, 1 feature; 3 labels: numbers from 0 to 0; 1 group; 2 offsets");
}

}  // namespace
}  // namespace linden
