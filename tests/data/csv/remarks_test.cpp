// What a slip in a CSV file is told as.
#include "data/csv/remarks.hpp"

#include "data/reading.hpp"

namespace linden {
namespace {

using Remarks = std::vector<std::string>;

std::string column(const std::string& name, int lines, int slip, const std::string& value) {
  std::string text = "a," + name + "\n";
  for (int line = 2; line <= lines; ++line)
    text += std::to_string(line) + "," + (line == slip ? value : std::to_string(line) + ".5") + "\n";
  return text;
}

TEST(CsvRemarks, OneFieldThatIsNoNumberIsNamedWithItsLine) {
  for (const int threads : {1, 3})
    for (const std::size_t block : {0, 1, 50})
      EXPECT_EQ(csv(column("b", 102, 79, "1.281.501.0"), {.threads = threads}, block).remarks(),
                (Remarks{"x.csv:79: column \"b\" is text, 101 values: \"1.281.501.0\" here is no number, 100 of its "
                         "values are. Hint: mend the field, or name it among the missing tokens if it means that."}));
  EXPECT_EQ(csv(column("b", 4, 3, "\"a \"\"b\"\"\""), {.label = "b"}).remarks(),
            (Remarks{"x.csv:3: the label (column \"b\") is text, 3 classes: \"a \"b\"\" here is no number, 2 of its "
                     "values are. Hint: mend the field, or name it among the missing tokens if it means that."}));
}

TEST(CsvRemarks, DecimalCommasAreNamed) {
  const Remarks expected{
      "x.csv:2: column \"b\" is text, 3 values: \"1.234,5\" has a comma, and numbers are written with a point and "
      "without separators of thousands. Hint: .decimal = ',' if that is the decimal sign here."};
  EXPECT_EQ(csv("a;b\n1;1.234,5\n2;\"2,5\"\n3;3\n", {.delimiter = ';'}).remarks(), expected);
}

TEST(CsvRemarks, DecimalPointsAreNamedWhereACommaWasAskedFor) {
  const Remarks expected{
      "x.csv:2: column \"b\" is text, 3 values: \"1.5\" has a point, and numbers are written with a comma and without "
      "separators of thousands. Hint: .decimal = '.' if that is the decimal sign here."};
  EXPECT_EQ(csv("a;b\n1;1.5\n2;2.5\n3;3\n", {.decimal = ','}).remarks(), expected);
  EXPECT_EQ(csv("a;b\n1;1,5\n2;2,5\n3;3\n", {.decimal = ','}).remarks(), Remarks{});
  EXPECT_EQ(
      csv("5,1;3,5\n4,9;3,0\n", {.decimal = ','}).remarks(),
      (Remarks{"x.csv:1: the names of the columns are numbers (\"5,1\" and 1 more of 2): is this line a row? Hint: "
               "say that the file has no header."}));
}

TEST(CsvRemarks, AFirstLineOfNumbersIsNamed) {
  EXPECT_EQ(csv("\n5.1,3.5,1.4,setosa\n4.9,3.0,1.4,setosa\n").remarks(),
            (Remarks{"x.csv:2: the names of the columns are numbers (\"5.1\" and 2 more of 4): is this line a row? "
                     "Hint: say that the file has no header."}));
  EXPECT_EQ(csv("country,1990,code,name\nx,1,2,y\n").remarks(), Remarks{});
  EXPECT_EQ(csv("5,6\n7,8\n", {.header = false}).remarks(), Remarks{});
}

TEST(CsvRemarks, PlainTextAndWhatWasAskedForGetNone) {
  EXPECT_EQ(csv("c,d\nred,1a\nblue,2\n\"x, y\",3b\n").remarks(), Remarks{});
  EXPECT_EQ(csv("c,d\n1,2\nx,3\n", {.drop = {"c"}, .categorical = {"d"}}).remarks(), Remarks{});
}

TEST(CsvRemarks, PartsKeepThem) {
  const Dataset data = csv(column("b", 9, 5, "x"));
  ASSERT_EQ(data.remarks().size(), 1u);
  const auto [train, test] = data.split();
  EXPECT_EQ(train.remarks(), data.remarks());
  EXPECT_EQ(test.remarks(), data.remarks());
}

}  // namespace
}  // namespace linden
