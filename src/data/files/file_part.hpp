// A CSV file in parts: whole rows, as many as fit into some memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/text/text_file.hpp"

namespace linden {

/// By what a file is known to be as it was.
struct FileFacts {
  std::int64_t bytes = 0, time = 0;
  bool operator==(const FileFacts&) const = default;
};
/// Throws FileError for what is no file.
FileFacts facts_of(const std::filesystem::path& path, const std::string& call);

class FileParts {
 public:
  /// `bytes`: of a part, about; a longer row is a part. Throws FileError when the file cannot be read, ArgumentError
  /// for one that is compressed.
  FileParts(const std::filesystem::path& path, const std::string& call, bool has_header, std::size_t bytes);
  ~FileParts();
  FileParts(const FileParts&) = delete;

  /// Behind which rows end is only known with it: to be set before the second part, or at once.
  void set_delimiter(char delimiter) noexcept { delimiter_ = delimiter; }
  /// The head of the file, and no rows but the first ones: to look at.
  Text start();
  /// The next part, the header before its rows; nothing after the last.
  std::optional<Text> next();

 private:
  void fill();
  /// Where the last whole row in the buffer ends.
  std::size_t rows_end() const;
  void take_header();

  const std::string call_;
  int descriptor_ = -1;
  bool has_header_, is_at_end_ = false, is_begun_ = false;
  char delimiter_ = ',';
  std::size_t part_bytes_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, filled_ = 0;  // of what is there of it
  std::string head_;
  std::size_t lines_ = 0;  // taken, those of the head aside
};

}  // namespace linden
