// Dataset::from_libsvm: good lines, bad lines, and the same answer for all cuts.
#include <cmath>

#include "data/reading.hpp"

namespace linden {
namespace {

using Names = std::vector<std::string>;
using Numbers = std::vector<double>;

TEST(Libsvm, ReadsCompressedRows) {
  const Dataset data = libsvm("+1 1:0.5 3:-2\n-1\n0.5 2:nan 4:1e2 # comment 9:9\n");
  EXPECT_TRUE(data.is_sparse());
  EXPECT_EQ(data.rows(), 3);
  EXPECT_EQ(data.features(), 4);
  EXPECT_EQ(data.feature_names(), (Names{"1", "2", "3", "4"}));
  EXPECT_EQ(numbers(data.label()), (Numbers{1, -1, 0.5}));
  EXPECT_TRUE(data.classes().empty());
  EXPECT_EQ(numbers(data.sparse().offsets), (Numbers{0, 2, 2, 4}));
  EXPECT_EQ(numbers(data.sparse().columns), (Numbers{0, 2, 1, 3}));
  const Numbers values = numbers(data.sparse().values);
  EXPECT_EQ(values[0], 0.5);
  EXPECT_EQ(values[1], -2);
  EXPECT_TRUE(std::isnan(values[2]));
  EXPECT_EQ(values[3], 100);
  EXPECT_EQ(data.sparse().offsets.dtype(), DType::i64);
  EXPECT_EQ(data.sparse().columns.dtype(), DType::i32);
  EXPECT_EQ(data.sparse().values.dtype(), DType::f64);
}

TEST(Libsvm, ZeroBasedIndicesStartAtZero) {
  const Dataset data = libsvm("1 0:1 2:3\n", {.zero_based = true});
  EXPECT_EQ(data.feature_names(), (Names{"0", "1", "2"}));
  EXPECT_EQ(numbers(data.sparse().columns), (Numbers{0, 2}));
}

TEST(Libsvm, AnIndexOfZeroMakesThemStartAtZero) {
  const std::string text = "1 1:1\n1 2:5\n2 0:1 2:3\n";
  for (const std::size_t block : {0, 1, 7}) {
    EXPECT_EQ(dump(libsvm(text, {.threads = 3}, block)), dump(libsvm(text, {.zero_based = true})));
    EXPECT_EQ(refusal<DataError>([&] { libsvm(text, {.zero_based = false, .threads = 3}, block); }),
              "x.txt:3: pair 1: the index of \"0:1\" is below 1. Hint: .zero_based = true where "
              "indices start at 0.");
    EXPECT_EQ(refusal<DataError>([&] { libsvm(text, {.features = 2}, block); }),
              "x.txt:2: pair 1: the index of \"2:5\" is above 1, the last of 2 features.");
  }
  EXPECT_EQ(libsvm(text).feature_names(), (Names{"0", "1", "2"}));
  EXPECT_EQ(libsvm("1 2:1\n").feature_names(), (Names{"1", "2"}));
}

TEST(Libsvm, RowsWithoutALabelAreLeftOutWhenAskedFor) {
  const std::string text = "1 1:1 2:2\nnan 1:3\n# a line\n2 2:4\n-nan\n";
  for (const std::size_t block : {0, 1, 9}) {
    const Dataset data = libsvm(text, {.drop_unlabelled = true}, block);
    EXPECT_EQ(dump(data), dump(libsvm("1 1:1 2:2\n2 2:4\n")));
    EXPECT_EQ(data.where(1), "x.txt:4");
    EXPECT_EQ(data.remarks(), (Names{"x.txt: 2 of 4 rows have no label and are left out."}));
  }
  EXPECT_EQ(refusal<DataError>([] { libsvm("nan 1:1\n", {.drop_unlabelled = true}); }),
            "Dataset::from_libsvm(\"x.txt\"): every label is missing.");
}

TEST(Libsvm, ASchemaGivesTheWidthAndTheFirstIndex) {
  const Schema wide = libsvm("1 1:1 3:2\n").schema();
  EXPECT_EQ(dump(libsvm_by(wide, "1 2:1\n")), dump(libsvm("1 2:1\n", {.features = 3})));
  EXPECT_EQ(dump(libsvm_by(wide, "1 2:1 4:7 9:1\n2 5:1\n")), dump(libsvm("1 2:1\n2\n", {.features = 3})));
  const Schema from_zero = libsvm("1 0:1 3:2\n").schema();
  EXPECT_EQ(dump(libsvm_by(from_zero, "1 2:1\n")), dump(libsvm("1 2:1\n", {.features = 4, .zero_based = true})));
  Schema unnamed;  // as columns from memory are called
  unnamed.features = {{.name = "f0"}, {.name = "f1"}};
  EXPECT_EQ(libsvm_by(unnamed, "1 2:1 3:1\n").feature_names(), (Names{"f0", "f1"}));
  EXPECT_EQ(numbers(libsvm_by(unnamed, "1 2:1 3:1\n").sparse().columns), (Numbers{1}));
  EXPECT_EQ(numbers(libsvm_by(unnamed, "1 0:1\n", {.zero_based = true}).sparse().columns), (Numbers{0}));
  const auto refused = [](const Schema::Feature& feature) {
    Schema schema;
    schema.features = {{.name = "1"}, feature};
    return refusal<DataError>([&] { libsvm_by(schema, "1 2:1\n"); });
  };
  const std::string alone = ", and a libsvm file has numbers of columns alone. Hint: these rows as CSV, with a header.";
  EXPECT_EQ(refused({.name = "b"}), "Dataset::from_libsvm(\"x.txt\"): the features have names (\"b\")" + alone);
  EXPECT_EQ(refused({.name = "2", .categorical = true}),
            "Dataset::from_libsvm(\"x.txt\"): the features have names (\"2\", a column of categories)" + alone);
  EXPECT_EQ(refusal<ArgumentError>([&] { libsvm_by(wide, "1 1:1\n", {.zero_based = true}); }),
            "Dataset::from_libsvm(\"x.txt\"): the features are numbered from 1. Hint: without .zero_based = true.");
  Schema some;  // of a model that has forgotten columns that it does not use
  some.features = {{.name = "2"}, {.name = "5"}};
  EXPECT_EQ(libsvm_by(some, "1 2:1\n").features(), 5);
  EXPECT_EQ(refusal<ArgumentError>([&] { libsvm_by(wide, "1 1:1\n", {.features = 3}); }),
            "Dataset::from_libsvm(\"x.txt\"): the schema says how many features there are. Hint: leave them out of the "
            "options.");
}

TEST(Libsvm, RowsKnowTheirLines) {
  const std::string text = "# head\n1 1:1\n\n\n2 1:2\n3\n# x\n4 2:1\n";
  for (const std::size_t block : {0, 1, 4, 11}) {
    const Dataset data = libsvm(text, {}, block);
    EXPECT_EQ((Names{data.where(0), data.where(1), data.where(2), data.where(3)}),
              (Names{"x.txt:2", "x.txt:5", "x.txt:6", "x.txt:8"}));
  }
}

TEST(Libsvm, TheWidthCanBeGiven) {
  EXPECT_EQ(libsvm("1 2:1\n", {.features = 5}).features(), 5);
  EXPECT_EQ(libsvm("1 5:1\n", {.features = 5}).features(), 5);
  EXPECT_EQ(libsvm("1 4:1\n", {.features = 5, .zero_based = true}).features(), 5);
  EXPECT_EQ(libsvm("1\n2\n").features(), 0);
}

TEST(Libsvm, ColumnsWithoutEntriesCostNothingInWideFiles) {
  const Dataset data = libsvm("1 3:5 30000000:0.5\n2 7:1 30000000:2\n3 2147483646:4\n");
  EXPECT_EQ(data.feature_names(), (Names{"3", "7", "30000000", "2147483646"}));
  EXPECT_EQ(numbers(data.sparse().offsets), (Numbers{0, 2, 4, 5}));
  EXPECT_EQ(numbers(data.sparse().columns), (Numbers{0, 2, 1, 2, 3}));
  EXPECT_EQ(numbers(data.sparse().values), (Numbers{5, 0.5, 1, 2, 4}));
  EXPECT_EQ(libsvm("1 1:1 1000:1\n").features(), 1000);
  EXPECT_EQ(libsvm("1 1:1 1001:1\n").feature_names(), (Names{"1", "1001"}));
  EXPECT_EQ(libsvm("1 1:1 1001:1\n", {.features = 1002}).features(), 1002);
}

TEST(Libsvm, AWidthThatIsGivenCostsNothingEither) {
  const Dataset data = libsvm("1 3:1 2000000000:2\n0\n", {.features = 2'000'000'000});
  EXPECT_EQ(dump(data), dump(libsvm("1 3:1 2000000000:2\n0\n")));
  EXPECT_EQ(data.feature_names(), (Names{"3", "2000000000"}));
  EXPECT_EQ(libsvm("1 3:1\n", {.features = 100'000}).features(), 100'000);
  EXPECT_EQ(libsvm("1\n0\n", {.features = 2'000'000'000}).features(), 1);
}

TEST(Libsvm, ASchemaOfAWideFileFindsItsColumns) {
  const Schema schema = libsvm("1 3:5 30000000:0.5\n2 7:1\n").schema();
  const Dataset data = libsvm_by(schema, "1 1:9 7:2 8:3\n2 30000000:4 30000001:5\n");
  EXPECT_EQ(data.feature_names(), (Names{"3", "7", "30000000"}));
  EXPECT_EQ(numbers(data.sparse().offsets), (Numbers{0, 1, 2}));
  EXPECT_EQ(numbers(data.sparse().columns), (Numbers{1, 2}));
  EXPECT_EQ(numbers(data.sparse().values), (Numbers{2, 4}));
}

TEST(Libsvm, BlanksBlankLinesCommentsAndLineEndsDoNotMatter) {
  const std::string plain = dump(libsvm("1 1:2 2:3\n2 1:4\n"));
  for (const char* text : {"1 1:2 2:3\n2 1:4", "1 1:2 2:3\r\n2 1:4\r\n", "# head\n\n 1\t1:2  2:3 \n \n2 1:4#x\n#",
                           "\xEF\xBB\xBF"
                           "1 1:+2 2:3.0\n2 1:4\n"})
    EXPECT_EQ(dump(libsvm(text)), plain) << text;
}

struct BadLine {
  std::string text;
  const char* message;
};
class LibsvmRefusals : public testing::TestWithParam<BadLine> {};
TEST_P(LibsvmRefusals, NameTheLine) {
  for (const int threads : {1, 3})
    for (const std::size_t block : {0, 1, 5})
      EXPECT_EQ(refusal<DataError>([&] { libsvm(GetParam().text, {.features = 9, .threads = threads}, block); }),
                GetParam().message);
}
INSTANTIATE_TEST_SUITE_P(
    Libsvm, LibsvmRefusals,
    testing::Values(
        BadLine{"", "Dataset::from_libsvm(\"x.txt\"): the file has no rows."},
        BadLine{"# nothing\n\n", "Dataset::from_libsvm(\"x.txt\"): the file has no rows."},
        BadLine{"1 1:1\na 1:1\n1 x\n",
                "x.txt:2: the label \"a\" is not a number. Hint: a line is \"label index:value "
                "index:value ...\"."},
        BadLine{"1:2 3:4\n",
                "x.txt:1: the label \"1:2\" is not a number. Hint: a line is \"label index:value "
                "index:value ...\"."},
        BadLine{"nan 1:1\n",
                "x.txt:1: the label is missing (\"nan\"). Hint: have rows without a label left out, or mend the line."},
        BadLine{"-inf 1:1\n", "x.txt:1: the label is infinite (\"-inf\"). Hint: remove the line."},
        BadLine{"1e999 1:1\n", "x.txt:1: the label is too large for a double (\"1e999\"). Hint: remove the line."},
        BadLine{"1 1:1\n1 qid:3 1:1\n",
                "x.txt:2: the row has a qid, but the one in line 1 has none. Hint: qid:7 in all rows, or in none."},
        BadLine{"1 qid:3 1:1\n\n1 1:1\n",
                "x.txt:3: the row has no qid, but the one in line 1 has one. Hint: qid:7 in all rows, or in none."},
        BadLine{"1 qid:3 1:1\n1 qid:4\n# x\n1 qid:3 1:1\n",
                "x.txt:4: the row is of group 3, as x.txt:1 is, but x.txt:2 between them is of another. Hint: sort the "
                "rows by qid."},
        BadLine{"1 1:1 qid:3\n", "x.txt:1: pair 1: \"qid:3\" does not stand right behind the label."},
        BadLine{"1 qid:3 qid:3\n", "x.txt:1: \"qid:3\" does not stand right behind the label."},
        BadLine{"1 qid:x 1:1\n",
                "x.txt:1: the group of \"qid:x\" is not a whole number. Hint: number the groups, as in qid:7."},
        BadLine{"1 qid:1.5\n",
                "x.txt:1: the group of \"qid:1.5\" is not a whole number. Hint: number the groups, as in qid:7."},
        BadLine{"1 qid:1 x\n", "x.txt:1: pair 1: \"x\" is not index:value."},
        BadLine{"1,3 1:1\n",
                "x.txt:1: the label \"1,3\" is a list, which is not supported. Hint: a CSV file with a column for each "
                "label."},
        BadLine{"1 1:1 2\n", "x.txt:1: pair 2: \"2\" is not index:value."},
        BadLine{"1 1:1 :2\n", "x.txt:1: pair 2: \":2\" is not index:value."},
        BadLine{"1 1:1 x:2\n", "x.txt:1: pair 2: \"x:2\" is not index:value."},
        BadLine{"1 1.5:2\n", "x.txt:1: pair 1: \"1.5:2\" is not index:value."},
        BadLine{"1 -3:1\n", "x.txt:1: pair 1: the index of \"-3:1\" is below 1."},
        BadLine{"1 3000000000:1\n", "x.txt:1: pair 1: the index of \"3000000000:1\" is above 2147483646."},
        BadLine{"1 99999999999999999999:1\n",
                "x.txt:1: pair 1: the index of \"99999999999999999999:1\" is above 2147483646."},
        BadLine{"1 3:1 2:1\n", "x.txt:1: pair 2: the index of \"2:1\" does not ascend: 3 stands before it."},
        BadLine{"1 3:1 3:1\n", "x.txt:1: pair 2: the index of \"3:1\" does not ascend: 3 stands before it."},
        BadLine{"1 9:1\n1 9:1 10:1\n", "x.txt:2: pair 2: the index of \"10:1\" is above 9, the last of 9 features."},
        BadLine{"1 1:\n", "x.txt:1: pair 1: the value of \"1:\" is not a number."},
        BadLine{"1 1:abc\n", "x.txt:1: pair 1: the value of \"1:abc\" is not a number."},
        BadLine{"1 1:2:3\n", "x.txt:1: pair 1: the value of \"1:2:3\" is not a number."},
        BadLine{"1 1:inf\n", "x.txt:1: pair 1: the value of \"1:inf\" is infinite. Hint: use nan if it is not known."},
        BadLine{"1 1:-1e999\n",
                "x.txt:1: pair 1: the value of \"1:-1e999\" is too large for a double. Hint: use nan "
                "if it is not known."},
        BadLine{std::string("1 1:1\n1 2:\0\n", 12), "x.txt:2: a NUL byte. Hint: the file must be text."}));

TEST(Libsvm, QidMakesGroups) {
  // As LETOR has it, comments and all.
  const std::string text =
      "2 qid:10 1:0.5 2:1 #docid = GX1\n0 qid:10 1:0.25\n# a query of one row\n1 qid:-3 2:2\n0 qid:10000000000\n";
  for (const std::size_t block : {0, 1, 30}) {
    const Dataset data = libsvm(text, {.threads = 3}, block);
    EXPECT_EQ(numbers(data.groups()), (Numbers{0, 2, 3, 4}));
    EXPECT_EQ(dump(data.with_groups({})), dump(libsvm("2 1:0.5 2:1\n0 1:0.25\n1 2:2\n0\n")));
  }
  const std::string torn = "2 qid:1 1:1\nnan qid:2 1:1\n1 qid:1 1:2\n";
  EXPECT_EQ(numbers(libsvm(torn, {.drop_unlabelled = true}).groups()), (Numbers{0, 2}));
  const Schema one = libsvm("1 1:1\n").schema();
  EXPECT_EQ(numbers(libsvm_by(one, "1 qid:7 1:1\n2 qid:8\n").groups()), (Numbers{0, 1, 2}));
  EXPECT_FALSE(libsvm_by(one, "1 qid:7 1:1\n2 qid:8\n2 qid:7\n3\n", {.skip_groups = true}).has_groups());
}

TEST(Libsvm, ANegativeWidthIsRefused) {
  EXPECT_EQ(refusal<ArgumentError>([] { libsvm("1 1:1\n", {.features = -1}); }),
            "Dataset::from_libsvm(\"x.txt\"): -1 features are asked for, but there must be at least 0.");
}

TEST(Libsvm, TheCutsDoNotMatter) {
  std::string text;
  for (int i = 0; i < 200; ++i) {
    text += std::to_string(i % 7);
    for (int k = 1; k < i % 11; ++k) text += " " + std::to_string(k * k) + ":" + std::to_string(i * k);
    text += i % 13 == 0 ? " # 1:1\r\n\n" : "\n";
  }
  const std::string whole = dump(libsvm(text, {}, text.size()));
  for (const std::size_t block : {1, 2, 3, 7, 50, 333})
    for (const int threads : {1, 2, 7}) EXPECT_EQ(dump(libsvm(text, {.threads = threads}, block)), whole);
}

TEST(Libsvm, AgaricusHasItsRows) {
  const std::filesystem::path path = real_data("agaricus/agaricus.txt.train");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no file " << path;
  const Dataset data = Dataset::from_libsvm(path);
  EXPECT_EQ(data.rows(), 6513);
  EXPECT_EQ(data.features(), 126);
  EXPECT_EQ(data.sparse().values.elements(), 6513 * 22);
}

}  // namespace
}  // namespace linden
