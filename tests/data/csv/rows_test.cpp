// How CSV text is cut into blocks: wherever the cuts fall and whoever parses, the result is the same.
#include "data/csv/rows.hpp"

#include <random>

#include "data/reading.hpp"

namespace linden {
namespace {

// Rows of every kind: quoted line ends and delimiters, doubled quotes, bare quotes, blank lines, CRLF.
const std::string torture =
    "\xEF\xBB\xBF"
    "name,\"va\"\"l\nue\",z,y\r\n"
    "plain,1,2,0\n"
    "\"quoted\",2,3,1\r\n"
    "\"a,b\",\"3\",\"\",0\n"
    "\n"
    "\"line\nline\n\nline\", 4 ,NA,1\n"
    "5\" pipe,5,6\",0\n"
    "a \"b\" c,6,\"x\"\"\n\"\"y\",1\n"
    "\t\n"
    " \"\"\"\" ,7,\"\n\",0\r\n"
    ",8,,1\n"
    "\"\",\"9\",z,0";

TEST(CsvRows, TheCutsDoNotMatter) {
  const Dataset whole = csv(torture, {.label = "y"}, torture.size());
  EXPECT_EQ(whole.rows(), 9);
  EXPECT_EQ(whole.columns()[1].name, "va\"l\nue");
  EXPECT_EQ(numbers(whole.columns()[1].values), (std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(whole.columns()[0].categories,
            (std::vector<std::string>{"\"", "5\" pipe", "a \"b\" c", "a,b", "line\nline\n\nline", "plain", "quoted"}));
  for (std::size_t block = 1; block <= torture.size(); ++block)
    for (const int threads : {1, 2, 7})
      ASSERT_EQ(dump(csv(torture, {.label = "y", .threads = threads}, block)), dump(whole)) << block << " " << threads;
}

TEST(CsvRows, AQuotedLineEndAtEveryPlaceIsNoCut) {
  for (std::size_t length = 0; length < 40; ++length) {
    const std::string text = "a,b\n" + std::string(length, 'x') + ",\"1\n2\"\n\"\n\"\"\n\",3\nlast,4\n";
    const std::string whole = dump(csv(text, {}, text.size()));
    for (std::size_t block = 1; block < text.size(); ++block) ASSERT_EQ(dump(csv(text, {}, block)), whole) << block;
  }
}

// Any bytes at all: a dataset or a refusal, and the same one for all cuts.
TEST(CsvRows, RandomTextGivesOneAnswer) {
  std::mt19937 random(3);
  const std::string alphabet = "\"\",,\n\nab1. \r\t";
  int accepted = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    std::string text = "a,b\n";
    for (unsigned i = 0, n = random() % 40; i < n; ++i) text += alphabet[random() % alphabet.size()];
    const auto answer = [&](int threads, std::size_t block) -> std::string {
      try {
        return dump(csv(text, {.threads = threads}, block));
      } catch (const DataError& error) {
        return error.what();
      }
    };
    const std::string whole = answer(1, text.size());
    accepted += whole.find("rows, label") != std::string::npos;
    for (const std::size_t block : {1, 2, 3, 5, 8, 13, 21}) ASSERT_EQ(answer(2, block), whole) << text;
  }
  EXPECT_GT(accepted, 20);
}

TEST(CsvRows, TheFirstFaultIsNamedWhateverTheThreads) {
  std::string text = "a,b\n";
  for (int i = 0; i < 1000; ++i) text += i == 400 || i == 401 || i == 900 ? "1\n" : "1,2\n";
  for (const int threads : {1, 2, 7})
    for (const std::size_t block : {7, 64, 1000})
      EXPECT_EQ(refusal<DataError>([&] { csv(text, {.threads = threads}, block); }),
                "x.csv:402: row has 1 field, but the header has 2. Hint: quote a field that has the delimiter ',' in "
                "it.");
}

TEST(CsvRows, WithoutAHeaderTheFirstRowSetsTheWidth) {
  EXPECT_EQ(refusal<DataError>([] { csv("1\t2\n3\t4\t5\n", {.header = false, .delimiter = '\t'}); }),
            "x.csv:2: row has 3 fields, but the first row has 2. Hint: quote a field that has the delimiter '\\t' in "
            "it.");
}

}  // namespace
}  // namespace linden
