// Tensors of one value, and the value of a tensor of one element.
#include <linden/ops.hpp>
#include <linden/tensor.hpp>

#include "backend/backend.hpp"
#include "base/fail.hpp"
#include "ops/elementwise.hpp"
#include "tensor/device_context.hpp"

namespace linden {

Tensor Tensor::zeros(const Shape& shape, DType dtype, Device device) {
  if (device.kind() == Device::Kind::cpu) return full(shape, 0, dtype, device);
  Tensor t = empty(shape, dtype, device);  // zero bytes are zeros: no number to upload
  const auto bytes = t.elements_ * static_cast<std::int64_t>(size_of(dtype));
  backend_of(device).memory.fill(tensor_context(device), t.first_, 0, bytes);
  return t;
}
Tensor Tensor::ones(const Shape& shape, DType dtype, Device device) { return full(shape, 1, dtype, device); }

Tensor Tensor::full(const Shape& shape, double value, DType dtype, Device device) {
  Tensor t = empty(shape, dtype, device);
  write_over(t, scalar(value, DType::f64));
  return t;
}

double Tensor::item() const {
  if (elements_ != 1) fail<ShapeError>("Tensor::item: shape {} has {} elements, not one.", shape_.text(), elements_);
  if (device_.kind() != Device::Kind::cpu) return detach().to(Device::cpu()).item();
  return *static_cast<const double*>(detach().cast(DType::f64).first_);
}

}  // namespace linden
