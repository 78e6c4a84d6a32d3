#include "tensor_file/stored.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/fail.hpp"
#include "tensor/access.hpp"

namespace linden {
namespace {

static_assert(std::endian::native == std::endian::little, "files are written as memory is");

using Kind = StoredType::Kind;

/// The number of this many bytes.
template <class Bits>
Bits bits_at(const char* at, bool is_big_endian) {
  Bits bits = 0;
  unsigned char bytes[sizeof(Bits)];
  std::memcpy(bytes, at, sizeof(Bits));
  for (std::size_t i = 0; i < sizeof(Bits); ++i) {
    const std::size_t place = is_big_endian ? sizeof(Bits) - 1 - i : i;
    bits = static_cast<Bits>(bits | static_cast<Bits>(static_cast<Bits>(bytes[i]) << (8 * place)));
  }
  return bits;
}

float half(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  float size = 0;
  if (exponent == 31)
    size = fraction == 0 ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
  else if (exponent == 0)
    size = std::ldexp(static_cast<float>(fraction), -24);
  else
    size = std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
  return (bits & 0x8000) != 0 ? -size : size;
}

float brain(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

/// Every element by `convert(bits)`.
template <class Bits, class To, class Convert>
Tensor converted(std::string_view bytes, const Shape& shape, const StoredType& type, const Convert& convert) {
  Tensor t = Tensor::empty(shape, dtype_of<To>);
  const char* at = bytes.data();
  for (To& element : t.span<To>()) {
    element = convert(bits_at<Bits>(at, type.is_big_endian));
    at += sizeof(Bits);
  }
  return t;
}

template <class To, class Bits>
Tensor same_bits(std::string_view bytes, const Shape& shape, const StoredType& type) {
  if (type.is_big_endian)
    return converted<Bits, To>(bytes, shape, type, [](Bits bits) { return std::bit_cast<To>(bits); });
  Tensor t = Tensor::empty(shape, dtype_of<To>);
  if (!bytes.empty()) std::memcpy(t.data<To>(), bytes.data(), bytes.size());
  return t;
}

}  // namespace

StoredType stored_type_of(DType dtype) {
  const int bytes = static_cast<int>(size_of(dtype));
  switch (dtype) {
    case DType::f32:
    case DType::f64: return {Kind::floating, bytes};
    case DType::i32:
    case DType::i64: return {Kind::whole, bytes};
    case DType::u8: return {Kind::natural, bytes};
    default: return {Kind::boolean, bytes};
  }
}

std::int64_t stored_bytes(const std::string& where, std::span<const std::int64_t> sizes, const StoredType& type) {
  if (sizes.size() > Shape::max_rank)
    fail<FileError>("{}: {} dimensions, but at most {} are supported.", where, sizes.size(), Shape::max_rank);
  std::int64_t bytes = type.bytes;
  bool is_empty = false;
  for (const std::int64_t size : sizes) {
    if (size < 0) fail<FileError>("{}: the size {} of a dimension is negative.", where, size);
    is_empty = is_empty || size == 0;
    if (size > 0 && __builtin_mul_overflow(bytes, size, &bytes))
      fail<FileError>("{}: shape [{}] has more bytes than 63 bits count.", where, fmt::join(sizes, ", "));
  }
  return is_empty ? 0 : bytes;
}

Tensor tensor_of_stored(const std::string& where, std::string_view bytes, const Shape& shape, const StoredType& type) {
  switch (type.kind) {
    case Kind::boolean:
      return converted<std::uint8_t, bool>(bytes, shape, type, [](std::uint8_t bits) { return bits != 0; });
    case Kind::brain: return converted<std::uint16_t, float>(bytes, shape, type, brain);
    case Kind::floating:
      if (type.bytes == 2) return converted<std::uint16_t, float>(bytes, shape, type, half);
      return type.bytes == 4 ? same_bits<float, std::uint32_t>(bytes, shape, type)
                             : same_bits<double, std::uint64_t>(bytes, shape, type);
    case Kind::whole:
      if (type.bytes == 1)
        return converted<std::uint8_t, std::int32_t>(
            bytes, shape, type, [](std::uint8_t bits) { return std::bit_cast<std::int8_t>(bits); });
      if (type.bytes == 2)
        return converted<std::uint16_t, std::int32_t>(
            bytes, shape, type, [](std::uint16_t bits) { return std::bit_cast<std::int16_t>(bits); });
      return type.bytes == 4 ? same_bits<std::int32_t, std::uint32_t>(bytes, shape, type)
                             : same_bits<std::int64_t, std::uint64_t>(bytes, shape, type);
    case Kind::natural: break;
  }
  if (type.bytes == 1) return same_bits<std::uint8_t, std::uint8_t>(bytes, shape, type);
  if (type.bytes == 2)
    return converted<std::uint16_t, std::int32_t>(bytes, shape, type, [](std::uint16_t bits) { return bits; });
  if (type.bytes == 4)
    return converted<std::uint32_t, std::int64_t>(bytes, shape, type, [](std::uint32_t bits) { return bits; });
  return converted<std::uint64_t, std::int64_t>(bytes, shape, type, [&](std::uint64_t bits) {
    if (bits > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      fail<FileError>("{}: the whole number {} does not fit i64.", where, bits);
    return static_cast<std::int64_t>(bits);
  });
}

std::string_view bytes_of(const Tensor& x, Tensor& dense) {
  dense = x.detach().to(Device::cpu()).contiguous();
  return {static_cast<const char*>(TensorAccess::data(dense)),
          static_cast<std::size_t>(dense.elements()) * size_of(dense.dtype())};
}

}  // namespace linden
