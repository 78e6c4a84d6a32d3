// Messages of Protocol Buffers as bytes: what of the format a writer of ONNX needs.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace linden::exporting {

class ProtoMessage {
 public:
  void whole(int field, std::int64_t number) {
    tag(field, 0);
    varint(static_cast<std::uint64_t>(number));
  }
  void bytes(int field, std::string_view text) {
    tag(field, 2);
    varint(text.size());
    out_ += text;
  }
  void message(int field, const ProtoMessage& other) { bytes(field, other.out_); }
  /// Whole numbers in one block.
  template <class Whole>
  void packed(int field, const std::vector<Whole>& numbers) {
    ProtoMessage block;
    for (const Whole number : numbers) block.varint(static_cast<std::uint64_t>(static_cast<std::int64_t>(number)));
    message(field, block);
  }

  const std::string& text() const noexcept { return out_; }

 private:
  void tag(int field, int type) { varint(static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(type)); }
  void varint(std::uint64_t number) {
    for (; number > 0x7f; number >>= 7) out_ += static_cast<char>(0x80 | (number & 0x7f));
    out_ += static_cast<char>(number);
  }

  std::string out_;
};

/// Numbers as the bytes of a machine of the lowest byte first.
template <class Number, class Bits>
std::string little_endian(const std::vector<Number>& numbers) {
  std::string bytes;
  bytes.reserve(numbers.size() * sizeof(Bits));
  for (const Number number : numbers)
    for (std::size_t byte = 0; byte < sizeof(Bits); ++byte)
      bytes += static_cast<char>(std::bit_cast<Bits>(number) >> (8 * byte) & 0xff);
  return bytes;
}

}  // namespace linden::exporting
