// Dataset::from_csv: what good text gives, and the words for bad text. (How text is cut: csv_rows_test.cpp.)
#include <cmath>
#include <cstdio>
#include <linden/data.hpp>

#include "data/reading.hpp"

namespace linden {
namespace {

using Names = std::vector<std::string>;
using Numbers = std::vector<double>;

TEST(Csv, ReadsFeaturesLabelAndWeight) {
  const Dataset data = csv("area,rooms,w,price\n50,2,1,300.5\n80, 3 ,0.5,410\n", {.label = "price", .weight = "w"});
  EXPECT_EQ(data.rows(), 2);
  EXPECT_EQ(data.features(), 2);
  EXPECT_EQ(data.feature_names(), (Names{"area", "rooms"}));
  EXPECT_EQ(data.label_name(), "price");
  EXPECT_EQ(numbers(data.columns()[0].values), (Numbers{50, 80}));
  EXPECT_EQ(numbers(data.columns()[1].values), (Numbers{2, 3}));
  EXPECT_EQ(data.columns()[0].values.dtype(), DType::f64);
  EXPECT_EQ(numbers(data.label()), (Numbers{300.5, 410}));
  EXPECT_EQ(numbers(data.weight()), (Numbers{1, 0.5}));
  EXPECT_TRUE(data.has_label());
  EXPECT_TRUE(data.classes().empty());
  EXPECT_FALSE(data.is_sparse());
}

TEST(Csv, WithoutALabelThereIsNone) {
  const Dataset data = csv("a,b\n1,2\n");
  EXPECT_FALSE(data.has_label());
  EXPECT_EQ(data.label_name(), "");
  EXPECT_EQ(data.weight().elements(), 0);
}

TEST(Csv, WithoutAHeaderColumnsAreNumbered) {
  const Dataset data = csv("1,2,3\n4,5,6\n", {.label = "2", .header = false, .drop = {"0"}});
  EXPECT_EQ(data.feature_names(), (Names{"1"}));
  EXPECT_EQ(numbers(data.label()), (Numbers{3, 6}));
}

TEST(Csv, TextBecomesCategoriesInByteOrder) {
  const Dataset data = csv("c,x\nred,1\nblue,2\nNA,3\n\"NA\",4\nRed,5\nblue,6\n");
  const Column& c = data.columns()[0];
  EXPECT_TRUE(c.categorical);
  EXPECT_EQ(c.categories, (Names{"NA", "Red", "blue", "red"}));
  EXPECT_EQ(numbers(c.values), (Numbers{3, 2, -1, 0, 1, 2}));
  EXPECT_EQ(c.values.dtype(), DType::i32);
  EXPECT_FALSE(data.columns()[1].categorical);
}

// The first rows tell what most columns are; a column may also turn out to be text further down.
TEST(Csv, TextIsFoundInWhateverRowItBegins) {
  for (const int first : {0, 1, 62, 63, 64, 65, 150, 299})
    for (const std::size_t block : {20, 200, 1000, 100'000}) {
      std::string text = "a,b,c\n";
      for (int row = 0; row < 300; ++row)
        text += fmt::format("{},{},{}\n",
                            row >= first && row % 7 == first % 7 ? "\"x\""
                            : row % 7 == 3                       ? "NA"
                                                                 : "1.50",
                            row, row % 2 == 0 ? "t" : "\"u\"\"u\"");
      const Dataset data = csv(text, {.threads = 2}, block);
      const Column& a = data.columns()[0];
      ASSERT_EQ(a.categories, (Names{"1.50", "x"})) << first << " " << block;
      Numbers wanted, counted;
      for (int row = 0; row < 300; ++row) {
        wanted.push_back(row >= first && row % 7 == first % 7 ? 1 : row % 7 == 3 ? -1 : 0);
        counted.push_back(row);
      }
      EXPECT_EQ(numbers(a.values), wanted);
      EXPECT_EQ(numbers(data.columns()[1].values), counted);
      EXPECT_EQ(data.columns()[2].categories, (Names{"t", "u\"u"}));
    }
}

TEST(Csv, NumbersInATextColumnStayAsTheyAreWritten) {
  const Dataset data = csv("c\n10\n1.0\n1\nx\n9\n");
  EXPECT_EQ(data.columns()[0].categories, (Names{"1", "1.0", "10", "9", "x"}));
}

TEST(Csv, CategoricalTakesNumbersByTheirText) {
  const Dataset data = csv("zip,x\n10,1\n9,2\n,3\n010,4\n", {.categorical = {"zip"}});
  EXPECT_EQ(data.columns()[0].categories, (Names{"010", "10", "9"}));
  EXPECT_EQ(numbers(data.columns()[0].values), (Numbers{1, 2, -1, 0}));
}

TEST(Csv, ALabelOfTextMakesClasses) {
  const Dataset data = csv("x,y\n1,yes\n2,no\n3,yes\n", {.label = "y"});
  EXPECT_EQ(data.classes(), (Names{"no", "yes"}));
  EXPECT_EQ(numbers(data.label()), (Numbers{1, 0, 1}));
  EXPECT_EQ(data.label().dtype(), DType::f64);
}

TEST(Csv, MissingTokensAreTheCallersAndOnlyUnquoted) {
  const Dataset data = csv("a,b\n?,-999\n1,\"?\"\n\"\",-9990\n", {.missing = {"?", "-999", ""}});
  EXPECT_EQ(dump(csv("a,b\n,NA\n1,\"?\"\nnan,-9990\n")), dump(data));
  EXPECT_EQ(data.columns()[1].categories, (Names{"-9990", "?"}));
  EXPECT_TRUE(std::isnan(numbers(data.columns()[0].values)[0]));
}

TEST(Csv, AColumnThatIsAllMissingIsNumeric) {
  const Dataset data = csv("a,b\n,1\nNA,2\n");
  EXPECT_FALSE(data.columns()[0].categorical);
  EXPECT_TRUE(std::isnan(numbers(data.columns()[0].values)[1]));
}

TEST(Csv, RowOrderDoesNotMatterToCodes) {
  EXPECT_EQ(csv("c\nb\na\n1\n").columns()[0].categories, csv("c\n1\nb\na\n").columns()[0].categories);
}

// The same four values, however they are written.
class CsvForms : public testing::TestWithParam<const char*> {};
TEST_P(CsvForms, GiveTheSameDataset) { EXPECT_EQ(dump(csv(GetParam())), dump(csv("a,b\n1,x\n2,y\n"))) << GetParam(); }
INSTANTIATE_TEST_SUITE_P(Csv, CsvForms,
                         testing::Values("a,b\n1,x\n2,y",  // no last line end
                                         "\xEF\xBB\xBF"
                                         "a,b\n1,x\n2,y\n",                           // byte order mark
                                         "a,b\r\n1,x\r\n2,y\r\n",                     // CRLF
                                         "a,b\r\n1,x\n2,y\r",                         // mixed, and cut inside CRLF
                                         "\n\r\n a ,\tb\n  \n 1 , x \n\n+2\t,y\n\n",  // blanks and blank lines
                                         "\"a\",\"b\"\n\"1\",\"x\"\n\"2\",\"y\"\n",   // all quoted
                                         "a,b\n \"1\" , \"x\"\t\r\n2.0,y\r\n"));      // blanks around quotes

TEST(Csv, QuotedFieldsHoldAnything) {
  const Dataset data = csv("\"a \"\"b\"\"\",c\n\"x, y\",\"line\r\nbreak\"\n\" z \",\"\"\"q\"\"\"\n5\" pipe,\"\n\"\n");
  EXPECT_EQ(data.feature_names(), (Names{"a \"b\"", "c"}));
  EXPECT_EQ(data.columns()[0].categories, (Names{" z ", "5\" pipe", "x, y"}));
  EXPECT_EQ(data.columns()[1].categories, (Names{"\n", "\"q\"", "line\r\nbreak"}));
}

TEST(Csv, BytesPassThrough) {
  EXPECT_EQ(csv("c\ncaf\xE9\nna\xC3\xAFve\n").columns()[0].categories, (Names{"caf\xE9", "na\xC3\xAFve"}));
}

TEST(Csv, OtherDelimitersSeparate) {
  EXPECT_EQ(dump(csv("a\tb\n\t2\n3\t\n", {.delimiter = '\t'})), dump(csv("a,b\n,2\n3,\n")));
  EXPECT_EQ(dump(csv("a;b\n1,5;2\n", {.delimiter = ';'})), dump(csv("a,b\n\"1,5\",2\n")));
  EXPECT_EQ(dump(csv("a b\n1 2\n", {.delimiter = ' '})), dump(csv("a,b\n1,2\n")));
}

TEST(Csv, DecimalCommasArePointsWhereTheyAreAskedFor) {
  const std::string points = "a;b;w;y\n1.5;x;0.5;-2.25\n\"2.5\";NA;2;1e-3\n;y;1;+.5\n", commas = [&] {
    std::string text = points;
    std::ranges::replace(text, '.', ',');
    return text;
  }();
  const CsvOptions by_points{.label = "y", .weight = "w"};
  CsvOptions by_commas = by_points;
  by_commas.decimal = ',';
  EXPECT_EQ(dump(csv(commas, by_commas)), dump(csv(points, by_points)));
  EXPECT_EQ(dump(csv("a,b\n\"1,5\",2\n", {.delimiter = ',', .decimal = ','})), dump(csv("a,b\n1.5,2\n")));
  EXPECT_TRUE(csv("a\n1.5\n", {.decimal = ','}).columns()[0].categorical);  // as "1,5" is without
  EXPECT_EQ(refusal<DataError>([&] { csv("y;w\n1;1.5\n", {.decimal = ',', .weight = "w"}); }),
            "x.csv:2: the weight (column \"w\") is \"1.5\", but a weight is a finite number, at least 0.");
  EXPECT_EQ(refusal<ArgumentError>([&] { csv("a\n1\n", {.decimal = ';'}); }),
            "Dataset::from_csv(\"x.csv\"): .decimal is ';'; it must be '.' or ','.");
  EXPECT_EQ(refusal<DataError>([&] { csv_by(csv("a;b\n1.5;2\n").schema(), "a;b\n1;2\n1,5;2\n"); }),
            "x.csv:3: column \"a\" is \"1,5\", but it held numbers in training. Hint: .decimal = ',' if that is the "
            "decimal sign here.");
}

TEST(Csv, InAFileOfOneColumnABlankLineIsNoRowAndQuotesMakeOne) {
  EXPECT_EQ(csv("a\n1\n\n2\n").rows(), 2);
  EXPECT_EQ(csv("a\n1\n\"\"\n2\n").rows(), 3);
}

TEST(Csv, ManyColumns) {
  std::string text;
  for (int line = 0; line < 3; ++line)
    for (int c = 0; c < 65536; ++c) text += std::to_string(c) + (c == 65535 ? "\n" : ",");
  const Dataset data = csv(text, {.label = "65535"});
  EXPECT_EQ(data.features(), 65535);
  EXPECT_EQ(data.rows(), 2);
  EXPECT_EQ(numbers(data.columns()[65534].values), (Numbers{65534, 65534}));
}

TEST(Csv, ReadsAFileAndQuotesItsNameAsGiven) {
  const ScratchFile file("x.csv", "a,b\n1,2\n3\n");
  EXPECT_EQ(refusal<DataError>([&] { Dataset::from_csv(file.path()); }),
            file.path().string() +
                ":3: row has 1 field, but the header has 2. Hint: quote a field that has the delimiter ',' in it.");
}

// Bad content: text, what is said of it. The label is y where there is one, the weight w.
struct BadText {
  std::string text;
  const char* message;
};
class CsvRefusals : public testing::TestWithParam<BadText> {};
TEST_P(CsvRefusals, NameTheLine) {
  CsvOptions options;
  const std::string header = GetParam().text.substr(0, GetParam().text.find('\n'));
  if (header.find('y') != std::string::npos) options.label = "y";
  if (header.find('w') != std::string::npos) options.weight = "w";
  for (const int threads : {1, 3})
    for (const std::size_t block : {0, 1, 5}) {
      options.threads = threads;
      EXPECT_EQ(refusal<DataError>([&] { csv(GetParam().text, options, block); }), GetParam().message);
    }
}
INSTANTIATE_TEST_SUITE_P(
    Csv, CsvRefusals,
    testing::Values(
        BadText{"", "Dataset::from_csv(\"x.csv\"): the file is empty."},
        BadText{"\n \r\n", "Dataset::from_csv(\"x.csv\"): the file is empty."},
        BadText{"a,b\n\n", "Dataset::from_csv(\"x.csv\"): the file has a header but no rows."},
        BadText{"a,b", "Dataset::from_csv(\"x.csv\"): the file has a header but no rows."},
        BadText{"a,a\n1,2\n",
                "x.csv:1: two columns are called \"a\". Hint: rename one, drop both, or say that the file has no "
                "header if this line is a row."},
        BadText{"a,b\n1,2\n1,2,3\n1\n",
                "x.csv:3: row has 3 fields, but the header has 2. Hint: quote a field that has the delimiter ',' in "
                "it."},
        BadText{
            "a,b\n\"1\n2\",2\n\n1\n1,2,3\n",
            "x.csv:5: row has 1 field, but the header has 2. Hint: quote a field that has the delimiter ',' in it."},
        BadText{"a,b\n1,2\n3,\"4\n5,6\n7,8\n",
                "x.csv:3: the quote that opens a field here is never closed. Hint: write a quote inside a quoted field "
                "twice."},
        BadText{"a,b\n1,\"2\"3\n\"\n",
                "x.csv:2: text after the quote that closes a field. Hint: write a quote inside a quoted field twice."},
        BadText{std::string("a,b\n1,2\n3,4\0\n5\n", 15),
                "x.csv:3: a NUL byte. Hint: the file must be text in UTF-8 or another encoding of single bytes."},
        BadText{std::string("\xFF\xFE"
                            "a\0,\0b\0\n\0",
                            10),
                "x.csv:1: a NUL byte. Hint: the file must be text in UTF-8 or another encoding of single bytes."},
        BadText{"a,b\r1,2\r3,4\r", "x.csv:1: a carriage return without a line feed. Hint: end lines with a line feed."},
        BadText{"a,b\n1,2\n3\r,4\n",
                "x.csv:3: a carriage return without a line feed. Hint: end lines with a line feed."},
        BadText{"a,b\n1,2\n3,inf\ninf,4\n",
                "x.csv:3: column \"b\" is infinite (\"inf\"). Hint: leave the field empty if its value is not known."},
        BadText{"a,b\n1,2\n-1e400,4\n",
                "x.csv:3: column \"a\" is too large for a double (\"-1e400\"). Hint: leave the "
                "field empty if its value is not known."},
        BadText{
            "a,y\n1,2\n3,\n",
            "x.csv:3: the label (column \"y\") is missing. Hint: have rows without a label left out, or mend the row."},
        BadText{"a,y\n1,2\n3,NaN\n",
                "x.csv:3: the label (column \"y\") is missing (\"NaN\"). Hint: have rows without a label left out, or "
                "mend the row."},
        BadText{"a,y\n1,no\n\n3,NA\n",
                "x.csv:4: the label (column \"y\") is missing (\"NA\"). Hint: have rows without a label left out, or "
                "mend the row."},
        BadText{"a,y\n1,-inf\n3,2\n",
                "x.csv:2: the label (column \"y\") is infinite (\"-inf\"). Hint: remove the row."},
        BadText{"a,y\n1,1e999\n3,2\n",
                "x.csv:2: the label (column \"y\") is too large for a double (\"1e999\"). Hint: remove the row."},
        BadText{"a,w\n1,1\n2,inf\n",
                "x.csv:3: the weight (column \"w\") is \"inf\", but a weight is a finite number, "
                "at least 0."},
        BadText{"a,w\n1,1\n2,-0.5\n",
                "x.csv:3: the weight (column \"w\") is \"-0.5\", but a weight is a finite "
                "number, at least 0."},
        BadText{"a,w\n1,1\n2,heavy\n",
                "x.csv:3: the weight (column \"w\") is \"heavy\", but a weight is a finite "
                "number, at least 0."},
        BadText{"a,w\n1,1\n2,\n",
                "x.csv:3: the weight (column \"w\") is \"\", but a weight is a finite number, at least 0."},
        BadText{"a,w\n1,0\n2,0\n", "Dataset::from_csv(\"x.csv\"): every weight (column \"w\") is 0."}));

TEST(Csv, TheFirstBadValueByLineIsNamed) {
  const std::string text = "a,w,y\n1,1,1\n2,1,nan\n3,-1,1\ninf,1,1\n";
  EXPECT_EQ(refusal<DataError>([&] { csv(text, {.label = "y", .weight = "w"}); }),
            "x.csv:3: the label (column \"y\") is missing (\"nan\"). Hint: have rows without a label left out, or mend "
            "the row.");
}

TEST(Csv, RowsWithoutALabelAreLeftOutWhenAskedFor) {
  for (const char* text : {"a,y\n1,5\n2,\n3,6\n4,NA\n", "a,y\n1,b\n2,\n3,c\n4,NA\n"}) {
    const Dataset data = csv(text, {.label = "y", .drop_unlabelled = true});
    EXPECT_EQ(numbers(data.columns()[0].values), (Numbers{1, 3}));
    EXPECT_EQ(data.label().elements(), 2);
    EXPECT_EQ(data.where(1), "x.csv:4");
    EXPECT_EQ(data.remarks(), (Names{"x.csv: 2 of 4 rows have no label and are left out."}));
  }
  EXPECT_EQ(csv("a,y\n1,5\n", {.label = "y", .drop_unlabelled = true}).remarks(), Names{});
  EXPECT_EQ(refusal<DataError>([] { csv("a,y\n1,\n", {.label = "y", .drop_unlabelled = true}); }),
            "Dataset::from_csv(\"x.csv\"): every label (column \"y\") is missing.");
  EXPECT_EQ(refusal<DataError>([] { csv("a,y\n1,\n2,inf\n", {.label = "y", .drop_unlabelled = true}); }),
            "x.csv:3: the label (column \"y\") is infinite (\"inf\"). Hint: remove the row.");
}

TEST(Csv, RowsKnowTheirLines) {
  const std::string text = "\na,b\n1,2\n\n \n2,\"x\ny\nz\"\n3,4\n5,\"6\"\n\n7,8";
  for (const std::size_t block : {0, 1, 5, 17}) {
    const Dataset data = csv(text, {.threads = 2}, block);
    Names places;
    for (std::int64_t row = 0; row < data.rows(); ++row) places.push_back(data.where(row));
    EXPECT_EQ(places, (Names{"x.csv:3", "x.csv:6", "x.csv:9", "x.csv:10", "x.csv:12"})) << block;
    const std::vector<std::int64_t> some{4, 1, 1};
    EXPECT_EQ(data.take(some).take(std::span(some).first(1).first(0)).rows(), 0);
    EXPECT_EQ(data.take(some).where(0), "x.csv:12");
    EXPECT_EQ(data.take(some).where(2), "x.csv:6");
  }
  EXPECT_EQ(refusal<ArgumentError>([&] { csv(text).where(5); }),
            "Dataset::where: row 5 is out of range; there are 5 rows.");
}

TEST(Csv, ALongFieldIsCutInMessages) {
  EXPECT_EQ(refusal<DataError>([&] { csv("w\n" + std::string(50, 'z') + "\n", {.weight = "w"}); }),
            "x.csv:2: the weight (column \"w\") is \"" + std::string(40, 'z') +
                "...\", but a weight is a finite number, at least 0.");
}

TEST(Csv, InfinitiesAmongTextAreText) {
  EXPECT_EQ(csv("a\ninf\n1e400\nx\n").columns()[0].categories, (Names{"1e400", "inf", "x"}));
  EXPECT_EQ(csv("a,b\ninf,1\n", {.drop = {"a"}}).features(), 1);
}

TEST(Csv, TooSmallIsZero) { EXPECT_EQ(numbers(csv("a\n1e-400\n").columns()[0].values), (Numbers{0})); }

TEST(Csv, AdultHasEightCategoricalFeatures) {
  const std::filesystem::path path = real_data("adult/adult-train.csv");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no file " << path;
  const Dataset data = Dataset::from_csv(path, {.label = "14", .header = false, .missing = {"?"}});
  EXPECT_EQ(data.rows(), 32561);
  EXPECT_EQ(data.features(), 14);
  int categorical = 0, missing = 0;
  for (const Column& column : data.columns()) {
    categorical += column.categorical;
    for (const double value : numbers(column.values)) missing += column.categorical ? value < 0 : std::isnan(value);
  }
  EXPECT_EQ(categorical, 8);
  EXPECT_EQ(missing, 4262);
  EXPECT_EQ(data.classes(), (Names{"<=50K", ">50K"}));
}

TEST(Csv, GroupsStandTogether) {
  const auto groups = [](const std::string& ids) {
    std::string text = "x,q\n";
    for (const char id : ids) text += fmt::format("1,{}\n", id);
    return csv(text, {.group = "q"}, 6);
  };
  EXPECT_EQ(numbers(groups("aabccc").groups()), (std::vector<double>{0, 2, 3, 6}));
  EXPECT_EQ(numbers(csv("x,q\n1,7\n1,7.0\n1,9007199254740993\n1,9007199254740992\n", {.group = "q"}).groups()),
            (std::vector<double>{0, 1, 2, 3, 4}));
  EXPECT_EQ(refusal<DataError>([&] { groups("aabca"); }),
            "x.csv:6: the group (column \"q\") is \"a\", as at x.csv:3, but x.csv:4 between them is of another. Hint: "
            "sort the rows by group.");
  EXPECT_EQ(refusal<DataError>([] { csv("x,q\n1,a\n1,\n", {.group = "q"}); }),
            "x.csv:3: the group (column \"q\") is missing. Hint: each row is of one group, or there are none.");
  EXPECT_EQ(
      refusal<DataError>([] { csv("x,q\n1,a\n1,NA\n", {.group = "q"}); }),
      "x.csv:3: the group (column \"q\") is missing (\"NA\"). Hint: each row is of one group, or there are none.");
}

TEST(Csv, OffsetsAreFiniteNumbers) {
  for (const char* bad : {"", "abc", "inf", "1e999", "NA"})
    EXPECT_EQ(refusal<DataError>([&] { csv(fmt::format("x,o\n1,2\n1,{}\n", bad), {.offset = "o"}); }),
              fmt::format("x.csv:3: the offset (column \"o\") is \"{}\", but an offset is a finite number.", bad));
  EXPECT_EQ(numbers(csv("x,o\n1,-2\n1,1e-3\n", {.offset = "o"}).offset()), (std::vector<double>{-2, 1e-3}));
}

TEST(Csv, SeveralLabelsAreNumbersAndMayLackRows) {
  const std::string text = "x,a,b,q\n1,1,2,u\n2,,3,v\n3,4,5,u\n4,6,,w\n";
  const CsvOptions options{.label = {"a", "b"}, .drop_unlabelled = true};
  const Dataset data = csv(text, options);
  EXPECT_EQ(numbers(data.label()), (std::vector<double>{1, 2, 4, 5}));
  EXPECT_EQ(data.where(1), "x.csv:4");
  EXPECT_EQ(data.remarks(), std::vector<std::string>{"x.csv: 2 of 4 rows have no label and are left out."});
  EXPECT_EQ(refusal<DataError>([&] {
              csv(text, {.label = {"a", "b"}});
            }),
            "x.csv:3: the label (column \"a\") is missing. Hint: have rows without a label left out, or mend the row.");
  EXPECT_EQ(refusal<DataError>([&] { csv("x,a,b\n1,1,\n2,,3\n", options); }),
            "Dataset::from_csv(\"x.csv\"): every label (column \"a\", \"b\") is missing.");
  EXPECT_EQ(refusal<DataError>([] {
              csv("x,a,b\n1,1,2\n2,1,no\n", {.label = {"a", "b"}});
            }),
            "x.csv:3: the label (column \"b\") is text (2, no), but several labels a row are numbers. Hint: one column "
            "for each class, with 1 where it holds.");
}

}  // namespace
}  // namespace linden
