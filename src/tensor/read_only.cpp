#include "tensor/read_only.hpp"

#include <algorithm>

#include "tensor/access.hpp"

namespace linden {
namespace {

template <class T>
Tensor view(const Tensor& tensor) {
  std::int64_t last = 0;
  for (int d = 0; d < tensor.rank(); ++d) last += tensor.strides()[d] * (tensor.size(d) - 1);
  const std::span<const T> memory(tensor.data<const T>(), static_cast<std::size_t>(last + 1));
  return Tensor::view_of(memory, tensor.shape(), tensor.strides(), TensorAccess::storage(tensor));
}

}  // namespace

Tensor read_only(const Tensor& tensor) {
  if (tensor.elements() == 0 || TensorAccess::is_const(tensor)) return tensor.detach();
  switch (tensor.dtype()) {
    case DType::f32: return view<float>(tensor);
    case DType::f64: return view<double>(tensor);
    case DType::i32: return view<std::int32_t>(tensor);
    case DType::i64: return view<std::int64_t>(tensor);
    case DType::u8: return view<std::uint8_t>(tensor);
    default: return view<bool>(tensor);
  }
}

}  // namespace linden
