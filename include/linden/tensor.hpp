// Tensor: a shared handle to typed memory on a device, seen through a shape and strides.
//
//     Tensor x = Tensor::zeros({1000, 28}, DType::f32);
//     Tensor column = x.select(1, 3);                          // [1000], the same memory
//     std::vector<double> y = ...;
//     Tensor label = Tensor::view_of(std::span(y), {1000});    // no copy; y must outlive it
//
// Copying a Tensor copies the handle. Views (slice, select, transpose, ...) share memory with their source. Operations
// stand in ops.hpp, linalg.hpp and random.hpp, derivatives in autograd.hpp.
//
//     Tensor on_gpu = x.to(Device::best());                     // a copy; what is computed from it stays there
//     Tensor back = sum(on_gpu, 0).to(Device::cpu());           // data(), span() and at() read the host's memory alone
//
// Operations on a GPU are queued and run in order; item() and to(Device::cpu()) wait for them.
//
// Threads: any number may read one tensor; changing its elements, or the tape that it is on, is for one thread at a
// time.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <linden/device.hpp>
#include <linden/dtype.hpp>
#include <linden/export.hpp>
#include <memory>
#include <span>
#include <string>
#include <type_traits>

namespace linden {

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

  /// One more dimension at the end. Throws ArgumentError beyond eight.
  void append(std::int64_t size);
  /// The product of the sizes; 1 for a scalar. Throws ArgumentError when it does not fit 63 bits.
  std::int64_t elements() const;
  /// "[1000, 28]".
  std::string text() const;

  friend bool operator==(const Shape&, const Shape&) noexcept = default;

 private:
  std::array<std::int64_t, max_rank> sizes_{};
  int rank_ = 0;
};

struct Storage;  // src/tensor/storage.hpp
class Node;      // src/autograd/node.hpp

class LINDEN_API Tensor {
 public:
  /// An empty tensor: shape [0], f64, on the CPU.
  Tensor() noexcept;
  /// A number, as a scalar: shape [], f64 for floating-point numbers, i64 for whole ones, boolean for bool. It yields
  /// to the tensor that it meets: x * 2.0 has the dtype of a floating-point x, and so has x * 2, and the device of x.
  template <class Number>
  requires std::is_arithmetic_v<Number> Tensor(Number number)
      : Tensor(number_scalar(number)) {}  // NOLINT: meant to be implicit

  /// Uninitialised memory, 64-byte aligned beyond 32 bytes and on a GPU. Throws ArgumentError for a negative size,
  /// MemoryError when it does not fit.
  static Tensor empty(const Shape& shape, DType dtype = DType::f64, Device device = Device::cpu());
  static Tensor zeros(const Shape& shape, DType dtype = DType::f64, Device device = Device::cpu());
  static Tensor ones(const Shape& shape, DType dtype = DType::f64, Device device = Device::cpu());
  /// `value` everywhere.
  static Tensor full(const Shape& shape, double value, DType dtype = DType::f64, Device device = Device::cpu());

  /// A copy of `values` on the CPU, row-major. Throws ArgumentError unless there are shape.elements() of them.
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

  // Dimensions are counted from 0, or from the end as -1, -2, ... Each throws ShapeError out of range.

  /// Positions start, start + step, ... below stop of dimension `dim`, as a view.
  Tensor slice(int dim, std::int64_t start, std::int64_t stop, std::int64_t step = 1) const;
  /// Position `index` of dimension `dim`, as a view of one rank less.
  Tensor select(int dim, std::int64_t index) const;
  /// Two dimensions exchanged, as a view.
  Tensor transpose(int a, int b) const;
  /// The same elements in row-major order under another shape, one size of which may be -1 (what is left). A view where
  /// the strides allow it, else a copy.
  Tensor reshape(const Shape& shape) const;
  /// Dimensions of size 1, and new ones in front, repeated to `shape` (NumPy's rule), as a view without a copy.
  Tensor broadcast_to(const Shape& shape) const;
  /// A new dimension of size 1 at `dim`.
  Tensor unsqueeze(int dim) const;
  /// Without dimension `dim`, whose size must be 1.
  Tensor squeeze(int dim) const;
  /// The same elements in row-major order: this tensor if it is contiguous, else a copy.
  Tensor contiguous() const;
  /// A row-major copy.
  Tensor clone() const;
  /// This tensor if it lives on the device, else a row-major copy there. Gradients go back the same way. (From one GPU
  /// to another by way of the host.)
  Tensor to(Device device) const;

  /// The only element, converted; on any device. Throws ShapeError unless there is exactly one.
  double item() const;

  // The tape (autograd.hpp).

  /// Whether results computed from this tensor go on the tape.
  bool requires_grad() const noexcept { return node_ != nullptr; }
  /// Puts this tensor on the tape as a variable, or takes it off. Returns *this. Throws DTypeError unless it is f32 or
  /// f64, GraphError when it is itself a result on the tape.
  Tensor& set_requires_grad(bool wanted = true);
  /// What backward has added up for this variable. Throws GraphError when there is nothing yet.
  Tensor grad() const;
  bool has_grad() const noexcept;
  /// Forgets what backward has added up.
  void clear_grad() const;
  /// The same memory, off the tape.
  Tensor detach() const;

  // Elements in the host's memory. Each throws DeviceError for a tensor on a GPU: to(Device::cpu()) copies it.

  /// The first element. Throws ArgumentError when T is not the dtype.
  template <class T>
  T* data() const;
  /// All elements of a contiguous tensor. Throws ArgumentError when it is not contiguous or T is not its dtype.
  template <class T>
  std::span<T> span() const;
  /// The element at these indices.
  template <class T>
  T at(std::initializer_list<std::int64_t> indices) const;

 private:
  friend class TensorAccess;  // src/tensor/access.hpp: how ops build tensors and reach the tape

  static Tensor scalar(double value, DType dtype);
  static Tensor scalar(std::int64_t value, DType dtype);
  template <class Number>
  static Tensor number_scalar(Number number) {
    if constexpr (std::is_floating_point_v<Number>)
      return scalar(static_cast<double>(number), DType::f64);
    else
      return scalar(static_cast<std::int64_t>(number), std::is_same_v<Number, bool> ? DType::boolean : DType::i64);
  }
  static Tensor wrap(void* first, std::int64_t count, DType, const Shape& shape, const Shape* strides,
                     std::shared_ptr<const void> owner);
  void* checked_data(DType expected, bool contiguous) const;
  std::int64_t offset(std::initializer_list<std::int64_t> indices) const;

  std::shared_ptr<Storage> storage_;
  std::shared_ptr<Node> node_;  // null off the tape
  void* first_ = nullptr;
  Shape shape_;
  Shape strides_;
  std::int64_t elements_ = 0;
  DType dtype_ = DType::f64;
  bool is_number_ = false;  // made from a C++ number: its dtype gives way
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
