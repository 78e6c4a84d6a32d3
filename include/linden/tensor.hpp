// Tensor: a shared handle to typed memory on a device, seen through a shape and strides.
//
//     Tensor x = Tensor::zeros({1000, 28}, DType::f32);
//     Tensor column = x.select(1, 3);                          // [1000], the same memory
//     std::vector<double> y = ...;
//     Tensor label = Tensor::view_of(std::span(y), {1000});    // no copy; y must outlive it
//
// Copying a Tensor copies the handle. Views (slice, select, transpose) share memory with their source.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <linden/device.hpp>
#include <linden/export.hpp>
#include <memory>
#include <span>
#include <string>

namespace linden {

/// What one element is. Computation is in f32 and f64; the others store indices, bytes and masks.
enum class DType : std::uint8_t { f32, f64, i32, i64, u8, boolean };

/// Bytes of one element.
LINDEN_API std::size_t size_of(DType) noexcept;
/// "f32", "f64", "i32", "i64", "u8" or "bool".
LINDEN_API const char* name_of(DType) noexcept;

template <class T>
inline constexpr DType dtype_of = [] {
  if constexpr (std::is_same_v<T, float>)
    return DType::f32;
  else if constexpr (std::is_same_v<T, double>)
    return DType::f64;
  else if constexpr (std::is_same_v<T, std::int32_t>)
    return DType::i32;
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return DType::i64;
  else if constexpr (std::is_same_v<T, std::uint8_t>)
    return DType::u8;
  else {
    static_assert(std::is_same_v<T, bool>, "a tensor holds float, double, int32_t, int64_t, uint8_t or bool");
    return DType::boolean;
  }
}();

/// Up to eight sizes, or eight strides, outermost first. An empty Shape is that of a scalar.
class LINDEN_API Shape {
 public:
  static constexpr int max_rank = 8;

  Shape() noexcept = default;
  /// Throws ArgumentError beyond eight dimensions.
  Shape(std::initializer_list<std::int64_t> sizes);
  explicit Shape(std::span<const std::int64_t> sizes);

  int rank() const noexcept { return rank_; }
  std::int64_t operator[](int i) const noexcept { return sizes_[static_cast<std::size_t>(i)]; }
  std::int64_t& operator[](int i) noexcept { return sizes_[static_cast<std::size_t>(i)]; }
  const std::int64_t* begin() const noexcept { return sizes_.data(); }
  const std::int64_t* end() const noexcept { return sizes_.data() + rank_; }

  /// The product of the sizes; 1 for a scalar. Throws ArgumentError when it does not fit 63 bits.
  std::int64_t elements() const;
  /// "[1000, 28]".
  std::string text() const;

  friend bool operator==(const Shape&, const Shape&) noexcept = default;

 private:
  std::array<std::int64_t, max_rank> sizes_{};
  int rank_ = 0;
};

class LINDEN_API Tensor {
 public:
  /// An empty tensor: shape [0], f64, on the CPU.
  Tensor();

  /// Uninitialised memory, 64-byte aligned. Throws ArgumentError for a negative size, MemoryError when it does not fit.
  static Tensor empty(const Shape& shape, DType dtype = DType::f64, Device device = Device::cpu());
  static Tensor zeros(const Shape& shape, DType dtype = DType::f64, Device device = Device::cpu());

  /// A copy of `values`, row-major. Throws ArgumentError unless there are shape.elements() of them.
  template <class T>
  static Tensor copy_of(std::span<const T> values, const Shape& shape);

  /// The caller's own memory, without a copy, through row-major strides or the ones given (in elements).
  /// `owner` is kept alive as long as any view of the memory; without one the caller's memory must outlive them all.
  template <class T>
  static Tensor view_of(std::span<T> values, const Shape& shape, std::shared_ptr<const void> owner = nullptr);
  template <class T>
  static Tensor view_of(std::span<T> values, const Shape& shape, const Shape& strides,
                        std::shared_ptr<const void> owner = nullptr);

  const Shape& shape() const noexcept { return shape_; }
  const Shape& strides() const noexcept { return strides_; }
  DType dtype() const noexcept { return dtype_; }
  Device device() const noexcept { return device_; }
  int rank() const noexcept { return shape_.rank(); }
  std::int64_t size(int dim) const noexcept { return shape_[dim]; }
  std::int64_t elements() const noexcept { return elements_; }
  /// Whether the elements lie one after another in row-major order.
  bool is_contiguous() const noexcept;

  /// Rows start, start + step, ... below stop of dimension `dim`, as a view. Throws ArgumentError out of range.
  Tensor slice(int dim, std::int64_t start, std::int64_t stop, std::int64_t step = 1) const;
  /// Position `index` of dimension `dim`, as a view of one rank less.
  Tensor select(int dim, std::int64_t index) const;
  /// Two dimensions exchanged, as a view.
  Tensor transpose(int a, int b) const;
  /// The same elements in row-major order: this tensor if it is contiguous, else a copy.
  Tensor contiguous() const;
  /// A row-major copy.
  Tensor clone() const;

  /// The first element. Throws ArgumentError when T is not the dtype, or the memory is not the host's.
  template <class T>
  T* data() const;
  /// All elements of a contiguous tensor. Throws ArgumentError when it is not contiguous or T is not its dtype.
  template <class T>
  std::span<T> span() const;
  /// The element at these indices.
  template <class T>
  T at(std::initializer_list<std::int64_t> indices) const;

 private:
  Tensor(std::shared_ptr<void> memory, void* first, const Shape& shape, const Shape& strides, DType, Device);
  static Tensor wrap(void* first, std::int64_t count, DType, const Shape& shape, const Shape* strides,
                     std::shared_ptr<const void> owner);
  void* checked_data(DType expected, bool contiguous) const;
  std::int64_t offset(std::initializer_list<std::int64_t> indices) const;

  std::shared_ptr<void> memory_;
  void* first_ = nullptr;
  Shape shape_;
  Shape strides_;
  std::int64_t elements_ = 0;
  DType dtype_ = DType::f64;
  Device device_;
};

/// Row-major strides, in elements, of a shape.
LINDEN_API Shape row_major_strides(const Shape& shape);

template <class T>
Tensor Tensor::copy_of(std::span<const T> values, const Shape& shape) {
  return wrap(const_cast<T*>(values.data()), static_cast<std::int64_t>(values.size()), dtype_of<T>, shape, nullptr,
              nullptr)
      .clone();
}

template <class T>
Tensor Tensor::view_of(std::span<T> values, const Shape& shape, std::shared_ptr<const void> owner) {
  return wrap(const_cast<std::remove_const_t<T>*>(values.data()), static_cast<std::int64_t>(values.size()),
              dtype_of<std::remove_const_t<T>>, shape, nullptr, std::move(owner));
}

template <class T>
Tensor Tensor::view_of(std::span<T> values, const Shape& shape, const Shape& strides,
                       std::shared_ptr<const void> owner) {
  return wrap(const_cast<std::remove_const_t<T>*>(values.data()), static_cast<std::int64_t>(values.size()),
              dtype_of<std::remove_const_t<T>>, shape, &strides, std::move(owner));
}

template <class T>
T* Tensor::data() const {
  return static_cast<T*>(checked_data(dtype_of<std::remove_const_t<T>>, false));
}

template <class T>
std::span<T> Tensor::span() const {
  return {static_cast<T*>(checked_data(dtype_of<std::remove_const_t<T>>, true)), static_cast<std::size_t>(elements_)};
}

template <class T>
T Tensor::at(std::initializer_list<std::int64_t> indices) const {
  return static_cast<T*>(checked_data(dtype_of<T>, false))[offset(indices)];
}

}  // namespace linden
