// Dataset::from_libsvm: rows and columns, by a schema too, and files of others.
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

TEST(Libsvm, ANegativeWidthIsRefused) {
  EXPECT_EQ(refusal<ArgumentError>([] { libsvm("1 1:1\n", {.features = -1}); }),
            "Dataset::from_libsvm(\"x.txt\"): -1 features are asked for, but there must be at least 0.");
}

TEST(Libsvm, AgaricusHasItsRows) {
  const std::filesystem::path path = real_data("agaricus/agaricus.txt.train");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no file " << path;
  const Dataset data = Dataset::from_libsvm(path);
  EXPECT_EQ(data.rows(), 6513);
  EXPECT_EQ(data.features(), 126);
  EXPECT_EQ(data.sparse().values.elements(), 6513 * 22);
}

TEST(Libsvm, Mq2007HasItsQueries) {
  const std::filesystem::path path = real_data("mq2007_subset/mq2007.vali.libsvm.gz");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no file " << path;
  const Dataset data = Dataset::from_libsvm(path);
  EXPECT_EQ(data.features(), 46);
  std::ifstream sizes(real_data("mq2007_subset/mq2007.vali.query"));
  Numbers starts{0};
  for (double size = 0; sizes >> size;) starts.push_back(starts.back() + size);
  EXPECT_GT(starts.size(), 100u);
  EXPECT_EQ(numbers(data.groups()), starts);
}

}  // namespace
}  // namespace linden
