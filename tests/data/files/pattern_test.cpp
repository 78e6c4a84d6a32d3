#include "data/files/pattern.hpp"

#include <linden/error.hpp>

#include "refusal.hpp"
#include "scratch_folder.hpp"

namespace linden {
namespace {

TEST(Pattern, StarsAndQuestionMarks) {
  EXPECT_TRUE(matches("part-*.csv", "part-1.csv"));
  EXPECT_TRUE(matches("part-*.csv", "part-.csv"));
  EXPECT_TRUE(matches("*a*b*", "xxaxxbxx"));
  EXPECT_TRUE(matches("*aab", "aaaab"));
  EXPECT_TRUE(matches("?", "x"));
  EXPECT_TRUE(matches("x*", "x"));
  EXPECT_FALSE(matches("?", ""));
  EXPECT_FALSE(matches("part-*.csv", "part-1.csv.gz"));
  EXPECT_FALSE(matches("part-??.csv", "part-1.csv"));
  EXPECT_FALSE(matches("*aab", "aaba"));
}

TEST(Pattern, FilesInTheOrderOfTheirNames) {
  const ScratchFolder folder;
  for (const char* name : {"b-2.csv", "b-10.csv", "b-1.csv", "c-1.csv"}) folder.write(name, "");
  std::filesystem::create_directory(folder / "b-3.csv");  // is no file
  std::vector<std::string> names;
  for (const auto& file : files_of(folder / "b-*.csv", "x")) names.push_back(file.filename().string());
  EXPECT_EQ(names, (std::vector<std::string>{"b-1.csv", "b-10.csv", "b-2.csv"}));
  EXPECT_EQ(files_of(folder / "d.csv", "x").size(), 1U);  // whoever opens it says that it is not there
  EXPECT_EQ(refusal<FileError>([&] { files_of(folder / "d-*", "Dataset::from_files(\"d-*\")"); }),
            "Dataset::from_files(\"d-*\"): no file is called so.");
  EXPECT_TRUE(
      refusal<FileError>([&] { files_of(folder / "none" / "*", "x"); }).starts_with("x: cannot read the folder"));
}

TEST(Pattern, AFileMayBeCalledSo) {
  const ScratchFolder folder;
  EXPECT_FALSE(is_pattern(folder.write("a*.csv", "")));
  EXPECT_TRUE(is_pattern(folder / "b*.csv"));
}

}  // namespace
}  // namespace linden
