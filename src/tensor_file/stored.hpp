// Elements as files hold them, and tensors made of them.
#pragma once

#include <cstdint>
#include <linden/tensor.hpp>
#include <string>
#include <string_view>

namespace linden {

/// What one element of a file is.
struct StoredType {
  enum class Kind : std::uint8_t { boolean, whole, natural, floating, brain };  // natural: without a sign; brain: bf16

  Kind kind = Kind::floating;
  int bytes = 8;  ///< 1, 2, 4 or 8
  bool is_big_endian = false;
};

/// How the elements of a dtype are stored: as they are in memory.
StoredType stored_type_of(DType dtype);

/// How many bytes elements of this shape take. Throws FileError that opens with `where` for more than 63 bits, more
/// than eight dimensions or a negative size.
std::int64_t stored_bytes(const std::string& where, std::span<const std::int64_t> sizes, const StoredType& type);

/// A tensor of row-major elements, of stored_bytes() bytes in all. Throws FileError for whole numbers beyond i64.
Tensor tensor_of_stored(const std::string& where, std::string_view bytes, const Shape& shape, const StoredType& type);

/// The elements of a tensor in row-major order, in the memory of `dense`, which is kept for them.
std::string_view bytes_of(const Tensor& x, Tensor& dense);

}  // namespace linden
