#include "interop/document/protobuf.hpp"

#include <bit>
#include <cstring>

#include "base/fail.hpp"

namespace linden {
namespace {

static_assert(std::endian::native == std::endian::little,
              "protobuf stores numbers so, and they are copied as they are");

[[noreturn]] void refuse(const char* what) { fail<FileError>("not a message of protobuf: {}.", what); }

template <class Number>
void append_piece(std::string_view bytes, std::vector<Number>& values) {
  if (bytes.size() % sizeof(Number) != 0) refuse("numbers are cut off");
  const std::size_t known = values.size();
  values.resize(known + bytes.size() / sizeof(Number));
  if (!bytes.empty()) std::memcpy(values.data() + known, bytes.data(), bytes.size());
}

}  // namespace

std::uint64_t ProtoReader::take_varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (left_.empty()) refuse("it ends within a number");
    const auto byte = static_cast<unsigned char>(left_.front());
    left_.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  refuse("a number is longer than 10 bytes");
}

std::string_view ProtoReader::take(std::uint64_t count) {
  if (count > left_.size()) refuse("a field is longer than the message");
  const std::string_view taken = left_.substr(0, static_cast<std::size_t>(count));
  left_.remove_prefix(taken.size());
  return taken;
}

bool ProtoReader::next() {
  if (left_.empty()) return false;
  const std::uint64_t tag = take_varint();
  if (tag >> 3 == 0 || tag >> 3 > 536870911) refuse("a field has no number");
  field_ = static_cast<int>(tag >> 3);
  wire_ = static_cast<int>(tag & 7);
  switch (wire_) {
    case varint: varint_ = take_varint(); break;
    case fixed64: bytes_ = take(8); break;
    case piece: bytes_ = take(take_varint()); break;
    case fixed32: bytes_ = take(4); break;
    default: refuse("a field is of an unknown type");
  }
  return true;
}

std::int64_t ProtoReader::whole() const {
  if (wire_ != varint) refuse("a field is no whole number");
  return static_cast<std::int64_t>(varint_);
}

float ProtoReader::number() const {
  if (wire_ != fixed32) refuse("a field is no number");
  float value;
  std::memcpy(&value, bytes_.data(), sizeof value);
  return value;
}

std::string_view ProtoReader::bytes() const {
  if (wire_ != piece) refuse("a field has no length");
  return bytes_;
}

void ProtoReader::append_raw(std::string_view bytes, std::vector<float>& values) { append_piece(bytes, values); }
void ProtoReader::append_raw(std::string_view bytes, std::vector<double>& values) { append_piece(bytes, values); }

void ProtoReader::append_to(std::vector<std::int64_t>& values) const {
  if (wire_ == varint) {
    values.push_back(whole());
    return;
  }
  for (ProtoReader rest(bytes()); !rest.left_.empty();) values.push_back(static_cast<std::int64_t>(rest.take_varint()));
}

void ProtoReader::append_to(std::vector<float>& values) const {
  if (wire_ == fixed32)
    values.push_back(number());
  else
    append_piece(bytes(), values);
}

void ProtoReader::append_to(std::vector<double>& values) const {
  if (wire_ != fixed64 && wire_ != piece) refuse("a field is no number");
  append_piece(bytes_, values);
}

}  // namespace linden
