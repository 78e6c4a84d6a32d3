#include "data/text/file_part.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "base/fail.hpp"
#include "data/text/decompress.hpp"

namespace linden {
namespace {

// Reads a file piece by piece, each behind the one before.
class Pieces {
 public:
  Pieces(const std::filesystem::path& path, const std::string& call) : in_(path, std::ios::binary), call_(call) {
    if (!in_) fail<FileError>("{}: cannot open the file.", call_);
  }
  void go_to(std::uintmax_t at) { in_.seekg(static_cast<std::streamoff>(at)); }
  // The next bytes, `most` at most.
  std::string_view next(std::uintmax_t most) {
    constexpr std::uintmax_t block = std::uintmax_t{4} << 20;
    buffer_.resize(static_cast<std::size_t>(std::min(most, block)));
    in_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    const auto got = static_cast<std::size_t>(in_.gcount());
    if (got == 0 && most > 0) fail<FileError>("{}: the file became shorter while it was read.", call_);
    return std::string_view(buffer_).substr(0, got);
  }

 private:
  std::ifstream in_;
  const std::string& call_;
  std::string buffer_;
};

// Where the first row begins that is not before `at`, looking from `from` on, where a row begins.
std::uintmax_t row_start(Pieces& file, std::uintmax_t from, std::uintmax_t at, std::uintmax_t size, bool quotes) {
  if (at <= from) return from;
  const std::uintmax_t first = quotes ? from : at - 1;  // without quotes any line feed ends a row
  file.go_to(first);
  bool is_quoted = false;
  for (std::uintmax_t place = first; place < size;) {
    for (const char c : file.next(size - place)) {
      ++place;
      if (c == '"' && quotes) is_quoted = !is_quoted;
      if (c == '\n' && !is_quoted && place >= at) return place;
    }
  }
  return size;
}

std::string bytes_of(Pieces& file, std::uintmax_t begin, std::uintmax_t end) {
  std::string bytes;
  file.go_to(begin);
  while (begin < end) {
    const std::string_view piece = file.next(end - begin);
    bytes.append(piece);
    begin += piece.size();
  }
  return bytes;
}

void check(const std::filesystem::path& path, const Source& source, const FilePart& part) {
  if (part.count < 1 || part.index < 0 || part.index >= part.count)
    fail<ArgumentError>("{}: .part is number {} of {}; numbers go from 0 to one less than there are.", source.call,
                        part.index, part.count);
  std::error_code error;
  if (path == "-" || !std::filesystem::is_regular_file(path, error))
    fail<FileError>("{}: only a file is read in parts. Hint: write it to one, or share several files.", source.call);
  Pieces file(path, source.call);
  const std::uintmax_t size = std::filesystem::file_size(path);
  if (size == 0 || compression_of(file.next(size)) != Compression::none)
    fail<FileError>("{}: a compressed or an empty file is not read in parts. Hint: unpack it, or share several files.",
                    source.call);
}

}  // namespace

std::optional<Text> read_part(const std::filesystem::path& path, Source& source, const FilePart& part,
                              const RowEnds& ends) {
  check(path, source, part);
  const std::uintmax_t size = std::filesystem::file_size(path);
  Pieces file(path, source.call);
  std::uintmax_t first_row = 0;
  if (ends.header) {  // behind blank lines
    const std::string_view start = file.next(size);
    const std::size_t name = std::min(start.find_first_not_of("\r\n \t"), start.size());
    first_row = row_start(file, 0, name + 1, size, ends.quotes);
  }
  const auto bound = [&](int index) {
    const auto share = static_cast<std::uintmax_t>(index);
    const auto count = static_cast<std::uintmax_t>(part.count);
    const std::uintmax_t at = size / count * share + size % count * share / count;
    return index == part.count ? size : row_start(file, first_row, at, size, ends.quotes);
  };
  const std::uintmax_t begin = bound(part.index), end = bound(part.index + 1);
  source.file += fmt::format(", part {} of {}", part.index, part.count);
  const std::string rows = bytes_of(file, begin, end);
  if (rows.find_first_not_of("\r\n \t") == std::string::npos) return {};
  return Text::copy_of(bytes_of(file, 0, first_row) + rows);
}

}  // namespace linden
