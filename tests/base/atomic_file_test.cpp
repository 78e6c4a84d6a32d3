#include "base/atomic_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <linden/error.hpp>

namespace linden {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class ReplaceFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / fmt_name();
    fs::create_directory(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  static std::string fmt_name() {
    return std::string("replace_file_") + testing::UnitTest::GetInstance()->current_test_info()->name();
  }

  fs::path folder_;
};

TEST_F(ReplaceFile, WritesAndReplacesWhole) {
  replace_file(folder_ / "a", "first");
  replace_file(folder_ / "a", "second, longer");
  EXPECT_EQ(content(folder_ / "a"), "second, longer");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

TEST_F(ReplaceFile, SaysWhyItCannot) {
  const fs::path path = folder_ / "missing" / "a";
  try {
    replace_file(path, "text");
    FAIL();
  } catch (const FileError& error) {
    EXPECT_EQ(error.what(), "cannot write \"" + path.string() + "\": No such file or directory.");
  }
}

TEST_F(ReplaceFile, LeavesTheOldFileWhenItFails) {
  fs::create_directory(folder_ / "taken");
  std::ofstream(folder_ / "taken" / "inside") << "kept";
  EXPECT_THROW(replace_file(folder_ / "taken", "text"), FileError);
  EXPECT_EQ(content(folder_ / "taken" / "inside"), "kept");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);  // no temporary file stays
}

}  // namespace
}  // namespace linden
