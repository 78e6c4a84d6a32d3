// The fields of a message of protobuf's wire format, one after the other: as much of it as ONNX files need. Protobuf's
// own library would be the heaviest dependency of all for what fits on a page. Every length is checked against what is
// left.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace linden {

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
  enum Wire { varint = 0, fixed64 = 1, piece = 2, fixed32 = 5 };

  std::uint64_t take_varint();
  std::string_view take(std::uint64_t count);

  std::string_view left_, bytes_;
  std::uint64_t varint_ = 0;
  int field_ = 0, wire_ = -1;
};

}  // namespace linden
