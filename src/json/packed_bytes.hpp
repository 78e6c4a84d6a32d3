// The packed form of a document: the same values as its JSON, each behind a byte that says what it is.
//
//     null                   0x00
//     object                 0x01, members, 0x00; a member is a name and a value, a name is 1 and a text where it is
//     new,
//                            else 2 + how many new names came before it
//     list                   0x02, values, 0x03
//     text                   0x04, its length, UTF-8
//     whole number           0x05, zigzag
//     number                 0x06, 8 bytes
//     list of numbers        0x10 .. 0x12 (packed_numbers.hpp): count, width, scale, base, bits
//
// Lengths and counts are LEB128, whole numbers that may be negative zigzag before it, all else little endian.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "json/packed_numbers.hpp"

namespace linden {

enum class PackedTag : unsigned char { null, object, list, end_of_list, text, whole, real };

/// Behind a packed document in memory there must be so many bytes more, which no one looks at.
inline constexpr std::size_t packed_padding = 8;

/// A packed document, which those that read it share.
struct PackedDocument {
  std::shared_ptr<const char> bytes;  ///< with packed_padding bytes behind them
  std::size_t size = 0;
};

/// Reads a packed document from front to back. What is not there is `broken`, which JsonReader refuses: everything then
/// reads as nothing.
class PackedBytes {
 public:
  explicit PackedBytes(PackedDocument document)
      : document_(std::move(document)), bytes_(document_.bytes.get()), size_(document_.size) {}

  std::uint64_t taken() const noexcept { return at_; }
  bool is_at_end() const noexcept { return at_ == size_; }
  bool is_broken() const noexcept { return broken_; }

  bool is_at(PackedTag tag) const noexcept { return next_byte() == static_cast<int>(tag); }
  bool is_at_numbers() const noexcept {
    return next_byte() >= static_cast<int>(Packing::wholes) && next_byte() <= static_cast<int>(Packing::patterns);
  }
  /// Goes behind a tag, if it is there.
  bool take(PackedTag tag) noexcept {
    if (!is_at(tag)) return false;
    ++at_;
    return true;
  }

  // Of what stands behind their tags.
  std::string_view text() noexcept;
  std::int64_t whole() noexcept;
  double real() noexcept;
  /// With its tag.
  PackedNumbers numbers() noexcept;

  /// Whether there is another member; its name is taken then.
  bool is_at_end_of_object() const noexcept { return next_byte() == 0; }
  void take_end_of_object() noexcept { ++at_; }
  std::string_view name();

  /// Goes behind the next value, whatever it is, and keeps the names in it.
  void skip();

 private:
  int next_byte() const noexcept { return at_ < size_ ? static_cast<unsigned char>(bytes_[at_]) : -1; }
  std::uint64_t number() noexcept;
  std::uint64_t fixed(std::size_t bytes) noexcept;

  PackedDocument document_;
  const char* bytes_;
  std::size_t size_, at_ = 0;
  bool broken_ = false;
  std::vector<std::string> names_;
};

/// The same values, written.
void append_tag(std::string& bytes, PackedTag tag);
void append_number(std::string& bytes, std::uint64_t number);
void append_text(std::string& bytes, std::string_view text);
void append_whole(std::string& bytes, std::int64_t number);
void append_real(std::string& bytes, double number);
/// A list in its shortest form: number by number where that is shorter.
void append_list(std::string& bytes, const NumbersToPack& list);

}  // namespace linden
