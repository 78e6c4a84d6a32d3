// Reading files: what cannot be read, and that all of it is read.
#include "data/text/text_file.hpp"

#include <sys/stat.h>

#include <cstdio>
#include <thread>

#include "data/reading.hpp"

namespace linden {
namespace {

std::string_view view(const Text& text) { return {text.begin(), static_cast<std::size_t>(text.end() - text.begin())}; }

TEST(TextFile, ReadsTheWholeFileAndEndsItWithALineFeed) {
  const std::string content = std::string(3'000'000, 'x') + "end";
  const ScratchFile file("big.txt", content);
  const Text text = Text::read(file.path(), "here");
  EXPECT_EQ(view(text), content);
  EXPECT_EQ(*text.end(), '\n');
  EXPECT_EQ(view(Text::read_start(file.path(), "here", 10)), content.substr(0, 10));
}

TEST(TextFile, ReadsAnEmptyFileAndSkipsAByteOrderMark) {
  const ScratchFile empty("empty.txt", "");
  EXPECT_EQ(view(Text::read(empty.path(), "here")), "");
  EXPECT_EQ(view(Text::copy_of("\xEF\xBB\xBF"
                               "a")),
            "a");
  EXPECT_EQ(view(Text::copy_of("")), "");
}

TEST(TextFile, ALargeFileIsTheSameForAllThreads) {
  std::string content((std::size_t{33} << 20) + 12'345, ' ');
  std::uint64_t state = 1;
  for (std::size_t i = 0; i < content.size(); i += 97) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    content[i] = static_cast<char>('a' + (state >> 33) % 26);
  }
  const ScratchFile file("large.txt", content);
  for (const int threads : {1, 3}) {
    const Text text = Text::read(file.path(), "here", threads);
    EXPECT_TRUE(view(text) == content) << threads;
    EXPECT_EQ(*text.end(), '\n');
  }
}

TEST(TextFile, AFileThatIsNotThereIsRefused) {
  EXPECT_EQ(refusal<FileError>([] { Dataset::from_csv("no/such.csv"); }),
            "Dataset::from_csv(\"no/such.csv\"): cannot open the file: No such file or directory.");
  EXPECT_EQ(refusal<FileError>([] { Dataset::from_libsvm("no/such.txt"); }),
            "Dataset::from_libsvm(\"no/such.txt\"): cannot open the file: No such file or directory.");
}

TEST(TextFile, ADirectoryIsRefused) {
  EXPECT_EQ(refusal<FileError>([] { Dataset::from_csv("/"); }),
            "Dataset::from_csv(\"/\"): it is a directory, not a file.");
}

TEST(TextFile, ADeviceIsRefused) {
  for (const char* device : {"/dev/zero", "/dev/null"})
    EXPECT_EQ(refusal<FileError>([&] { Dataset::from_csv(device); }),
              fmt::format("Dataset::from_csv(\"{}\"): it is a device, not a file.", device));
}

TEST(TextFile, APipeIsReadWhenSomeoneWrites) {
  const ScratchFile place("pipe", "");
  std::filesystem::remove(place.path());
  ASSERT_EQ(::mkfifo(place.path().c_str(), 0600), 0);
  EXPECT_FALSE(looks_like_libsvm(place.path()));
  EXPECT_EQ(
      refusal<FileError>([&] { Dataset::from_csv(place.path()); }),
      fmt::format("Dataset::from_csv(\"{}\"): it is a pipe that nobody writes into. Hint: start the writer first, or "
                  "pipe it into \"-\".",
                  place.path().string()));
  const std::string content = "a,b\n" + std::string(200'000, '1') + ",2\n";
  std::thread writer([&] { std::ofstream(place.path()) << content; });
  EXPECT_EQ(view(Text::read(place.path(), "here")), content);
  writer.join();
}

TEST(TextFile, AnEmptyFileOnDiskIsRefusedByTheReaders) {
  const ScratchFile empty("empty.csv", "");
  EXPECT_EQ(refusal<DataError>([&] { Dataset::from_csv(empty.path()); }),
            "Dataset::from_csv(\"" + empty.path().string() + "\"): the file is empty.");
}

TEST(TextFile, ReadsStandardInputAndCallsItByItsName) {
  const ScratchFile file("in.csv", "a,b\n1,2\n3\n");
  ASSERT_NE(std::freopen(file.path().string().c_str(), "rb", stdin), nullptr);
  EXPECT_EQ(refusal<DataError>([] { Dataset::from_csv("-"); }),
            "<stdin>:3: row has 1 field, but the header has 2. Hint: quote a field that has the delimiter ',' in it.");
  EXPECT_EQ(Source("from_csv", "-").file, "<stdin>");
  EXPECT_EQ(Source("from_csv", "-").call, "Dataset::from_csv(\"-\")");
}

TEST(TextFile, CountsLines) {
  const Text text = Text::copy_of("a\nb\n\nc");
  EXPECT_EQ(line_of(text, text.begin()), 1u);
  EXPECT_EQ(line_of(text, text.begin() + 2), 2u);
  EXPECT_EQ(line_of(text, text.end()), 4u);
}

}  // namespace
}  // namespace linden
