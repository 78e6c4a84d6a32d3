#include "data/files/file_part.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/fail.hpp"
#include "data/text/decompress.hpp"
#include "data/text/fields.hpp"

namespace linden {
namespace {

[[noreturn]] void refuse(const std::string& call, const char* what) {
  fail<FileError>("{}: {}: {}.", call, what, std::generic_category().message(errno));
}

}  // namespace

FileFacts facts_of(const std::filesystem::path& path, const std::string& call) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) refuse(call, "cannot open the file");
  if (!S_ISREG(status.st_mode))
    fail<FileError>("{}: it is no file of a disk. Hint: Dataset::from_csv reads other sources.", call);
  return {status.st_size, std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

FileParts::FileParts(const std::filesystem::path& path, const std::string& call, bool has_header, std::size_t bytes)
    : call_(call), has_header_(has_header), part_bytes_(bytes) {
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) refuse(call, "cannot open the file");
  ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);
  try {
    fill();
    const std::string_view start(buffer_.data(), filled_);
    if (compression_of(start) != Compression::none || other_compression_of(start))
      fail<ArgumentError>("{}: the file is compressed, and is read in parts. Hint: unpack it first.", call);
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
  const std::string_view start(buffer_.data(), filled_);
  if (start.substr(0, 3) == "\xEF\xBB\xBF") begin_ = 3;
}

FileParts::~FileParts() { ::close(descriptor_); }

// Reads on, up to a part and what is left of the last one.
void FileParts::fill() {
  const auto first = buffer_.begin();
  std::copy(first + static_cast<std::ptrdiff_t>(begin_), first + static_cast<std::ptrdiff_t>(filled_), first);
  filled_ -= begin_;
  begin_ = 0;
  buffer_.resize(std::max(buffer_.size(), filled_ + part_bytes_ + 1));
  const std::size_t wanted = filled_ + part_bytes_;
  while (filled_ < wanted && !is_at_end_) {
    const auto got = ::read(descriptor_, buffer_.data() + filled_, wanted - filled_);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse(call_, "cannot read the file");
    is_at_end_ = got == 0;
    filled_ += static_cast<std::size_t>(got);
  }
  buffer_[filled_] = '\n';  // as behind any text
}

std::size_t FileParts::rows_end() const {
  if (is_at_end_) return filled_;
  const char* const first = buffer_.data() + begin_;
  const char* const end = buffer_.data() + filled_;
  if (std::memchr(first, '"', static_cast<std::size_t>(end - first)) == nullptr) {
    const void* const last = ::memrchr(first, '\n', static_cast<std::size_t>(end - first));
    return last == nullptr ? begin_ : static_cast<std::size_t>(static_cast<const char*>(last) - buffer_.data()) + 1;
  }
  const CsvGrammar grammar(delimiter_);
  const char* row = first;
  for (const char* row_end = row; row < end; row = row_end + 1) {
    row_end = grammar.is_blank_line(row) ? CsvGrammar::find('\n', row, end) : grammar.row_end(row, row, end);
    if (row_end >= end) break;
  }
  return static_cast<std::size_t>(row - buffer_.data());
}

Text FileParts::start() { return Text::copy_of(std::string_view(buffer_.data() + begin_, filled_ - begin_)); }

// The first line that is not blank, and those before it, stand before the rows of every part.
void FileParts::take_header() {
  is_begun_ = true;
  if (!has_header_) return;
  const CsvGrammar grammar(delimiter_);
  for (;;) {
    const char* const first = buffer_.data() + begin_;
    const char* const end = buffer_.data() + filled_;
    const char* p = first;
    while (p < end && grammar.is_blank_line(p)) p = CsvGrammar::find('\n', p, end) + 1;
    const char* const row_end = p < end ? grammar.row_end(p, p, end) : end;
    if (row_end < end || is_at_end_) {
      const char* const stop = std::min(row_end + 1, end);
      head_.assign(first, stop);
      begin_ += static_cast<std::size_t>(stop - first);
      return;
    }
    fill();
  }
}

std::optional<Text> FileParts::next() {
  if (!is_begun_) take_header();
  const CsvGrammar grammar(delimiter_);
  for (;;) {
    const char* const end = buffer_.data() + filled_;
    const char* p = buffer_.data() + begin_;
    while (p < end && grammar.is_blank_line(p) && CsvGrammar::find('\n', p, end) < end) {
      p = CsvGrammar::find('\n', p, end) + 1;
      ++lines_;
    }
    begin_ = std::min(static_cast<std::size_t>(p - buffer_.data()), filled_);
    if (is_at_end_ && (begin_ == filled_ || grammar.is_blank_line(buffer_.data() + begin_))) return std::nullopt;
    const std::size_t stop = rows_end();
    if (stop == begin_ || (!is_at_end_ && filled_ - begin_ < part_bytes_)) {
      fill();
      continue;
    }
    const std::string_view rows(buffer_.data() + begin_, stop - begin_);
    Text part = Text::part_of(head_, rows, lines_);
    lines_ += static_cast<std::size_t>(std::count(rows.begin(), rows.end(), '\n'));
    begin_ = stop;
    return part;
  }
}

}  // namespace linden
