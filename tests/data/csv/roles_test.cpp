// Options of from_csv that name columns.
#include "data/csv/roles.hpp"

#include <cmath>

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
  EXPECT_EQ(refused({.label = "2"}),
            "Dataset::from_csv(\"x.csv\"): no column \"2\". Columns: area, rooms, price. Hint: .header = false if the "
            "first line is a row.");
}

TEST(CsvRoles, WithoutAHeaderTheNumbersAreNamed) {
  EXPECT_EQ(refused({.label = "3", .header = false}),
            "Dataset::from_csv(\"x.csv\"): no column \"3\". Without a header, columns are numbered from 0 to 2, or "
            "from the end as -1.");
}

TEST(CsvRoles, AColumnHasOneUse) {
  EXPECT_EQ(refused({.label = "price", .weight = "price"}),
            "Dataset::from_csv(\"x.csv\"): column \"price\" cannot be the label and the weight.");
  EXPECT_EQ(refused({.label = "price", .drop = {"price"}}),
            "Dataset::from_csv(\"x.csv\"): column \"price\" cannot be the label and dropped.");
  EXPECT_EQ(refused({.weight = "price", .drop = {"price"}}),
            "Dataset::from_csv(\"x.csv\"): column \"price\" cannot be the weight and dropped.");
  EXPECT_EQ(refused({.label = "price", .categorical = {"price"}}),
            "Dataset::from_csv(\"x.csv\"): column \"price\" is the label; only features are taken as categories.");
  EXPECT_EQ(csv(text, {.drop = {"area", "area"}, .categorical = {"area"}}).features(), 2);
}

TEST(CsvRoles, NegativeNumbersCountFromTheEnd) {
  EXPECT_EQ(csv(text, {.label = "-1"}).label_name(), "price");
  EXPECT_EQ(csv(text, {.label = "-3", .drop = {"-1"}}).feature_names(), (std::vector<std::string>{"rooms"}));
  EXPECT_EQ(csv("1,2,3\n", {.label = "-1", .header = false}).label_name(), "2");
  EXPECT_EQ(csv("-1,2,3\n7,8,9\n", {.label = "-1"}).label_name(), "-1");
  EXPECT_EQ(refused({.label = "-4"}),
            "Dataset::from_csv(\"x.csv\"): no column \"-4\". Columns: area, rooms, price. Hint: .header = false if the "
            "first line is a row.");
  EXPECT_NE(refused({.label = "-0"}), "");
}

TEST(CsvRoles, NamesMayRepeatAmongDroppedColumns) {
  EXPECT_EQ(csv("a,id,b,id\n1,2,3,4\n", {.drop = {"id"}}).feature_names(), (std::vector<std::string>{"a", "b"}));
}

// A table with a number, a column of text that can look like numbers, and a label of text.
const std::string training = "n,t,y\n1,10,1\n2,x,no\n-999,11,no\n";

Schema trained() { return csv(training, {.label = "y", .missing = {"-999"}}).schema(); }

TEST(CsvRoles, ASchemaSaysWhatColumnsAre) {
  const Dataset data = csv_by(trained(), "extra,y,t,extra,n\nfoo,1,12,7,-999\nbar,no,13,8,5\n");
  EXPECT_EQ(data.feature_names(), (std::vector<std::string>{"n", "t"}));
  EXPECT_TRUE(std::isnan(numbers(data.columns()[0].values)[0]));
  EXPECT_TRUE(data.columns()[1].categorical);
  EXPECT_EQ(data.columns()[1].categories, (std::vector<std::string>{"12", "13"}));
  EXPECT_EQ(data.classes(), (std::vector<std::string>{"1", "no"}));
  EXPECT_EQ(csv_by(trained(), "t,n,y\nx,1,1\n").classes(), (std::vector<std::string>{"1"}));
  EXPECT_FALSE(csv_by(trained(), "t,n\nx,1\n").has_label());
  EXPECT_FALSE(csv_by(trained(), "t,n,y\nx,1,\n", {.drop = {"y"}}).has_label());
  EXPECT_EQ(csv_by(trained(), "t,n,w\nx,1,2\n", {.weight = "w"}).weight().elements(), 1);
  EXPECT_TRUE(std::isnan(numbers(csv_by(trained(), "t,n\nx,-1\n", {.missing = {"-1"}}).columns()[0].values)[0]));
  EXPECT_EQ(csv_by(trained(), "t,n\nx,-1\n", {.missing = {"-1"}}).schema().missing,
            (std::vector<std::string>{"-999", "-1"}));
}

TEST(CsvRoles, WhatDoesNotFitASchemaIsRefusedWithItsPlace) {
  const auto refused_by = [](const std::string& file, const CsvOptions& options = {}) {
    return refusal<Error>([&] { csv_by(trained(), file, options); });
  };
  EXPECT_EQ(refused_by("t,m\nx,1\n"),
            "Dataset::from_csv(\"x.csv\"): no column \"n\", which was there in training. Columns: t, "
            "m.");
  EXPECT_EQ(refused_by("t,n,n\nx,1,2\n"),
            "x.csv:1: two columns are called \"n\". Hint: rename one, drop both, or say that the file has no header if "
            "this line is a row.");
  EXPECT_EQ(refused_by("t,n\nx,1\ny,\"a b\"\nz,c\n"),
            "x.csv:3: column \"n\" is \"a b\", but it held numbers in training. Hint: mend the field, or name it among "
            "the missing tokens if it means that.");
  EXPECT_EQ(refused_by("t,n,y\nx,1,no\nx,1,maybe\n"),
            "x.csv:3: the label (column \"y\") is \"maybe\", which was no class in training. Classes: 1, no.");
  EXPECT_EQ(refused_by("t,n\nx,1\n", {.label = "y"}), "Dataset::from_csv(\"x.csv\"): no column \"y\". Columns: t, n.");
  EXPECT_EQ(refused_by("t,n\nx,1\n", {.categorical = {"n"}}),
            "Dataset::from_csv(\"x.csv\"): the schema says which columns are categories. Hint: leave them out of the "
            "options.");
  EXPECT_EQ(refused_by("t,n\nx,1\n", {.drop = {"n"}}),
            "Dataset::from_csv(\"x.csv\"): column \"n\" cannot be a feature and dropped.");
  const Schema numbered = csv("1,2\n3,4\n", {.label = "1", .header = false}).schema();
  EXPECT_EQ(refusal<DataError>([&] { csv_by(numbered, "5,6\n7,8\n"); }),
            "Dataset::from_csv(\"x.csv\"): no column \"0\", which was there in training. Columns: 5, "
            "6. Hint: say that the file has no header.");
}

// Features that are called by their places alone stand for the columns that nothing else is asked of.
TEST(CsvRoles, ColumnsOfASchemaWithoutNamesAreTakenInTheirOrder) {
  Schema schema;
  for (const char* name : {"0", "1"}) schema.features.push_back({name});
  const Dataset rows = csv_by(schema, "a,y,w,b\n1,2,3,4\n5,6,7,8\n", {.label = "y", .weight = "w"});
  EXPECT_EQ(rows.feature_names(), (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(rows.matrix().to_vector<double>(), (std::vector<double>{1, 4, 5, 8}));
  EXPECT_EQ(rows.label_name(), "y");
  EXPECT_EQ(csv_by(schema, "1,0\n1,2\n").matrix().to_vector<double>(), (std::vector<double>{2, 1}));
  EXPECT_EQ(refusal<DataError>([&] { csv_by(schema, "a,b\n1,2\n", {.drop = {"a"}}); }),
            "Dataset::from_csv(\"x.csv\"): no column \"0\", which was there in training. Columns: a, b. Hint: the 2 "
            "features have no names; as many columns are taken in their order.");
}

TEST(CsvRoles, ALabelOfNumbersStaysOne) {
  const Schema schema = csv("a,y\n1,2\n3,4\n", {.label = "y"}).schema();
  EXPECT_EQ(
      refusal<DataError>([&] { csv_by(schema, "a,y\n1,2\n3,four\n"); }),
      "x.csv:3: column \"y\" is \"four\", but it held numbers in training. Hint: mend the field, or name it among "
      "the missing tokens if it means that.");
}

TEST(CsvRoles, ADelimiterMustNotBePartOfFields) {
  EXPECT_EQ(refused({.delimiter = '"'}),
            "Dataset::from_csv(\"x.csv\"): the delimiter is '\"' (byte 34), but a letter, digit, sign, point, quote or "
            "line end cannot separate fields.");
  for (const char c : {'\n', '\r', '.', '-', '+', 'e', 'Z', '0'}) EXPECT_NE(refused({.delimiter = c}), "");
}

TEST(CsvRoles, GroupsOffsetsAndSeveralLabelsAreNoFeatures) {
  const std::string file = "x,q,o,a,p,b\n1,7,0.5,1,-1,2\n2,7,-1.5,3,-2,4\n3,u,2.5,5,-3,6\n";
  const Dataset data = csv(file, {.label = {"b", "a"}, .group = "q", .offset = {"o", "p"}});
  EXPECT_EQ(data.feature_names(), std::vector<std::string>{"x"});
  EXPECT_EQ(data.label_names(), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(data.label().shape(), (Shape{3, 2}));
  EXPECT_EQ(numbers(data.label()), (std::vector<double>{2, 1, 4, 3, 6, 5}));
  EXPECT_EQ(numbers(data.groups()), (std::vector<double>{0, 2, 3}));
  EXPECT_EQ(data.offset().shape(), (Shape{3, 2}));
  EXPECT_EQ(numbers(data.offset()), (std::vector<double>{0.5, -1, -1.5, -2, 2.5, -3}));
  const Dataset one = csv(file, {.label = "-1", .offset = "o"});
  EXPECT_EQ(one.label_names(), std::vector<std::string>{"b"});
  EXPECT_EQ(one.offset().shape(), Shape{3});
  EXPECT_EQ(numbers(one.offset()), (std::vector<double>{0.5, -1.5, 2.5}));
}

TEST(CsvRoles, ASchemaNamesGroupsOffsetsAndAllLabels) {
  const std::string file = "x,q,o,a,b\n1,7,0.5,1,2\n2,7,-1.5,3,4\n3,u,2.5,5,6\n";
  const CsvOptions options{.label = {"a", "b"}, .group = "q", .offset = "o"};
  const Schema schema = csv(file, options).schema();
  EXPECT_EQ(schema.label_names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(schema.group_name, "q");
  EXPECT_EQ(schema.offset_names, std::vector<std::string>{"o"});
  EXPECT_EQ(dump(csv_by(schema, file)), dump(csv(file, options)));
  // Labels and groups are read where they are there, offsets must be.
  const Dataset rows = csv_by(schema, "o,x\n1,2\n");
  EXPECT_FALSE(rows.has_label());
  EXPECT_FALSE(rows.has_groups());
  EXPECT_EQ(numbers(rows.offset()), std::vector<double>{1});
  EXPECT_EQ(numbers(csv_by(schema, "o,x,r\n1,2,s\n", {.group = "r"}).groups()), (std::vector<double>{0, 1}));
  const auto refused_by = [&](const std::string& other, const CsvOptions& more = {}) {
    return refusal<Error>([&] { csv_by(schema, other, more); });
  };
  EXPECT_EQ(refused_by("x,a\n1,2\n"),
            "Dataset::from_csv(\"x.csv\"): no column \"b\", which is one of 2 labels. Columns: x, a.");
  EXPECT_EQ(refused_by("x,p\n1,2\n"),
            "Dataset::from_csv(\"x.csv\"): no column \"o\", which was the offset in training. Columns: x, p.");
  EXPECT_EQ(refused_by("x,o\n1,2\n", {.group = "q"}), "Dataset::from_csv(\"x.csv\"): no column \"q\". Columns: x, o.");
}

// Groups that only the schema names are no reason to refuse rows: what needs them says that there are none.
TEST(CsvRoles, GroupsOfASchemaAreLeftOutWhereTheyAreTornOrDropped) {
  const Schema schema = csv("x,q\n1,7\n", {.group = "q"}).schema();
  const std::string torn = "x,q\n1,a\n2,b\n3,a\n", gap = "x,q\n1,a\n2,\n";
  const Dataset without = csv_by(schema, torn);
  EXPECT_FALSE(without.has_groups());
  EXPECT_EQ(without.schema().group_name, "");
  EXPECT_EQ(without.remarks(),
            std::vector<std::string>{"x.csv:4: the group (column \"q\") is \"a\", as at x.csv:2, but x.csv:3 between "
                                     "them is of another: these rows go without groups."});
  EXPECT_EQ(csv_by(schema, gap).remarks(),
            std::vector<std::string>{"x.csv:3: the group (column \"q\") is missing: these rows go without groups."});
  for (const std::string& file : {torn, gap}) {
    const Dataset dropped = csv_by(schema, file, {.drop = {"q"}});
    EXPECT_FALSE(dropped.has_groups());
    EXPECT_TRUE(dropped.remarks().empty());
    EXPECT_THROW(csv_by(schema, file, {.group = "q"}), DataError);
  }
}

TEST(CsvRoles, GroupsAndOffsetsHaveOneUse) {
  EXPECT_EQ(refused({.label = {"area", "area"}}),
            "Dataset::from_csv(\"x.csv\"): column \"area\" is named twice as the label.");
  EXPECT_EQ(refused({.label = "price", .group = "price"}),
            "Dataset::from_csv(\"x.csv\"): column \"price\" cannot be the label and the group.");
  EXPECT_EQ(refused({.group = "area", .offset = "area"}),
            "Dataset::from_csv(\"x.csv\"): column \"area\" cannot be the group and the offset.");
  EXPECT_EQ(refused({.offset = "area", .drop = {"area"}}),
            "Dataset::from_csv(\"x.csv\"): column \"area\" cannot be the offset and dropped.");
  EXPECT_EQ(refused({.group = "area", .categorical = {"area"}}),
            "Dataset::from_csv(\"x.csv\"): column \"area\" is the group; only features are taken as categories.");
}

}  // namespace
}  // namespace linden
