// Tensor: memory, shapes and strides. (Views stand in ops/views.cpp, values in ops/creation.cpp.)
#include <algorithm>
#include <cstring>
#include <limits>
#include <linden/tensor.hpp>
#include <utility>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "tensor/access.hpp"

namespace linden {

std::size_t size_of(DType dtype) noexcept {
  switch (dtype) {
    case DType::f32:
    case DType::i32: return 4;
    case DType::f64:
    case DType::i64: return 8;
    default: return 1;
  }
}

const char* name_of(DType dtype) noexcept {
  constexpr const char* names[] = {"f32", "f64", "i32", "i64", "u8", "bool"};
  return names[static_cast<int>(dtype)];
}

Shape::Shape(std::initializer_list<std::int64_t> sizes) : Shape(std::span(sizes.begin(), sizes.size())) {}

Axes::Axes(std::span<const int> axes) : count_(axes.size()) {
  if (axes.size() > list_.size())
    fail<ShapeError>("Axes: {} dimensions; a tensor has at most {}.", axes.size(), list_.size());
  std::ranges::copy(axes, list_.begin());
}

Shape::Shape(std::span<const std::int64_t> sizes) : rank_(static_cast<int>(sizes.size())) {
  if (sizes.size() > max_rank)
    fail<ArgumentError>("Shape: {} dimensions; at most {} are supported.", sizes.size(), max_rank);
  std::copy(sizes.begin(), sizes.end(), sizes_.begin());
}

void Shape::refuse(int i) const { fail<ShapeError>("Shape: dimension {} of shape {}.", i < 0 ? i - rank_ : i, text()); }

void Shape::append(std::int64_t size) {
  if (rank_ == max_rank)
    fail<ArgumentError>("Shape: {} with one more dimension; at most {} are supported.", text(), max_rank);
  sizes_[static_cast<std::size_t>(rank_++)] = size;
}

namespace {

[[noreturn]] void refuse_elements(const Shape& shape) {
  fail<ArgumentError>("Shape: {} has more elements than 63 bits count.", shape.text());
}

}  // namespace

// Sizes of 0 are left out at first: the strides of the others are to fit, too, whatever their order.
std::int64_t Shape::elements() const {
  std::int64_t product = 1;
  bool is_empty = false;
  for (const std::int64_t size : *this) {
    if (size == 0)
      is_empty = true;
    else if (__builtin_mul_overflow(product, size, &product))
      refuse_elements(*this);
  }
  return is_empty ? 0 : product;
}

std::string Shape::text() const try {
  return fmt::format("[{}]", fmt::join(begin(), end(), ", "));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Shape::text");
}

Shape row_major_strides(const Shape& shape) {
  Shape strides = shape;
  std::int64_t step = 1;
  for (int d = shape.rank() - 1; d >= 0; --d) {
    strides[d] = step;
    if (__builtin_mul_overflow(step, std::max<std::int64_t>(1, shape[d]), &step)) refuse_elements(shape);
  }
  return strides;
}

Tensor::Tensor() noexcept {
  shape_.append(0);
  strides_.append(1);
}

void Tensor::forget() noexcept {
  static const Tensor nothing;
  first_ = nullptr;
  shape_ = nothing.shape_;
  strides_ = nothing.strides_;
  elements_ = 0;
  dtype_ = DType::f64;
  is_number_ = false;
  device_ = Device();
}

Tensor TensorAccess::allocate(const Shape& shape, DType dtype, Device device) try {
  Tensor t;
  t.shape_ = shape;
  t.strides_ = row_major_strides(shape);
  t.elements_ = shape.elements();
  t.dtype_ = dtype;
  t.device_ = device;
  std::int64_t signed_bytes = 0;
  if (__builtin_mul_overflow(t.elements_, static_cast<std::int64_t>(size_of(dtype)), &signed_bytes))
    fail<ArgumentError>("Tensor: shape {} of {} has more bytes than 63 bits count.", shape.text(), name_of(dtype));
  const auto bytes = static_cast<std::size_t>(signed_bytes);
  t.storage_ =
      device.kind() == Device::Kind::cpu ? std::make_shared<Storage>(bytes) : std::make_shared<Storage>(bytes, device);
  t.first_ = t.storage_->data;
  return t;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("a tensor");
}

Tensor Tensor::empty(const Shape& shape, DType dtype, Device device) {
  for (const std::int64_t size : shape)
    if (size < 0) fail<ShapeError>("Tensor::empty: shape {} has a negative size.", shape.text());
  return TensorAccess::allocate(shape, dtype, device);
}

Tensor Tensor::scalar(double value, DType dtype) {
  Tensor t = TensorAccess::allocate({}, dtype, Device::cpu());
  *static_cast<double*>(t.first_) = value;
  t.is_number_ = true;
  return t;
}

Tensor Tensor::scalar(std::int64_t value, DType dtype) {
  Tensor t = TensorAccess::allocate({}, dtype, Device::cpu());
  if (dtype == DType::boolean)
    *static_cast<bool*>(t.first_) = value != 0;
  else
    *static_cast<std::int64_t*>(t.first_) = value;
  t.is_number_ = true;
  return t;
}

Tensor Tensor::copied(const void* first, std::int64_t count, DType dtype, const Shape& shape) {
  Tensor t = empty(shape, dtype);
  if (t.elements_ != count)
    fail<ArgumentError>("Tensor::copy_of: shape {} wants {} elements, but {} were given.", shape.text(), t.elements_,
                        count);
  if (count > 0) std::memcpy(t.first_, first, static_cast<std::size_t>(count) * size_of(dtype));
  return t;
}

void Tensor::refuse_ragged(std::size_t first, std::size_t other) {
  fail<ShapeError>("Tensor::of: a list of {} beside one of {}. Hint: all rows have one length.", first, other);
}

void Tensor::refuse_large(std::uint64_t number) {
  fail<ArgumentError>("Tensor: {} is more than 63 bits hold, and whole numbers are i64. Hint: as doubles.", number);
}

Tensor Tensor::wrap(void* first, bool is_const, std::int64_t count, DType dtype, const Shape& shape,
                    const Shape* strides, std::shared_ptr<const void> owner) {
  const Shape steps = strides ? *strides : row_major_strides(shape);
  if (steps.rank() != shape.rank())
    fail<ArgumentError>("Tensor::view_of: shape {} and strides {} differ in rank.", shape.text(), steps.text());
  std::int64_t last = 0;  // of the elements that the view reaches
  for (int d = 0; d < shape.rank(); ++d) {
    if (shape[d] < 0 || steps[d] < 0)
      fail<ArgumentError>("Tensor::view_of: shape {} with strides {} has a negative entry.", shape.text(),
                          steps.text());
    std::int64_t reach = 0;
    if (__builtin_mul_overflow(steps[d], std::max<std::int64_t>(0, shape[d] - 1), &reach) ||
        __builtin_add_overflow(last, reach, &last) || last == std::numeric_limits<std::int64_t>::max())
      fail<ArgumentError>("Tensor::view_of: shape {} with strides {} reaches further than 63 bits count.", shape.text(),
                          steps.text());
  }
  const std::int64_t wanted = shape.elements() == 0 ? 0 : last + 1;
  if (strides ? wanted > count : wanted != count)
    fail<ArgumentError>("Tensor::view_of: shape {} wants {} elements, but {} were given.", shape.text(), wanted, count);
  Tensor t;
  t.storage_ =
      or_out_of_memory("Tensor::view_of", [&] { return std::make_shared<Storage>(first, is_const, std::move(owner)); });
  t.first_ = first;
  t.shape_ = shape;
  t.strides_ = steps;
  t.elements_ = shape.elements();
  t.dtype_ = dtype;
  return t;
}

bool Tensor::is_contiguous() const noexcept {
  std::int64_t step = 1;
  for (int d = rank() - 1; d >= 0; --d) {
    if (shape_[d] != 1 && strides_[d] != step) return elements_ == 0;
    step *= shape_[d];
  }
  return true;
}

void* Tensor::checked_data(DType expected, bool contiguous) const {
  if (expected != dtype_)
    fail<ArgumentError>("Tensor: asked for {} elements of a tensor of {}.", name_of(expected), name_of(dtype_));
  if (device_.kind() != Device::Kind::cpu)
    fail<DeviceError>("Tensor: its memory is on {}, not the host's. Hint: to(Device::cpu()).", device_.name());
  if (contiguous && !is_contiguous())
    fail<ArgumentError>("Tensor: shape {} with strides {} is not contiguous. Hint: call contiguous() first.",
                        shape_.text(), strides_.text());
  return first_;
}

std::int64_t Tensor::offset(std::initializer_list<std::int64_t> indices) const {
  const Shape index(indices);
  if (index.rank() != rank()) fail<ArgumentError>("Tensor::at: {} indices for shape {}.", index.rank(), shape_.text());
  std::int64_t sum = 0;
  for (int d = 0; d < rank(); ++d) {
    if (index[d] < 0 || index[d] >= shape_[d])
      fail<ArgumentError>("Tensor::at: index {} is out of range for shape {}.", index.text(), shape_.text());
    sum += index[d] * strides_[d];
  }
  return sum;
}

}  // namespace linden
