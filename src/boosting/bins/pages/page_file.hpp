// A file of bins: pages of rows that follow one another, each with its checksum, packed by zstd where the disk is
// slower than unpacking. What it was made of is its key; who opens it asks for one.
//
//     "LNDNBINS", version, bytes of a row, rows, rows of a page, pages; the key
//     the pages, one after another
//     of each page where it begins, its bytes here and unpacked, its checksum; the checksum of all this and of the
//     start
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/page_kernels.hpp"

namespace linden {

struct PageShape {
  std::int64_t rows = 0, page_rows = 0, row_bytes = 0;

  std::int64_t pages() const { return (rows + page_rows - 1) / page_rows; }
  std::int64_t rows_of(std::int64_t page) const { return page + 1 < pages() ? page_rows : rows - page * page_rows; }
  std::int64_t bytes_of(std::int64_t page) const { return rows_of(page) * row_bytes; }
};

/// Whether pages are packed: where that is the faster, or in any case, or never.
enum class PagePacking { automatic, packed, plain };

/// Writes a file of pages, in their order, and gives it its name when it is whole. Throws FileError, a full disk for
/// instance; then there is no file.
class PageWriter {
 public:
  /// `key`: of 64 characters.
  PageWriter(std::filesystem::path path, const PageShape& shape, std::string key,
             PagePacking packing = PagePacking::automatic);
  ~PageWriter();
  PageWriter(const PageWriter&) = delete;

  void add(const void* page);
  void finish();

 private:
  struct Place {
    std::int64_t begin, bytes, unpacked;
    std::uint64_t sum;
  };
  void write(const void* from, std::int64_t bytes);
  void remove() noexcept;
  bool pays(const void* page, std::int64_t bytes, const std::vector<char>& packed);

  std::filesystem::path path_, made_;
  PageShape shape_;
  PagePacking packing_;
  int descriptor_ = -1;
  std::int64_t end_ = 0;
  std::string head_;
  std::vector<Place> places_;
};

/// A page as it stands in the file, if that is packed, and as it is worked on.
struct PageRoom {
  std::vector<char> packed, page;
};

/// Reads one. While a page is worked on, a thread reads the next.
class PageReader {
 public:
  /// Throws FileError for a file that is not of this shape and key, is of another version, or was changed.
  PageReader(std::filesystem::path path, const PageShape& shape, std::string_view key);
  ~PageReader();
  PageReader(const PageReader&) = delete;

  /// Keeps as many pages as these bytes hold, the first ones, from when they are read: all passes go over all pages, so
  /// that no other choice would spare more reading.
  void keep(std::int64_t bytes);
  /// Calls f(page) for all pages, in their order. Throws FileError for a page that does not have its checksum.
  void each(const std::function<void(const BinPage&)>& f) const;
  const PageShape& shape() const noexcept { return shape_; }

 private:
  struct Place {
    std::int64_t begin, bytes, unpacked;
    std::uint64_t sum;
  };
  void read(std::int64_t number, PageRoom& room) const;
  void pread_all(void* to, std::int64_t bytes, std::int64_t at) const;
  [[noreturn]] void refuse(std::string_view why) const;

  std::filesystem::path path_;
  PageShape shape_;
  int descriptor_ = -1;
  std::vector<Place> places_;
  std::int64_t most_kept_ = 0;
  mutable std::vector<std::vector<char>> kept_;  // the first pages, as far as they were read
};

}  // namespace linden
