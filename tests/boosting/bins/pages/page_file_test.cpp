#include "boosting/bins/pages/page_file.hpp"

#include <fmt/format.h>

#include <linden/error.hpp>
#include <random>

#include "boosting/bins/pages/page_codec.hpp"
#include "full_disk.hpp"
#include "refusal.hpp"
#include "scratch_folder.hpp"

namespace linden {
namespace {

constexpr PageShape shape{1000, 192, 8};
const std::string key(64, 'k');

std::vector<std::uint8_t> rows_of_bins() {
  std::mt19937 random(7);
  std::vector<std::uint8_t> bins(static_cast<std::size_t>(shape.rows * shape.row_bytes));
  for (std::uint8_t& bin : bins) bin = static_cast<std::uint8_t>(random() % 9);
  return bins;
}

std::filesystem::path written(const ScratchFolder& folder, const std::vector<std::uint8_t>& bins, PagePacking packing) {
  const std::filesystem::path path = folder / "x.bins";
  PageWriter writer(path, shape, key, packing);
  for (std::int64_t page = 0; page < shape.pages(); ++page)
    writer.add(bins.data() + page * shape.page_rows * shape.row_bytes);
  writer.finish();
  return path;
}

std::vector<std::uint8_t> read_back(const std::filesystem::path& path) {
  std::vector<std::uint8_t> bins;
  std::int64_t next = 0;
  PageReader(path, shape, key).each([&](const BinPage& page) {
    EXPECT_EQ(page.first, next);
    next += page.rows;
    bins.insert(bins.end(), page.by_row, page.by_row + page.rows * shape.row_bytes);
  });
  return bins;
}

TEST(PageFile, PagesComeBackAsTheyWere) {
  const std::vector<std::uint8_t> bins = rows_of_bins();
  std::uintmax_t plain = 0;
  for (const PagePacking packing : {PagePacking::plain, PagePacking::automatic, PagePacking::packed}) {
    const ScratchFolder folder;
    const auto path = written(folder, bins, packing);
    EXPECT_EQ(read_back(path), bins);
    if (packing == PagePacking::plain) plain = std::filesystem::file_size(path);
    if (packing == PagePacking::packed && can_pack_pages()) {
      EXPECT_LT(std::filesystem::file_size(path), plain);
    }
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  }
}

// Whichever byte of a file is another, someone notices.
TEST(PageFile, DamageIsRefused) {
  const std::vector<std::uint8_t> bins = rows_of_bins();
  for (const PagePacking packing : {PagePacking::plain, PagePacking::packed}) {
    const ScratchFolder folder;
    const auto path = written(folder, bins, packing);
    const auto size = static_cast<std::streamoff>(std::filesystem::file_size(path));
    std::mt19937 random(3);
    std::vector<std::streamoff> places{0, 8, 16, 50, 111, 112, size - 1, size - 9, size - 100};
    for (int i = 0; i < 100; ++i) places.push_back(static_cast<std::streamoff>(random() % static_cast<unsigned>(size)));
    for (const std::streamoff at : places) {
      damage(path, at);
      EXPECT_NE(refusal<FileError>([&] { read_back(path); }), "") << at;
      damage(path, at);
    }
    EXPECT_EQ(read_back(path), bins);
    for (const auto bytes : {size - 1, size / 2, std::streamoff{120}, std::streamoff{0}}) {
      std::filesystem::resize_file(path, static_cast<std::uintmax_t>(bytes));
      EXPECT_NE(refusal<FileError>([&] { read_back(path); }), "") << bytes;
    }
  }
}

TEST(PageFile, WhatIsWrongIsSaid) {
  const ScratchFolder folder;
  const auto path = written(folder, rows_of_bins(), PagePacking::plain);
  const auto said = [&](const char* what) {
    return fmt::format("\"{}\": {}. Hint: remove the file, and it is made again.", path.string(), what);
  };
  const auto refused = [&](const PageShape& other, const std::string& other_key) {
    return refusal<FileError>([&] { PageReader(path, other, other_key); });
  };
  EXPECT_EQ(refused({999, 192, 8}, key), said("its rows are not those of the table"));
  EXPECT_EQ(refused(shape, std::string(64, 'l')), said("its bins are not those of the cuts"));
  damage(path, 0);
  EXPECT_EQ(refused(shape, key), said("it is no file of bins"));
  damage(path, 0);
  damage(path, 9);
  EXPECT_EQ(refused(shape, key), said("its version is 257, and this is version 1"));
  damage(path, 9);
  damage(path, 112 + 192 * 8 * 2 + 5);
  EXPECT_EQ(refusal<FileError>([&] { read_back(path); }),
            said("page 2 does not have its checksum: the file was changed"));
  damage(path, static_cast<std::streamoff>(std::filesystem::file_size(path)) - 20);
  EXPECT_EQ(refused(shape, key), said("its list of pages was changed"));
  std::filesystem::resize_file(path, 50);
  EXPECT_EQ(refused(shape, key), said("the file is cut short"));
  EXPECT_EQ(refusal<FileError>([&] { PageReader(folder / "none", shape, key); }),
            fmt::format("\"{}\": cannot read the file: No such file or directory.", (folder / "none").string()));
}

TEST(PageFile, AFullDiskLeavesNothingBehind) {
  const ScratchFolder folder;
  for (const rlim_t bytes : {5000, 20}) {  // between two pages, and in the head
    const FullDisk disk(bytes);
    EXPECT_EQ(refusal<FileError>([&] { written(folder, rows_of_bins(), PagePacking::plain); }),
              fmt::format("\"{}\": cannot write the file: File too large.", (folder / "x.bins").string()));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

// Whoever works on pages may stop.
TEST(PageFile, WhatIsThrownInBetweenIsThrown) {
  const ScratchFolder folder;
  const auto path = written(folder, rows_of_bins(), PagePacking::plain);
  int seen = 0;
  EXPECT_EQ(refusal<ArgumentError>([&] {
              PageReader(path, shape, key).each([&](const BinPage&) {
                if (++seen == 3) throw ArgumentError("enough");
              });
            }),
            "enough");
  EXPECT_EQ(seen, 3);
}

}  // namespace
}  // namespace linden
