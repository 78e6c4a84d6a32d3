// Reads in large blocks straight into the memory that the parsers work on.
#include "data/text_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>
#include <system_error>

#include "base/fail.hpp"

namespace linden {
namespace {

constexpr std::size_t block = std::size_t{16} << 20;

std::string reason(int error) { return std::generic_category().message(error); }

struct Close {
  void operator()(std::FILE* file) const noexcept {
    if (file != stdin) std::fclose(file);
  }
};

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

Text Text::read(const std::filesystem::path& path, const std::string& call) {
  return read_start(path, call, std::numeric_limits<std::size_t>::max());
}

Text Text::read_start(const std::filesystem::path& path, const std::string& call, std::size_t most) {
  const bool standard_input = path == "-";
  std::error_code ignored;
  if (!standard_input && std::filesystem::is_directory(path, ignored))
    fail<FileError>("{}: it is a directory, not a file.", call);
  const std::unique_ptr<std::FILE, Close> file(standard_input ? stdin : std::fopen(path.string().c_str(), "rb"));
  if (!file) fail<FileError>("{}: cannot open the file: {}.", call, reason(errno));

  Text text;
  text.reserve(std::min(most, standard_input ? block : expected_size(path)));
  while (text.size_ < most) {
    if (text.size_ == text.capacity_) text.reserve(std::min(most, text.capacity_ + std::max(block, text.capacity_)));
    const std::size_t wanted = std::min(block, text.capacity_ - text.size_);
    const std::size_t got = std::fread(text.memory_.get() + text.size_, 1, wanted, file.get());
    text.size_ += got;
    if (got == wanted) continue;
    if (std::ferror(file.get())) fail<FileError>("{}: cannot read the file: {}.", call, reason(errno));
    break;
  }
  if (path.extension() == ".gz" || (text.size_ >= 2 && std::memcmp(text.memory_.get(), "\x1F\x8B", 2) == 0))
    fail<FileError>("{}: the file is compressed. Hint: unpack it with gunzip, or pipe \"gunzip -c\" into \"-\".", call);
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
  return static_cast<std::size_t>(std::count(text.begin(), where, '\n')) + 1;
}

}  // namespace linden
