// Reads in large blocks straight into the memory that the parsers work on.
#include "data/text/text_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>
#include <system_error>

#include "base/fail.hpp"
#include "base/huge_pages.hpp"
#include "base/parallel.hpp"
#include "data/text/decompress.hpp"

namespace linden {
namespace {

constexpr std::size_t block = std::size_t{16} << 20;

std::string reason(int error) { return std::generic_category().message(error); }

struct Close {
  void operator()(std::FILE* file) const noexcept {
    if (file != stdin) std::fclose(file);
  }
};

// Waits for a writer at the other end of a pipe, and refuses one that has none. (Opening it the usual way would wait
// for ever.)
void wait_for_writer(int pipe, const std::string& call) {
  constexpr int milliseconds = 500;
  pollfd waiting{pipe, POLLIN, 0};
  char byte = 0;
  if (::poll(&waiting, 1, milliseconds) == 0 && ::read(pipe, &byte, 0) == 0 && ::read(pipe, &byte, 1) == 0)
    fail<FileError>("{}: it is a pipe that nobody writes into. Hint: start the writer first, or pipe it into \"-\".",
                    call);
  ::fcntl(pipe, F_SETFL, ::fcntl(pipe, F_GETFL) & ~O_NONBLOCK);
}

std::FILE* open(const std::filesystem::path& path, const std::string& call) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) fail<FileError>("{}: it is a directory, not a file.", call);
  const bool pipe = std::filesystem::is_fifo(path, ignored);
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | (pipe ? O_NONBLOCK : 0));
  if (descriptor < 0) fail<FileError>("{}: cannot open the file: {}.", call, reason(errno));
  std::FILE* const file = ::fdopen(descriptor, "rb");
  if (file == nullptr) {
    ::close(descriptor);
    fail<FileError>("{}: cannot open the file: {}.", call, reason(errno));
  }
  return file;
}

// Refuses a device, which may have no end; a terminal has one.
void refuse_device(std::FILE* file, const std::string& call) {
  struct stat status {};
  const int descriptor = ::fileno(file);
  if (::fstat(descriptor, &status) != 0) return;
  if (S_ISBLK(status.st_mode) || (S_ISCHR(status.st_mode) && ::isatty(descriptor) == 0))
    fail<FileError>("{}: it is a device, not a file.", call);
}

// The size of a regular file, and one byte for noticing its end; else a block to begin with.
std::size_t expected_size(const std::filesystem::path& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  return error ? block : static_cast<std::size_t>(size) + 1;
}

}  // namespace

void Text::reserve(std::size_t bytes) {
  if (memory_ && bytes <= capacity_) return;
  // One more for the line feed. realloc moves large memory by remapping its pages.
  void* larger = std::realloc(memory_.get(), bytes + 1);
  if (larger == nullptr) fail<MemoryError>("Reading text: {} bytes of memory are not to be had.", bytes + 1);
  (void)memory_.release();
  memory_.reset(static_cast<char*>(larger));
  wish_for_huge_pages(memory_.get(), bytes);
  capacity_ = bytes;
}

void Text::close() {
  memory_[size_] = '\n';
  skipped_ = size_ >= 3 && std::memcmp(memory_.get(), "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

Text Text::copy_of(std::string_view text) {
  Text copy;
  copy.reserve(text.size());
  std::copy(text.begin(), text.end(), copy.memory_.get());
  copy.size_ = text.size();
  copy.close();
  return copy;
}

Text Text::part_of(std::string_view head, std::string_view rows, std::size_t lines) {
  Text part;
  part.reserve(head.size() + rows.size());
  std::copy(head.begin(), head.end(), part.memory_.get());
  std::copy(rows.begin(), rows.end(), part.memory_.get() + head.size());
  part.size_ = head.size() + rows.size();
  part.head_ = head.size();
  part.lines_left_out_ = lines;
  part.close();
  return part;
}

Text Text::read(const std::filesystem::path& path, const std::string& call, int threads) {
  return read(path, call, std::numeric_limits<std::size_t>::max(), false, threads);
}

Text Text::read_archive(const std::filesystem::path& path, const std::string& call) {
  return read(path, call, std::numeric_limits<std::size_t>::max(), true, 1);
}

Text Text::read_start(const std::filesystem::path& path, const std::string& call, std::size_t most) {
  return read(path, call, most, false, 1);
}

// Fills the memory from where the text ends, or as far as the file goes, all threads at once. (A map of the file would
// save the copy, but end the process when someone cuts the file short meanwhile.)
void Text::read_rest(int descriptor, const std::string& call, int threads) {
  constexpr std::int64_t piece = std::int64_t{4} << 20;
  Workers workers(threads);
  std::atomic<std::int64_t> end = static_cast<std::int64_t>(capacity_);
  std::atomic<int> error = 0;
  const auto first = static_cast<std::int64_t>(size_);
  workers.chunks(end - first, piece, [&](std::int64_t from, std::int64_t to, std::int64_t, int) {
    for (std::int64_t at = first + from; at < first + to;) {
      const auto got = ::pread(descriptor, memory_.get() + at, static_cast<std::size_t>(first + to - at), at);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) error = errno;
      if (got <= 0) {
        for (std::int64_t known = end; at < known && !end.compare_exchange_weak(known, at);) {
        }
        return;
      }
      at += got;
    }
  });
  if (error != 0) fail<FileError>("{}: cannot read the file: {}.", call, reason(error));
  size_ = static_cast<std::size_t>(end.load());
}

Text Text::read(const std::filesystem::path& path, const std::string& call, std::size_t most, bool takes_archives,
                int threads) {
  const bool standard_input = path == "-";
  std::error_code ignored;
  const std::unique_ptr<std::FILE, Close> file(standard_input ? stdin : open(path, call));
  refuse_device(file.get(), call);
  if (std::filesystem::is_fifo(path, ignored)) wait_for_writer(::fileno(file.get()), call);

  Text text;
  bool whole = false;
  const std::size_t bytes = std::max(most, std::size_t{1} << 18);  // of a compressed file, enough to unpack something
  text.reserve(std::min(bytes, standard_input ? block : expected_size(path)));
  while (text.size_ < bytes) {
    if (text.size_ == text.capacity_) text.reserve(std::min(bytes, text.capacity_ + std::max(block, text.capacity_)));
    const std::size_t wanted = std::min(block, text.capacity_ - text.size_);
    const std::size_t got = std::fread(text.memory_.get() + text.size_, 1, wanted, file.get());
    text.size_ += got;
    if (got == wanted) {
      const bool is_large = threads != 1 && !standard_input && text.size_ == block && text.capacity_ > 2 * block;
      const std::string_view start(text.memory_.get(), text.size_);
      if (!is_large || compression_of(start) != Compression::none || other_compression_of(start)) continue;
      text.read_rest(::fileno(file.get()), call, threads);
      if (std::fseek(file.get(), static_cast<long>(text.size_), SEEK_SET) != 0)
        fail<FileError>("{}: cannot read the file: {}.", call, reason(errno));
      continue;
    }
    if (std::ferror(file.get())) fail<FileError>("{}: cannot read the file: {}.", call, reason(errno));
    whole = true;
    break;
  }
  if (Text unpacked = text.unpacked(whole, call, most, takes_archives); unpacked.memory_) return unpacked;
  text.size_ = std::min(text.size_, most);
  text.close();
  return text;
}

Text Text::unpacked(bool whole, const std::string& call, std::size_t most, bool takes_archives) const {
  const std::string_view packed(memory_.get(), size_);
  const Compression compression = compression_of(packed);
  Text text;
  const OtherCompression* const other = other_compression_of(packed);
  if (other && !(takes_archives && other->is_archive))
    fail<FileError>("{}: the file is compressed by {}, and gzip and zstd are read. Hint: pipe \"{}\" into \"-\".", call,
                    other->name, other->unpack);
  if (compression == Compression::none) return text;
  text.reserve(std::min(most, 4 * size_));
  decompress(compression, packed, whole, call, [&](std::string_view piece) {
    piece = piece.substr(0, most - text.size_);
    if (text.size_ + piece.size() > text.capacity_)
      text.reserve(std::max(2 * text.capacity_, text.size_ + piece.size()));
    std::memcpy(text.memory_.get() + text.size_, piece.data(), piece.size());
    text.size_ += piece.size();
    return text.size_ < most;
  });
  text.close();
  return text;
}

Source::Source(std::string_view function, const std::filesystem::path& path)
    : call(fmt::format("Dataset::{}(\"{}\")", function, path.string())),
      file(path == "-" ? std::string("<stdin>") : path.string()),
      ending(ending_of(path)) {}

std::string ending_of(const std::filesystem::path& path) {
  const std::filesystem::path ending = path.extension();
  return (ending == ".gz" || ending == ".zst" ? path.stem().extension() : ending).string();
}

std::string shown(std::string_view value) {
  constexpr std::size_t most = 40;
  return value.size() <= most ? fmt::format("\"{}\"", value) : fmt::format("\"{}...\"", value.substr(0, most));
}

std::size_t line_of(const Text& text, const char* where) noexcept {
  return static_cast<std::size_t>(std::count(text.begin(), where, '\n')) + 1 + text.lines_left_out(where);
}

}  // namespace linden
