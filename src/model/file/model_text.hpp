// Where a model comes from and goes to, be it text or binary: a file, a stream, a string.
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <linden/options.hpp>
#include <string>
#include <string_view>

#include "json/byte_reader.hpp"
#include "json/writer.hpp"

namespace linden {

struct ModelSource {
  std::string name;  ///< for messages: the path, or "the stream"
  ByteSource bytes;
  bool whole = true;  ///< whether nothing may follow the model: in a stream something may
};

/// A file, which gzip may have compressed, or standard input for "-". Throws FileError when it cannot be opened;
/// `bytes` does when it cannot be read.
ModelSource source_of(const std::filesystem::path& path);
/// Reads up to the end of the model and no further.
ModelSource source_of(std::istream& in);
/// The text itself, which must outlive the source.
ModelSource source_of_text(std::string_view text);

/// binary for names that end in ".linden" or ".bin", with ".gz" behind it or without, else json.
ModelFormat format_by_name(const std::filesystem::path& path);

/// Writes what `write` hands over to a file, which appears whole or not at all, compressed by gzip if its
/// name ends in .gz. Throws FileError.
void write_text(const std::filesystem::path& path, const std::function<void(const TextSink&)>& write);
/// Throws FileError when the stream fails.
void write_text(std::ostream& out, const std::function<void(const TextSink&)>& write);

}  // namespace linden
