// A whole file, or standard input, in memory, as the readers of CSV and libsvm take it.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace linden {

/// Text with a line feed behind its end, so that a scan for the end of a line needs no other bound.
class Text {
 public:
  /// Reads the file, or standard input for "-"; what is compressed by gzip or zstd is unpacked. Throws FileError that
  /// opens with `call`, such as Dataset::from_csv("x.csv"), when it cannot be read, or is packed otherwise.
  /// A large file is read by `threads` at once (0: all cores).
  static Text read(const std::filesystem::path& path, const std::string& call, int threads = 1);
  /// The same, but archives of zip are what the caller reads: as they are.
  static Text read_archive(const std::filesystem::path& path, const std::string& call);
  /// The first `most` bytes of a file, or all when there are fewer.
  static Text read_start(const std::filesystem::path& path, const std::string& call, std::size_t most);
  static Text copy_of(std::string_view text);
  /// The first lines of a file, and some of its others, before which there are `lines` more.
  static Text part_of(std::string_view head, std::string_view rows, std::size_t lines);

  /// Behind a byte order mark, if there is one.
  const char* begin() const noexcept { return memory_.get() + skipped_; }
  const char* end() const noexcept { return memory_.get() + size_; }
  /// Lines of the file that are not here, before this place.
  std::size_t lines_left_out(const char* where) const noexcept {
    return where >= memory_.get() + head_ ? lines_left_out_ : 0;
  }

 private:
  struct Free {
    void operator()(char* memory) const noexcept { std::free(memory); }
  };
  Text() = default;
  static Text read(const std::filesystem::path& path, const std::string& call, std::size_t most, bool takes_archives,
                   int threads);
  void read_rest(int descriptor, const std::string& call, int threads);
  void reserve(std::size_t bytes);
  void close();
  // What was compressed, or nothing for what was not.
  Text unpacked(bool whole, const std::string& call, std::size_t most, bool takes_archives) const;

  std::unique_ptr<char[], Free> memory_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::size_t skipped_ = 0;
  std::size_t head_ = 0, lines_left_out_ = 0;  // of a part
};

/// What messages about a file say: the call, for the file as a whole, and the file's name, for a line of it.
struct Source {
  std::string call;    ///< Dataset::from_csv("x.csv")
  std::string file;    ///< x.csv, or <stdin>
  std::string ending;  ///< .csv, also of x.csv.gz

  Source(std::string_view function, const std::filesystem::path& path);
};

/// A value of the file as messages show it: in quotes, a long one cut.
std::string shown(std::string_view value);

/// The ending of a file's name, that of its compression aside.
std::string ending_of(const std::filesystem::path& path);

/// The line, from 1, on which the byte at `where` stands.
std::size_t line_of(const Text& text, const char* where) noexcept;

}  // namespace linden
