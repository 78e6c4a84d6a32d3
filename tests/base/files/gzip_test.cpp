// What GzipWriter writes, unpacked by zlib; and files by their names.
#include "base/files/gzip.hpp"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <linden/error.hpp>
#include <string>
#include <vector>

namespace linden {
namespace {

std::string packed(const std::vector<std::string>& texts) {
  std::string result;
  GzipWriter writer([&](std::string_view bytes) { result += bytes; });
  for (const std::string& text : texts) writer.write(text);
  writer.finish();
  return result;
}

std::string unpacked(const std::filesystem::path& path) {
  const gzFile file = gzopen(path.c_str(), "rb");
  std::string text;
  char buffer[4096];
  for (int read = 0; (read = gzread(file, buffer, sizeof(buffer))) > 0;)
    text.append(buffer, static_cast<std::size_t>(read));
  EXPECT_EQ(gzclose(file), Z_OK);
  return text;
}

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Gzip : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder); }
  void TearDown() override { std::filesystem::remove_all(folder); }

  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("linden_gzip_" + std::to_string(::getpid()));
};

TEST_F(Gzip, ComesBackByZlib) {
  std::string noise;  // does not shrink, so that several buffers are handed on
  std::uint32_t state = 1;
  for (int i = 0; i < 300'000; ++i) noise += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  const std::filesystem::path path = folder / "noise.gz";
  const std::string bytes = packed({"begin ", "", noise, " end"});
  std::ofstream(path, std::ios::binary) << bytes;
  EXPECT_EQ(unpacked(path), "begin " + noise + " end");
}

TEST_F(Gzip, OfNothingIsAFileOfNothing) {
  const std::filesystem::path path = folder / "nothing.gz";
  std::ofstream(path, std::ios::binary) << packed({});
  EXPECT_EQ(unpacked(path), "");
}

TEST_F(Gzip, TheSameTextGivesTheSameBytesHoweverItIsCut) {
  const std::string bytes = packed({"one and two"});
  EXPECT_EQ(packed({"one ", "and", " two"}), bytes);
  EXPECT_EQ(bytes.substr(0, 3), "\x1F\x8B\x08");
  EXPECT_EQ(bytes.substr(3, 5), std::string(5, '\0')) << "neither a name nor a time";
}

TEST_F(Gzip, TheNameSaysWhetherAFileIsCompressed) {
  const auto write = [](const GzipWriter::Sink& sink) { sink("text"); };
  replace_by_name(folder / "a.json", write);
  replace_by_name(folder / "a.json.gz", write);
  EXPECT_EQ(content(folder / "a.json"), "text");
  EXPECT_NE(content(folder / "a.json.gz"), "text");
  EXPECT_EQ(unpacked(folder / "a.json.gz"), "text");
}

TEST_F(Gzip, AFileStaysAsItWasWhereWritingFails) {
  for (const char* name : {"a.json", "a.json.gz"}) {
    replace_by_name(folder / name, [](const GzipWriter::Sink& sink) { sink("before"); });
    EXPECT_THROW(replace_by_name(folder / name,
                                 [](const GzipWriter::Sink& sink) {
                                   sink("half of ");
                                   throw DataError("stopped");
                                 }),
                 DataError);
    EXPECT_EQ(unpacked(folder / name), "before") << name;
  }
}

}  // namespace
}  // namespace linden
