// Parts of files: together they are the whole, whatever stands where they are cut.
#include <unistd.h>

#include "data/reading.hpp"

namespace linden {
namespace {

class FileOfParts : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& text, const std::string& ending = ".csv") const {
    const auto path =
        std::filesystem::temp_directory_path() /
        fmt::format("linden_parts_{}{}", testing::UnitTest::GetInstance()->random_seed() + getpid(), ending);
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  // Reads parts of a file and puts them one below the other.
  template <class Read>
  static Dataset joined(int count, const Read& read) {
    std::vector<Dataset> parts;
    for (int part = 0; part < count; ++part) parts.push_back(read(FilePart{part, count}));
    return Dataset::concat(parts);
  }
};

TEST_F(FileOfParts, HasEachRowOnce) {
  std::string text = "\n  \nname,\"a\nheader\",y\r\n";
  for (int row = 0; row < 23; ++row)
    text += fmt::format("\"{}, said \"\"she\"\"{}{}\",{},{}\n", std::string(static_cast<std::size_t>(row % 7), 'x'),
                        row % 3 == 0 ? "\n" : "", row, 0.5 * row, row % 2);
  for (const bool ends : {true, false}) {
    if (!ends) text.pop_back();
    const auto path = write(text);
    const std::string whole = dump(Dataset::from_csv(path, {.label = "y"}));
    for (const int count : {1, 2, 3, 7, 40})
      EXPECT_EQ(
          dump(joined(count,
                      [&](const FilePart& part) { return Dataset::from_csv(path, {.label = "y", .part = part}); })),
          whole)
          << count;
    std::filesystem::remove(path);
  }
}

TEST_F(FileOfParts, MayHaveNoHeader) {
  const auto path = write("1,2\n3,4\n5,6\n7,8\n9,10\n");
  const auto read = [&](const FilePart& part) {
    return Dataset::from_csv(path, {.label = "-1", .header = false, .part = part});
  };
  for (const int count : {2, 3, 5}) EXPECT_EQ(dump(joined(count, read)), dump(read({}))) << count;
  std::filesystem::remove(path);
}

TEST_F(FileOfParts, MayBeOfLibsvm) {
  const auto path = write("1 1:2 3:4\n0 2:1\n1 3:5\n0 1:1 2:2 3:3\n1\n", ".svm");
  const auto read = [&](const FilePart& part) { return Dataset::from_libsvm(path, {.features = 3, .part = part}); };
  for (const int count : {2, 3, 9}) EXPECT_EQ(dump(joined(count, read)), dump(read({}))) << count;
  std::filesystem::remove(path);
}

TEST_F(FileOfParts, WithoutRowsIsAnEmptyDataset) {
  const auto path = write("x,y\n1,2\n");
  EXPECT_EQ(Dataset::from_csv(path, {.label = "y", .part = {0, 3}}).rows() +
                Dataset::from_csv(path, {.label = "y", .part = {1, 3}}).rows() +
                Dataset::from_csv(path, {.label = "y", .part = {2, 3}}).rows(),
            1);
  std::filesystem::remove(path);
}

TEST_F(FileOfParts, IsNamedByWhatIsWrongWithIt) {
  const auto path = write("x,y\n1,2\n3,4\n5,\n");
  EXPECT_EQ(
      refusal<DataError>([&] {
        Dataset::from_csv(path, {.label = "y", .part = {1, 2}});
      }),
      fmt::format("{}, part 1 of 2:3: the label (column \"y\") is missing. Hint: have rows without a label left out, "
                  "or mend the row.",
                  path.string()));
  EXPECT_EQ(
      refusal<ArgumentError>([&] {
        Dataset::from_csv(path, {.label = "y", .part = {2, 2}});
      }),
      fmt::format("Dataset::from_csv(\"{}\"): .part is number 2 of 2; numbers go from 0 to one less than there are.",
                  path.string()));
  EXPECT_EQ(refusal<FileError>([&] {
              Dataset::from_csv("-", {.label = "y", .part = {0, 2}});
            }),
            "Dataset::from_csv(\"-\"): only a file is read in parts. Hint: write it to one, or share several files.");
  std::filesystem::remove(path);
  const auto packed = write("", ".gz");
  EXPECT_EQ(
      refusal<FileError>([&] {
        Dataset::from_csv(packed, {.label = "y", .part = {0, 2}});
      }),
      fmt::format("Dataset::from_csv(\"{}\"): a compressed or an empty file is not read in parts. Hint: unpack it, "
                  "or share several files.",
                  packed.string()));
  std::filesystem::remove(packed);
}

}  // namespace
}  // namespace linden
