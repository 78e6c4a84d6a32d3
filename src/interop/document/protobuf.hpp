// Protobuf's wire format, read and written: as much of it as ONNX files need. Protobuf's own library would be the
// heaviest dependency of all for what fits on a page. A message is fields one after the other, each with its number and
// its type; a reader checks every length against what is left.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

static_assert(std::endian::native == std::endian::little,
              "protobuf stores numbers so, and they are copied as they are");

/// How the value of a field is stored.
enum class WireType { varint = 0, fixed64 = 1, piece = 2, fixed32 = 5 };

class ProtoReader {
 public:
  /// The bytes must outlive the reader and the texts that it hands out.
  explicit ProtoReader(std::string_view message) : left_(message) {}

  /// Goes to the next field; false at the end. Throws FileError for what is no field.
  bool next();
  int field() const noexcept { return field_; }

  // The value of the field; each throws FileError for one that is stored in another way.

  std::int64_t whole() const;
  float number() const;
  std::string_view bytes() const;
  ProtoReader message() const { return ProtoReader(bytes()); }
  /// Values of a repeated field, which may stand in one piece or each in a field of its own.
  void append_to(std::vector<std::int64_t>& values) const;
  void append_to(std::vector<float>& values) const;
  void append_to(std::vector<double>& values) const;
  /// Numbers as they stand in a piece of bytes.
  static void append_raw(std::string_view bytes, std::vector<float>& values);
  static void append_raw(std::string_view bytes, std::vector<double>& values);

 private:
  std::uint64_t take_varint();
  std::string_view take(std::uint64_t count);

  std::string_view left_, bytes_;
  std::uint64_t varint_ = 0;
  int field_ = 0;
  WireType wire_ = WireType::varint;
};

class ProtoWriter {
 public:
  void whole(int field, std::int64_t number);
  void bytes(int field, std::string_view bytes);
  void message(int field, const ProtoWriter& other) { bytes(field, other.out_); }
  /// Whole numbers in one piece.
  void wholes(int field, const std::vector<std::int64_t>& numbers);

  const std::string& text() const noexcept { return out_; }

  /// Numbers as a piece of bytes.
  static std::string_view raw(const std::vector<double>& numbers);
  static std::string_view raw(const std::vector<std::int64_t>& numbers);

 private:
  void tag(int field, WireType type);
  void varint(std::uint64_t number);

  std::string out_;
};

}  // namespace linden
