// CSV or libsvm, by ending or by content.
#include <linden/data.hpp>

#include "data/reading.hpp"

namespace linden {
namespace {

bool by_content(std::string_view text, const std::string& name = "data") {
  const ScratchFile file(name, text);
  return looks_like_libsvm(file.path());
}

TEST(Format, TheEndingDecidesWithoutLooking) {
  EXPECT_FALSE(looks_like_libsvm("no/such.csv"));
  EXPECT_FALSE(looks_like_libsvm("no/such.tsv"));
  EXPECT_FALSE(looks_like_libsvm("-"));
  for (const char* name : {"a.libsvm", "a.svm", "a.svmlight"}) EXPECT_TRUE(looks_like_libsvm(name));
}

TEST(Format, ElseTheContentDecides) {
  EXPECT_TRUE(by_content("1 3:1 10:1\n0 3:1\n"));
  EXPECT_TRUE(by_content("1 3:1 10:1\n0 3:1\n", "x.txt"));
  EXPECT_TRUE(by_content("# comment\n\n-1\n+1 1:0.5 # 3\r\n"));
  EXPECT_TRUE(by_content("2 qid:1 1:3\n"));
  EXPECT_FALSE(by_content("a,b\n1,2\n"));
  EXPECT_FALSE(by_content("time 12:30\n"));
  EXPECT_FALSE(by_content("1 2 3\n"));
  EXPECT_FALSE(by_content("1 3:x\n"));
  EXPECT_FALSE(by_content("1\n2\n"));
  EXPECT_FALSE(by_content(""));
}

TEST(Format, AFileThatIsNotThereIsRefused) {
  EXPECT_EQ(refusal<FileError>([] { looks_like_libsvm("no/such.txt"); }),
            "\"no/such.txt\": cannot open the file: No such file or directory.");
}

}  // namespace
}  // namespace linden
