// Tensor: a shared handle to typed memory on a device, seen through a shape and strides.
//
//     Tensor x = Tensor::zeros({1000, 28}, DType::f32);
//     Tensor column = x.select(1, 3);                          // [1000], the same memory
//     x[0] += 1;                                               // the first row: views change what they show
//     std::vector<double> y(1000);
//     Tensor label = Tensor::view_of(y, {1000});               // no copy; y must outlive it
//     Tensor table = Tensor::of({{1.0, 2.0}, {3.0, 4.0}});     // [2, 2]
//     std::vector<float> means = x.mean(0).to_vector<float>(); // a copy of the elements
//
// Copying a Tensor copies the handle. Views ([], slice, select, transpose, ...) share memory with their source.
// Operations stand in ops.hpp, linalg.hpp and random.hpp, derivatives in autograd.hpp, files in tensor_file.hpp.
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
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <linden/device.hpp>
#include <linden/dtype.hpp>
#include <linden/error.hpp>
#include <linden/export.hpp>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace linden {

/// What C++ would silently turn into a whole number: 0.5, true. Functions of dimensions and sizes do not take it.
template <class T>
concept NotWhole = std::is_floating_point_v<T> || std::is_same_v<T, bool>;

/// A whole number that is meant as one: sizes.
template <class T>
concept Whole = std::is_integral_v<T> && !std::is_same_v<T, bool>;

/// A number where true or false is wanted.
template <class T>
concept NotFlag = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;

/// Up to eight sizes, or eight strides, outermost first. An empty Shape is that of a scalar.
class LINDEN_API Shape {
 public:
  static constexpr int max_rank = 8;

  Shape() noexcept = default;
  /// Throws ArgumentError beyond eight dimensions.
  Shape(std::initializer_list<std::int64_t> sizes);
  explicit Shape(std::span<const std::int64_t> sizes);

  int rank() const noexcept { return rank_; }
  /// Dimension i, from the end where it is negative. Throws ShapeError out of range.
  std::int64_t operator[](int i) const { return sizes_[position(i)]; }
  std::int64_t& operator[](int i) { return sizes_[position(i)]; }
  const std::int64_t* begin() const noexcept { return sizes_.data(); }
  const std::int64_t* end() const noexcept { return sizes_.data() + rank_; }

  /// One more dimension at the end. Throws ArgumentError beyond eight.
  void append(std::int64_t size);
  /// The product of the sizes; 1 for a scalar. Throws ArgumentError when that of the sizes other than 0 does not fit 63
  /// bits.
  std::int64_t elements() const;
  /// "[1000, 28]".
  std::string text() const;

  friend bool operator==(const Shape&, const Shape&) noexcept = default;

 private:
  std::size_t position(int i) const {
    if (i < 0) i += rank_;
    if (static_cast<unsigned>(i) >= static_cast<unsigned>(rank_)) refuse(i);
    return static_cast<std::size_t>(i);
  }
  [[noreturn]] void refuse(int i) const;

  std::array<std::int64_t, max_rank> sizes_{};
  int rank_ = 0;
};

/// Dimensions to reduce: one, several, or (empty) all of them. Negative ones count from the end.
class LINDEN_API Axes {
 public:
  Axes() noexcept = default;
  Axes(int axis) noexcept : list_{axis}, count_(1) {}  // NOLINT: meant to be implicit
  /// Throws ShapeError beyond eight.
  Axes(std::initializer_list<int> axes) : Axes(std::span(axes.begin(), axes.size())) {}  // NOLINT
  explicit Axes(std::span<const int> axes);
  /// max(x, 0.0) would be a maximum along dimension 0: maximum(x, 0.0) is what is meant.
  template <NotWhole T>
  Axes(T) = delete;
  std::span<const int> list() const noexcept { return {list_.data(), count_}; }

 private:
  std::array<int, Shape::max_rank> list_{};
  std::size_t count_ = 0;
};

struct Storage;  // src/tensor/storage.hpp
class Node;      // src/tensor/node.hpp

class LINDEN_API Tensor {
 public:
  /// An empty tensor: shape [0], f64, on the CPU.
  Tensor() noexcept;
  /// A number, as a scalar: shape [], f64 for floating-point numbers, i64 for whole ones, boolean for bool. It yields
  /// to the tensor that it meets: x * 2.0 has the dtype of a floating-point x, and so has x * 2, and the device of x.
  template <class Number>
  requires std::is_arithmetic_v<Number> Tensor(Number number)
      : Tensor(number_scalar(number)) {}  // NOLINT: meant to be implicit

  Tensor(const Tensor&) = default;
  /// What was moved from is an empty tensor.
  Tensor(Tensor&& other) noexcept
      : storage_(std::move(other.storage_)),
        node_(std::move(other.node_)),
        first_(other.first_),
        shape_(other.shape_),
        strides_(other.strides_),
        elements_(other.elements_),
        dtype_(other.dtype_),
        is_number_(other.is_number_),
        device_(other.device_) {
    other.forget();
  }
  Tensor& operator=(const Tensor&) & = default;
  Tensor& operator=(Tensor&& other) & noexcept;
  /// To what an expression gives, a view, elements are assigned: x[0] = 1.0, as assign() does (ops.hpp).
  void operator=(const Tensor& values) &&;
  ~Tensor() = default;

  /// Uninitialised memory, 64-byte aligned beyond 32 bytes and on a GPU. Throws ArgumentError for a negative size,
  /// MemoryError when it does not fit.
  static Tensor empty(const Shape& shape, DType dtype = DType::f64, Device device = Device::cpu());
  static Tensor zeros(const Shape& shape, DType dtype = DType::f64, Device device = Device::cpu());
  static Tensor ones(const Shape& shape, DType dtype = DType::f64, Device device = Device::cpu());
  /// `value` everywhere.
  static Tensor full(const Shape& shape, double value, DType dtype = DType::f64, Device device = Device::cpu());
  /// The same in f64 on the CPU, by their sizes: zeros(3), zeros(2, 3).
  template <Whole... Sizes>
  requires(sizeof...(Sizes) > 0) static Tensor empty(Sizes... sizes) {
    return empty(Shape{static_cast<std::int64_t>(sizes)...});
  }
  template <Whole... Sizes>
  requires(sizeof...(Sizes) > 0) static Tensor zeros(Sizes... sizes) {
    return zeros(Shape{static_cast<std::int64_t>(sizes)...});
  }
  template <Whole... Sizes>
  requires(sizeof...(Sizes) > 0) static Tensor ones(Sizes... sizes) {
    return ones(Shape{static_cast<std::int64_t>(sizes)...});
  }
  template <class... Sizes>
  requires(NotWhole<Sizes> || ...) static Tensor empty(Sizes...) = delete;
  template <class... Sizes>
  requires(NotWhole<Sizes> || ...) static Tensor zeros(Sizes...) = delete;
  template <class... Sizes>
  requires(NotWhole<Sizes> || ...) static Tensor ones(Sizes...) = delete;

  /// The numbers of a list, [n], of nested ones, [m, n] or [k, m, n]: of({1.0, 2.0}), of({{1, 2}, {3, 4}}). Whole
  /// numbers are i64, as numbers of C++ are. Throws ShapeError for rows of different lengths.
  template <class T>
  static Tensor of(std::initializer_list<T> values);
  template <class T>
  static Tensor of(std::initializer_list<std::initializer_list<T>> rows);
  template <class T>
  static Tensor of(std::initializer_list<std::initializer_list<std::initializer_list<T>>> matrices);

  /// A copy of `values` (a vector, array or span of numbers) on the CPU, row-major, [n] unless a shape is given.
  /// float, double, std::int32_t, std::int64_t, std::uint8_t and bool keep their dtype, other whole numbers become i64.
  /// Throws ArgumentError unless there are shape.elements() of them, and for a number of 2^63 or more.
  template <class Values>
  static Tensor copy_of(const Values& values, const Shape& shape);
  template <class Values>
  static Tensor copy_of(const Values& values);

  /// The caller's own memory (a vector, array or span of a dtype's numbers), without a copy, through row-major strides
  /// or the ones given (in elements, >= 0). `owner` is kept alive as long as any view of the memory; without one the
  /// caller's memory must outlive them all. Of const memory the view is one to read: what would change it (+=, assign,
  /// optimizers) throws ArgumentError. Throws ArgumentError for a shape and strides that reach beyond the memory.
  template <class Values>
  static Tensor view_of(Values&& values, const Shape& shape);
  template <class Values, class Owner>
  requires std::convertible_to<Owner, std::shared_ptr<const void>>
  static Tensor view_of(Values&& values, const Shape& shape, Owner owner);
  template <class Values>
  static Tensor view_of(Values&& values, const Shape& shape, const Shape& strides,
                        std::shared_ptr<const void> owner = nullptr);

  const Shape& shape() const& noexcept { return shape_; }
  const Shape& strides() const& noexcept { return strides_; }
  Shape shape() const&& noexcept { return shape_; }
  Shape strides() const&& noexcept { return strides_; }
  DType dtype() const noexcept { return dtype_; }
  Device device() const noexcept { return device_; }
  int rank() const noexcept { return shape_.rank(); }
  /// Of dimension `dim`, from the end where it is negative. Throws ShapeError out of range.
  std::int64_t size(int dim) const { return shape_[dim]; }
  template <NotWhole T>
  std::int64_t size(T) const = delete;
  std::int64_t elements() const noexcept { return elements_; }
  /// Whether the elements lie one after another in row-major order.
  bool is_contiguous() const noexcept;

  // Dimensions, and positions of select and [], are counted from 0, or from the end as -1, -2, ... Each throws
  // ShapeError out of range.

  /// Position `index` of the first dimension, as a view: x[0] is the first row of a matrix. x[0] = 1.0 and x[0] += y
  /// change it.
  Tensor operator[](std::int64_t index) const;
  template <NotWhole T>
  Tensor operator[](T) const = delete;
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

  // What ops.hpp has as functions, where it reads well: x.mean(0) is mean(x, 0).

  Tensor sum(const Axes& axes = {}, bool keep_dims = false) const;
  Tensor product(const Axes& axes = {}, bool keep_dims = false) const;
  Tensor mean(const Axes& axes = {}, bool keep_dims = false) const;
  Tensor variance(const Axes& axes = {}, bool keep_dims = false, int correction = 1) const;
  Tensor max(const Axes& axes = {}, bool keep_dims = false) const;
  Tensor min(const Axes& axes = {}, bool keep_dims = false) const;
  Tensor argmax(int axis, bool keep_dims = false) const;
  Tensor argmin(int axis, bool keep_dims = false) const;
  Tensor cast(DType dtype) const;

  // x.sum(0, 1) is no sum over two dimensions: x.sum({0, 1}).
  template <NotFlag T>
  Tensor sum(const Axes&, T) const = delete;
  template <NotFlag T>
  Tensor product(const Axes&, T) const = delete;
  template <NotFlag T>
  Tensor mean(const Axes&, T) const = delete;
  template <NotFlag T>
  Tensor variance(const Axes&, T, int = 1) const = delete;
  template <NotFlag T>
  Tensor max(const Axes&, T) const = delete;
  template <NotFlag T>
  Tensor min(const Axes&, T) const = delete;
  template <NotWhole T>
  Tensor argmax(T, bool = false) const = delete;
  template <NotWhole T>
  Tensor argmin(T, bool = false) const = delete;

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
  T* data() const&;
  /// All elements of a contiguous tensor. Throws ArgumentError when it is not contiguous or T is not its dtype.
  template <class T>
  std::span<T> span() const&;
  /// Of a temporary the memory may be gone with it: keep the tensor in a variable, or take to_vector().
  template <class T>
  T* data() const&& = delete;
  template <class T>
  std::span<T> span() const&& = delete;
  /// The element at these indices. Throws ArgumentError out of range, or when T is not the dtype.
  template <class T>
  T at(std::initializer_list<std::int64_t> indices) const;
  /// A copy of all elements in row-major order, converted as cast() does; from any device and through any strides.
  template <class T>
  std::vector<T> to_vector() const;

 private:
  friend class TensorAccess;  // src/tensor/access.hpp: how ops build tensors and reach the tape

  static Tensor scalar(double value, DType dtype);
  static Tensor scalar(std::int64_t value, DType dtype);
  template <class Number>
  static Tensor number_scalar(Number number) {
    if constexpr (std::is_floating_point_v<Number>)
      return scalar(static_cast<double>(number), DType::f64);
    else
      return scalar(whole(number), std::is_same_v<Number, bool> ? DType::boolean : DType::i64);
  }
  /// Throws ArgumentError for one that 63 bits do not hold.
  template <class Number>
  static std::int64_t whole(Number number) {
    if constexpr (std::is_unsigned_v<Number> && sizeof(Number) >= sizeof(std::int64_t))
      if (number > static_cast<Number>(std::numeric_limits<std::int64_t>::max())) refuse_large(number);
    return static_cast<std::int64_t>(number);
  }
  template <class Range>
  static std::vector<std::int64_t> whole_numbers(const Range& numbers) {
    std::vector<std::int64_t> wide;
    wide.reserve(std::size(numbers));
    for (const auto number : numbers) wide.push_back(whole(number));
    return wide;
  }
  /// As a list of numbers has it: whole ones are i64.
  template <class T>
  static auto kept(T value) {
    if constexpr (Whole<T>)
      return whole(value);
    else
      return value;
  }
  [[noreturn]] static void refuse_large(std::uint64_t number);
  void forget() noexcept;
  static Tensor copied(const void* first, std::int64_t count, DType, const Shape& shape);
  static void refuse_ragged(std::size_t first, std::size_t other);
  static Tensor wrap(void* first, bool is_const, std::int64_t count, DType, const Shape& shape, const Shape* strides,
                     std::shared_ptr<const void> owner);
  template <class Values>
  static Tensor wrapped(Values&& values, const Shape& shape, const Shape* strides, std::shared_ptr<const void> owner) {
    const std::span elements(std::forward<Values>(values));  // refuses a vector that is about to go
    using Element = typename decltype(elements)::element_type;
    using T = std::remove_const_t<Element>;
    return wrap(const_cast<T*>(elements.data()), std::is_const_v<Element>, static_cast<std::int64_t>(elements.size()),
                dtype_of<T>, shape, strides, std::move(owner));
  }
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

inline Tensor& Tensor::operator=(Tensor&& other) & noexcept {
  if (this == &other) return *this;
  storage_ = std::move(other.storage_);
  node_ = std::move(other.node_);
  first_ = other.first_;
  shape_ = other.shape_;
  strides_ = other.strides_;
  elements_ = other.elements_;
  dtype_ = other.dtype_;
  is_number_ = other.is_number_;
  device_ = other.device_;
  other.forget();
  return *this;
}

/// Row-major strides, in elements, of a shape.
LINDEN_API Shape row_major_strides(const Shape& shape);

/// The same as to_string(x) of ops.hpp: numbers in brackets, the middle of long dimensions left out, shape and dtype.
LINDEN_API std::ostream& operator<<(std::ostream& out, const Tensor& x);

/// One of several tensors that go together: a parameter of a network, a column of a file (tensor_file.hpp).
struct NamedTensor {
  std::string name;
  Tensor value;
};

namespace detail {

/// Whether there is a dtype for T.
template <class T>
inline constexpr bool has_dtype =
    std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::int32_t> ||
    std::is_same_v<T, std::int64_t> || std::is_same_v<T, std::uint8_t> || std::is_same_v<T, bool>;

}  // namespace detail

template <class Values>
Tensor Tensor::copy_of(const Values& values, const Shape& shape) try {
  if constexpr (std::is_same_v<Values, std::vector<bool>>) {
    const std::vector<std::uint8_t> bytes(values.begin(), values.end());
    return copied(bytes.data(), static_cast<std::int64_t>(bytes.size()), DType::boolean, shape);
  } else {
    const std::span elements(values);
    using T = std::remove_const_t<typename decltype(elements)::element_type>;
    if constexpr (detail::has_dtype<T>) {
      return copied(elements.data(), static_cast<std::int64_t>(elements.size()), dtype_of<T>, shape);
    } else {
      static_assert(std::is_integral_v<T>, "a tensor holds float, double, whole numbers or bool");
      const std::vector<std::int64_t> wide = whole_numbers(elements);
      return copied(wide.data(), static_cast<std::int64_t>(wide.size()), DType::i64, shape);
    }
  }
} catch (const std::bad_alloc&) {
  detail::out_of_memory("Tensor::copy_of");
}

template <class Values>
Tensor Tensor::copy_of(const Values& values) {
  return copy_of(values, {static_cast<std::int64_t>(std::size(values))});
}

template <class T>
Tensor Tensor::of(std::initializer_list<T> values) try {
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>)
    return copy_of(whole_numbers(values));
  else
    return copy_of(std::span<const T>(values.begin(), values.size()));
} catch (const std::bad_alloc&) {
  detail::out_of_memory("Tensor::of");
}

template <class T>
Tensor Tensor::of(std::initializer_list<std::initializer_list<T>> rows) try {
  const std::size_t size = rows.size() == 0 ? 0 : rows.begin()->size();
  std::vector<decltype(kept(T()))> values;
  for (const auto& row : rows) {
    if (row.size() != size) refuse_ragged(size, row.size());
    for (const T value : row) values.push_back(kept(value));
  }
  return copy_of(values, {static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(size)});
} catch (const std::bad_alloc&) {
  detail::out_of_memory("Tensor::of");
}

template <class T>
Tensor Tensor::of(std::initializer_list<std::initializer_list<std::initializer_list<T>>> matrices) try {
  const std::size_t rows = matrices.size() == 0 ? 0 : matrices.begin()->size();
  const std::size_t size = rows == 0 ? 0 : matrices.begin()->begin()->size();
  std::vector<decltype(kept(T()))> values;
  for (const auto& matrix : matrices) {
    if (matrix.size() != rows) refuse_ragged(rows, matrix.size());
    for (const auto& row : matrix) {
      if (row.size() != size) refuse_ragged(size, row.size());
      for (const T value : row) values.push_back(kept(value));
    }
  }
  return copy_of(values, {static_cast<std::int64_t>(matrices.size()), static_cast<std::int64_t>(rows),
                          static_cast<std::int64_t>(size)});
} catch (const std::bad_alloc&) {
  detail::out_of_memory("Tensor::of");
}

template <class Values>
Tensor Tensor::view_of(Values&& values, const Shape& shape) {
  return wrapped(std::forward<Values>(values), shape, nullptr, nullptr);
}

template <class Values, class Owner>
requires std::convertible_to<Owner, std::shared_ptr<const void>> Tensor Tensor::view_of(Values&& values,
                                                                                        const Shape& shape,
                                                                                        Owner owner) {
  return wrapped(std::forward<Values>(values), shape, nullptr, std::move(owner));
}

template <class Values>
Tensor Tensor::view_of(Values&& values, const Shape& shape, const Shape& strides, std::shared_ptr<const void> owner) {
  return wrapped(std::forward<Values>(values), shape, &strides, std::move(owner));
}

template <class T>
T* Tensor::data() const& {
  return static_cast<T*>(checked_data(dtype_of<std::remove_const_t<T>>, false));
}

template <class T>
std::span<T> Tensor::span() const& {
  return {static_cast<T*>(checked_data(dtype_of<std::remove_const_t<T>>, true)), static_cast<std::size_t>(elements_)};
}

template <class T>
T Tensor::at(std::initializer_list<std::int64_t> indices) const {
  return static_cast<T*>(checked_data(dtype_of<T>, false))[offset(indices)];
}

template <class T>
std::vector<T> Tensor::to_vector() const try {
  const Tensor dense = detach().cast(dtype_of<T>).contiguous().to(Device::cpu());
  const auto elements = dense.span<const T>();
  return {elements.begin(), elements.end()};
} catch (const std::bad_alloc&) {
  detail::out_of_memory("Tensor::to_vector");
}

}  // namespace linden
