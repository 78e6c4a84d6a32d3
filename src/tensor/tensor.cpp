// Tensor: memory, shapes, strides and views.
#include <cstdlib>
#include <cstring>
#include <linden/tensor.hpp>
#include <new>
#include <utility>

#include "base/fail.hpp"

namespace linden {
namespace {

constexpr std::size_t alignment = 64;  // a cache line, and the widest vector register

std::shared_ptr<void> allocate(std::size_t bytes) {
  const std::size_t rounded = (std::max<std::size_t>(bytes, 1) + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, rounded);
  if (memory == nullptr)
    fail<MemoryError>("Tensor: {} bytes of memory are not to be had. Hint: use fewer rows, or f32 for f64.", bytes);
  return {memory, std::free};
}

template <class F>
void for_each_row_major(const Shape& shape, const Shape& strides, F&& visit) {
  const std::int64_t count = shape.elements();
  Shape index = shape;
  for (int d = 0; d < shape.rank(); ++d) index[d] = 0;
  std::int64_t offset = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    visit(i, offset);
    for (int d = shape.rank() - 1; d >= 0; --d) {
      offset += strides[d];
      if (++index[d] < shape[d]) break;
      offset -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
}

}  // namespace

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

Shape::Shape(std::span<const std::int64_t> sizes) : rank_(static_cast<int>(sizes.size())) {
  if (sizes.size() > max_rank)
    fail<ArgumentError>("Shape: {} dimensions; at most {} are supported.", sizes.size(), max_rank);
  std::copy(sizes.begin(), sizes.end(), sizes_.begin());
}

std::int64_t Shape::elements() const {
  std::int64_t product = 1;
  for (const std::int64_t size : *this)
    if (__builtin_mul_overflow(product, size, &product))
      fail<ArgumentError>("Shape: {} has more elements than 63 bits count.", text());
  return product;
}

std::string Shape::text() const { return fmt::format("[{}]", fmt::join(begin(), end(), ", ")); }

Shape row_major_strides(const Shape& shape) {
  Shape strides = shape;
  std::int64_t step = 1;
  for (int d = shape.rank() - 1; d >= 0; --d) {
    strides[d] = step;
    step *= std::max<std::int64_t>(1, shape[d]);
  }
  return strides;
}

Tensor::Tensor() : Tensor(empty({0})) {}

Tensor::Tensor(std::shared_ptr<void> memory, void* first, const Shape& shape, const Shape& strides, DType dtype,
               Device device)
    : memory_(std::move(memory)),
      first_(first),
      shape_(shape),
      strides_(strides),
      elements_(shape.elements()),
      dtype_(dtype),
      device_(device) {}

Tensor Tensor::empty(const Shape& shape, DType dtype, Device device) {
  if (device.kind() != Device::Kind::cpu)
    fail<DeviceError>("Tensor::empty: tensors live on cpu in this build, not on {}.", device.name());
  for (const std::int64_t size : shape)
    if (size < 0) fail<ArgumentError>("Tensor::empty: shape {} has a negative size.", shape.text());
  std::int64_t bytes = 0;
  if (__builtin_mul_overflow(shape.elements(), static_cast<std::int64_t>(size_of(dtype)), &bytes))
    fail<ArgumentError>("Tensor::empty: shape {} of {} has more bytes than 63 bits count.", shape.text(),
                        name_of(dtype));
  std::shared_ptr<void> memory = allocate(static_cast<std::size_t>(bytes));
  void* first = memory.get();
  return {std::move(memory), first, shape, row_major_strides(shape), dtype, device};
}

Tensor Tensor::zeros(const Shape& shape, DType dtype, Device device) {
  Tensor t = empty(shape, dtype, device);
  std::memset(t.first_, 0, static_cast<std::size_t>(t.elements_) * size_of(dtype));
  return t;
}

Tensor Tensor::wrap(void* first, std::int64_t count, DType dtype, const Shape& shape, const Shape* strides,
                    std::shared_ptr<const void> owner) {
  const Shape steps = strides ? *strides : row_major_strides(shape);
  if (steps.rank() != shape.rank())
    fail<ArgumentError>("Tensor::view_of: shape {} and strides {} differ in rank.", shape.text(), steps.text());
  std::int64_t last = 0;  // of the elements that the view reaches
  for (int d = 0; d < shape.rank(); ++d) {
    if (shape[d] < 0 || steps[d] < 0)
      fail<ArgumentError>("Tensor::view_of: shape {} with strides {} has a negative entry.", shape.text(),
                          steps.text());
    last += steps[d] * std::max<std::int64_t>(0, shape[d] - 1);
  }
  const std::int64_t wanted = shape.elements() == 0 ? 0 : last + 1;
  if (strides ? wanted > count : wanted != count)
    fail<ArgumentError>("Tensor::view_of: shape {} wants {} elements, but {} were given.", shape.text(), wanted, count);
  // An aliasing pointer: it shares the owner's lifetime, whatever the owner is.
  return {
      std::shared_ptr<void>(std::const_pointer_cast<void>(owner), first), first, shape, steps, dtype, Device::cpu()};
}

bool Tensor::is_contiguous() const noexcept {
  std::int64_t step = 1;
  for (int d = rank() - 1; d >= 0; --d) {
    if (shape_[d] != 1 && strides_[d] != step) return elements_ == 0;
    step *= shape_[d];
  }
  return true;
}

Tensor Tensor::slice(int dim, std::int64_t start, std::int64_t stop, std::int64_t step) const {
  if (dim < 0 || dim >= rank() || step < 1 || start < 0 || stop < start || stop > shape_[dim])
    fail<ArgumentError>("Tensor::slice: {}:{}:{} of dimension {} is out of range for shape {}.", start, stop, step, dim,
                        shape_.text());
  Shape shape = shape_, strides = strides_;
  shape[dim] = (stop - start + step - 1) / step;
  strides[dim] *= step;
  char* first = static_cast<char*>(first_) + start * strides_[dim] * static_cast<std::int64_t>(size_of(dtype_));
  return {memory_, first, shape, strides, dtype_, device_};
}

Tensor Tensor::select(int dim, std::int64_t index) const {
  if (dim < 0 || dim >= rank() || index < 0 || index >= shape_[dim])
    fail<ArgumentError>("Tensor::select: index {} of dimension {} is out of range for shape {}.", index, dim,
                        shape_.text());
  std::array<std::int64_t, Shape::max_rank> shape{}, strides{};
  std::size_t rest = 0;
  for (int d = 0; d < rank(); ++d) {
    if (d == dim) continue;
    shape[rest] = shape_[d];
    strides[rest++] = strides_[d];
  }
  char* first = static_cast<char*>(first_) + index * strides_[dim] * static_cast<std::int64_t>(size_of(dtype_));
  return {memory_, first,  Shape(std::span(shape.data(), rest)), Shape(std::span(strides.data(), rest)),
          dtype_,  device_};
}

Tensor Tensor::transpose(int a, int b) const {
  if (a < 0 || b < 0 || a >= rank() || b >= rank())
    fail<ArgumentError>("Tensor::transpose: dimensions {} and {} of a tensor of shape {}.", a, b, shape_.text());
  Shape shape = shape_, strides = strides_;
  std::swap(shape[a], shape[b]);
  std::swap(strides[a], strides[b]);
  return {memory_, first_, shape, strides, dtype_, device_};
}

Tensor Tensor::contiguous() const { return is_contiguous() ? *this : clone(); }

Tensor Tensor::clone() const {
  Tensor copy = empty(shape_, dtype_, device_);
  const std::size_t size = size_of(dtype_);
  const char* from = static_cast<const char*>(first_);
  char* to = static_cast<char*>(copy.first_);
  if (is_contiguous()) {
    if (elements_ > 0) std::memcpy(to, from, static_cast<std::size_t>(elements_) * size);
    return copy;
  }
  for_each_row_major(shape_, strides_, [&](std::int64_t i, std::int64_t offset) {
    std::memcpy(to + i * static_cast<std::int64_t>(size), from + offset * static_cast<std::int64_t>(size), size);
  });
  return copy;
}

void* Tensor::checked_data(DType expected, bool contiguous) const {
  if (expected != dtype_)
    fail<ArgumentError>("Tensor: asked for {} elements of a tensor of {}.", name_of(expected), name_of(dtype_));
  if (device_.kind() != Device::Kind::cpu)
    fail<ArgumentError>("Tensor: its memory is on {}, not the host's.", device_.name());
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
