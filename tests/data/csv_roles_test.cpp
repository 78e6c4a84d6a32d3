// Options of from_csv that name columns.
#include "data/csv_roles.hpp"

#include "data/reading.hpp"

namespace linden {
namespace {

const std::string text = "area,rooms,price\n1,2,3\n";

std::string refused(const CsvOptions& options) {
  return refusal<ArgumentError>([&] { csv(text, options); });
}

TEST(CsvRoles, AColumnThatIsNotThereIsRefusedWithTheNearestName) {
  const std::string message =
      "Dataset::from_csv(\"x.csv\"): no column \"pirce\". Did you mean \"price\"? Columns: area, rooms, price.";
  EXPECT_EQ(refused({.label = "pirce"}), message);
  EXPECT_EQ(refused({.weight = "pirce"}), message);
  EXPECT_EQ(refused({.drop = {"area", "pirce"}}), message);
  EXPECT_EQ(refused({.categorical = {"pirce"}}), message);
  EXPECT_EQ(refused({.label = "2"}), "Dataset::from_csv(\"x.csv\"): no column \"2\". Columns: area, rooms, price.");
}

TEST(CsvRoles, WithoutAHeaderTheNumbersAreNamed) {
  EXPECT_EQ(refused({.label = "3", .header = false}),
            "Dataset::from_csv(\"x.csv\"): no column \"3\". Without a header, columns are numbered from 0 to 2.");
}

TEST(CsvRoles, AColumnHasOneUse) {
  EXPECT_EQ(refused({.label = "price", .weight = "price"}),
            "Dataset::from_csv(\"x.csv\"): column \"price\" cannot be the label and the weight.");
  EXPECT_EQ(refused({.label = "price", .drop = {"price"}}),
            "Dataset::from_csv(\"x.csv\"): column \"price\" cannot be the label and dropped.");
  EXPECT_EQ(refused({.weight = "price", .drop = {"price"}}),
            "Dataset::from_csv(\"x.csv\"): column \"price\" cannot be the weight and dropped.");
  EXPECT_EQ(refused({.label = "price", .categorical = {"price"}}),
            "Dataset::from_csv(\"x.csv\"): column \"price\" is the label; .categorical is for features.");
  EXPECT_EQ(csv(text, {.drop = {"area", "area"}, .categorical = {"area"}}).features(), 2);
}

TEST(CsvRoles, ADelimiterMustNotBePartOfFields) {
  EXPECT_EQ(refused({.delimiter = '"'}),
            "Dataset::from_csv(\"x.csv\"): .delimiter is '\"' (byte 34), but a letter, digit, sign, point, quote or "
            "line end cannot separate fields.");
  for (const char c : {'\n', '\r', '\0', '.', '-', '+', 'e', 'Z', '0'}) EXPECT_NE(refused({.delimiter = c}), "");
}

}  // namespace
}  // namespace linden
