// Zip archives: the files within a .npz.
#pragma once

#include <cstdint>

#include <string>
#include <string_view>
#include <vector>

namespace linden {

struct ZipEntry {
  std::string name;
  std::string content;
};

/// Whether bytes begin as an archive does.
bool looks_like_zip(std::string_view bytes) noexcept;

/// The entries in the order of the archive's directory, stored or deflated, their checksums compared. Throws FileError
/// that opens with `where` for whatever is not as the format says, is encrypted or packed otherwise.
std::vector<ZipEntry> read_zip(const std::string& where, std::string_view bytes);

/// An archive that grows by entries, all stored as they are, of any size (zip64).
class ZipWriter {
 public:
  void add(std::string_view name, std::string_view content);
  /// The whole archive.
  std::string finished() &&;

 private:
  std::string archive_, directory_;
  std::uint64_t entries_ = 0;
};

}  // namespace linden
