// Files whose name ends in .gz are written compressed by gzip.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

namespace linden {

/// Compresses what it gets and hands it on. The same text gives the same bytes: no name and no time is among them.
class GzipWriter {
 public:
  using Sink = std::function<void(std::string_view)>;

  /// Throws MemoryError where there is none to compress with.
  explicit GzipWriter(Sink sink);
  ~GzipWriter();
  GzipWriter(const GzipWriter&) = delete;

  void write(std::string_view text);
  /// To be called once, after the last text.
  void finish();

 private:
  void deflate(std::string_view text, int flush);

  struct Stream;
  std::unique_ptr<Stream> stream_;
  Sink sink_;
};

/// Replaces a file whole, as FileReplacement does, by what `write` hands to its sink; compressed where the name ends in
/// .gz. Throws FileError.
void replace_by_name(const std::filesystem::path& path, const std::function<void(const GzipWriter::Sink&)>& write);

}  // namespace linden
