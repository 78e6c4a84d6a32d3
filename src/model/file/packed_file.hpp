// A binary model file: eight bytes that tell it from a text, the length of the document, the document in its packed
// form (json/packed_bytes.hpp), and the SHA-256 of all before. It is looked at only after the hash was found to fit.
//
//     0x89 "LINDEN" version | length, 8 bytes, little endian | document | SHA-256, 32 bytes
#pragma once

#include <string>
#include <string_view>

#include "base/hash/sha256.hpp"
#include "json/packed_bytes.hpp"
#include "model/file/model_text.hpp"

namespace linden {

/// The document is collected, for its length stands before it.
class PackedFile {
 public:
  void add(std::string_view bytes) { document_ += bytes; }
  void write(const TextSink& out) const;

 private:
  std::string document_;
};

/// The first byte of a source, which says of what format a model is.
class FirstByte {
 public:
  explicit FirstByte(ByteSource source) : source_(std::move(source)), is_there_(source_(&byte_, 1) == 1) {}

  /// -1: there is none.
  int byte() const noexcept { return is_there_ ? static_cast<unsigned char>(byte_) : -1; }
  /// The whole source, beginning with this byte. What is read of it is read of the source.
  ByteSource with_rest() const;

 private:
  ByteSource source_;
  char byte_ = 0;
  bool is_there_;
};

bool is_packed_file(int first_byte) noexcept;

/// The document. Throws FileError when the file was changed or cut short, or comes
/// from a newer version; memory is that of the bytes that are there, whatever their length is said to be. `source` has
/// its first byte.
PackedDocument read_packed_file(const ModelSource& source);

}  // namespace linden
