#include "interop/document/protobuf.hpp"

#include <cstring>

#include "base/fail.hpp"

namespace linden {
namespace {

// A varint has seven bits a byte, the lowest first; the eighth says that more follow.
constexpr int varint_bits = 7;
constexpr std::uint64_t varint_low = 0x7f, varint_more = 0x80;
constexpr int type_bits = 3;  // of a tag, below the number of the field
constexpr std::uint64_t most_fields = 536870911;

[[noreturn]] void refuse(const char* what) { fail<FileError>("not a message of protobuf: {}.", what); }

template <class Number>
void append_piece(std::string_view bytes, std::vector<Number>& values) {
  if (bytes.size() % sizeof(Number) != 0) refuse("numbers are cut off");
  const std::size_t known = values.size();
  values.resize(known + bytes.size() / sizeof(Number));
  if (!bytes.empty()) std::memcpy(values.data() + known, bytes.data(), bytes.size());
}

template <class Number>
std::string_view bytes_of(const std::vector<Number>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number)};
}

}  // namespace

std::uint64_t ProtoReader::take_varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += varint_bits) {
    if (left_.empty()) refuse("it ends within a number");
    const auto byte = static_cast<unsigned char>(left_.front());
    left_.remove_prefix(1);
    value |= (byte & varint_low) << shift;
    if (byte < varint_more) return value;
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
  if (tag >> type_bits == 0 || tag >> type_bits > most_fields) refuse("a field has no number");
  field_ = static_cast<int>(tag >> type_bits);
  wire_ = static_cast<WireType>(tag & ((1 << type_bits) - 1));
  switch (wire_) {
    case WireType::varint: varint_ = take_varint(); break;
    case WireType::fixed64: bytes_ = take(8); break;
    case WireType::piece: bytes_ = take(take_varint()); break;
    case WireType::fixed32: bytes_ = take(4); break;
    default: refuse("a field is of an unknown type");
  }
  return true;
}

std::int64_t ProtoReader::whole() const {
  if (wire_ != WireType::varint) refuse("a field is no whole number");
  return static_cast<std::int64_t>(varint_);
}

float ProtoReader::number() const {
  if (wire_ != WireType::fixed32) refuse("a field is no number");
  float value;
  std::memcpy(&value, bytes_.data(), sizeof value);
  return value;
}

std::string_view ProtoReader::bytes() const {
  if (wire_ != WireType::piece) refuse("a field has no length");
  return bytes_;
}

void ProtoReader::append_raw(std::string_view bytes, std::vector<float>& values) { append_piece(bytes, values); }
void ProtoReader::append_raw(std::string_view bytes, std::vector<double>& values) { append_piece(bytes, values); }

void ProtoReader::append_to(std::vector<std::int64_t>& values) const {
  if (wire_ == WireType::varint) {
    values.push_back(whole());
    return;
  }
  for (ProtoReader rest(bytes()); !rest.left_.empty();) values.push_back(static_cast<std::int64_t>(rest.take_varint()));
}

void ProtoReader::append_to(std::vector<float>& values) const {
  if (wire_ == WireType::fixed32)
    values.push_back(number());
  else
    append_piece(bytes(), values);
}

void ProtoReader::append_to(std::vector<double>& values) const {
  if (wire_ != WireType::fixed64 && wire_ != WireType::piece) refuse("a field is no number");
  append_piece(bytes_, values);
}

void ProtoWriter::whole(int field, std::int64_t number) {
  tag(field, WireType::varint);
  varint(static_cast<std::uint64_t>(number));
}

void ProtoWriter::bytes(int field, std::string_view bytes) {
  tag(field, WireType::piece);
  varint(bytes.size());
  out_ += bytes;
}

void ProtoWriter::wholes(int field, const std::vector<std::int64_t>& numbers) {
  ProtoWriter piece;
  for (const std::int64_t number : numbers) piece.varint(static_cast<std::uint64_t>(number));
  message(field, piece);
}

std::string_view ProtoWriter::raw(const std::vector<double>& numbers) { return bytes_of(numbers); }
std::string_view ProtoWriter::raw(const std::vector<std::int64_t>& numbers) { return bytes_of(numbers); }

void ProtoWriter::tag(int field, WireType type) {
  varint(static_cast<std::uint64_t>(field) << type_bits | static_cast<std::uint64_t>(type));
}

void ProtoWriter::varint(std::uint64_t number) {
  for (; number >= varint_more; number >>= varint_bits) out_ += static_cast<char>(varint_more | (number & varint_low));
  out_ += static_cast<char>(number);
}

}  // namespace linden
