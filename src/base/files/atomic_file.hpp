// Replacing a file whole: the text goes to a file without a name, or with a temporary one, beside it, is synced, and
// takes the name in one step. A process that is killed leaves the old file, and nothing that is in the way of the next.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

namespace linden {

/// A file that is being written. An existing file is replaced by commit(), until then it stays as it was; its mode and
/// (where the system allows it) its owner are kept. A link is written through to what it points to; a device or a pipe
/// is written as it stands. Everything throws FileError with the system's reason.
class FileReplacement {
 public:
  explicit FileReplacement(const std::filesystem::path& path);
  /// Without a commit nothing has happened.
  ~FileReplacement();
  FileReplacement(const FileReplacement&) = delete;

  void write(std::string_view text);
  /// Returns once the file and its folder are on the disk.
  void commit();

 private:
  class Target;
  std::unique_ptr<Target> target_;
};

/// Writes `text` to `path` as FileReplacement does.
void replace_file(const std::filesystem::path& path, std::string_view text);

/// Throws as FileReplacement would if it could not even begin; leaves everything as it is. For use before long work.
void check_replaceable(const std::filesystem::path& path);

}  // namespace linden
