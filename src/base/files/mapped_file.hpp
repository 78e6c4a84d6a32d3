// A file that is read as memory. Pages that are not asked for take none, and those that were can be given back.
#pragma once

#include <cstddef>
#include <filesystem>
#include <utility>

namespace linden {

/// Who cuts a file short while it is mapped ends the process: for files of one's own alone.
class MappedFile {
 public:
  MappedFile() noexcept = default;
  /// Throws FileError with the system's reason.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept
      : first_(std::exchange(other.first_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  MappedFile& operator=(MappedFile&&) = delete;

  const void* data() const noexcept { return first_; }
  std::size_t size() const noexcept { return bytes_; }
  /// Whether these bytes are of it.
  bool has(const void* first, std::size_t bytes) const noexcept;
  /// Gives back the memory of these bytes, which are of it: whoever reads them again reads the file again.
  void release(const void* first, std::size_t bytes) const noexcept;

 private:
  void* first_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace linden
