// Lines of libsvm text: good ones, bad ones, and the same answer for all cuts.
#include "data/libsvm_lines.hpp"

#include "data/reading.hpp"

namespace linden {
namespace {

using Numbers = std::vector<double>;

TEST(LibsvmLines, BlanksBlankLinesCommentsAndLineEndsDoNotMatter) {
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
                "x.txt:2: the row has a qid, but the one in line 1 has none. Hint: qid:7 in all rows, or in none; or "
                ".skip_groups = true."},
        BadLine{"1 qid:3 1:1\n\n1 1:1\n",
                "x.txt:3: the row has no qid, but the one in line 1 has one. Hint: qid:7 in all rows, or in none; or "
                ".skip_groups = true."},
        BadLine{"1 qid:3 1:1\n1 qid:4\n# x\n1 qid:3 1:1\n",
                "x.txt:4: the row is of group 3, as x.txt:1 is, but x.txt:2 between them is of another. Hint: sort the "
                "rows by qid; or .skip_groups = true."},
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

TEST(LibsvmLines, QidMakesGroups) {
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
  EXPECT_FALSE(libsvm("1 qid:7 1:1\n2 qid:8\n2 qid:7\n3\n", {.skip_groups = true}).has_groups());
}

// Rows to validate, to evaluate: what needs groups says that there are none.
TEST(LibsvmLines, BySchemaRowsOfTornGroupsGoWithoutThem) {
  const Schema one = libsvm("1 1:1\n").schema();
  const Dataset torn = libsvm_by(one, "2 qid:1 1:1\n1 qid:2 1:1\n1 qid:1 1:2\n");
  EXPECT_EQ(dump(torn), dump(libsvm("2 1:1\n1 1:1\n1 1:2\n")));
  EXPECT_EQ(torn.remarks(),
            std::vector<std::string>{"x.txt:3: the row is of group 1, as x.txt:1 is, but x.txt:2 between "
                                     "them is of another: these rows go without groups."});
  EXPECT_EQ(libsvm_by(one, "2 qid:1 1:1\n1 1:1\n").remarks(),
            std::vector<std::string>{
                "x.txt:2: the row has no qid, but the one in line 1 has one: these rows go without groups."});
}

TEST(LibsvmLines, TheCutsDoNotMatter) {
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

}  // namespace
}  // namespace linden
