// Files of a table's columns: values one after another, in pages that each have a checksum.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

namespace linden {

/// What is written at once, and read at once.
struct ColumnPage {
  std::int64_t bytes = 0;
  std::uint64_t sum = 0;
};

/// Appends pages to a file that is made anew. All functions throw FileError with the system's reason, a full disk for
/// instance.
class ColumnWriter {
 public:
  explicit ColumnWriter(std::filesystem::path path);

  void append(const void* values, std::int64_t bytes);
  /// Calls change(values, bytes) for each page, and writes what it has become, in as many bytes.
  void rewrite(const std::function<void(void* values, std::int64_t bytes)>& change);
  const std::vector<ColumnPage>& pages() const noexcept { return pages_; }

 private:
  std::filesystem::path path_;
  std::vector<ColumnPage> pages_;
};

/// Throws FileError if a mapped file of these pages is not as it was written.
void check_pages(const std::filesystem::path& path, const std::vector<ColumnPage>& pages);

/// The words for what the system says.
[[noreturn]] void refuse_file(const std::filesystem::path& path, const char* what);

}  // namespace linden
