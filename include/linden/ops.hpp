// Operations on tensors: NumPy's broadcasting, one table of dtypes, the same bytes for any number of threads.
//
//     Tensor p = sigmoid(matmul(x, w) + bias);
//     Tensor loss = mean(-y * log(p) - (1 - y) * log(1 - p));
//     Tensor smallest = min(x, 0);                        // along dimension 0: x.min(0) is the same
//     Tensor positive = maximum(x, 0.0);                  // element by element
//
// Shapes broadcast: sizes are aligned at the end, and 1 (or nothing) meets any size. Dtypes meet by this table; numbers
// of C++ give way to tensors (x * 2.0 keeps an f32 x, but makes whole tensors f64); u8 and boolean count as i32 first:
//
//            f32  f64  i32  i64
//     f32    f32  f64  f32  f32
//     f64    f64  f64  f64  f64
//     i32    f32  f64  i32  i64
//     i64    f32  f64  i64  i64
//
// Division and the functions from sqrt on take whole numbers as f64. Comparisons give boolean. NaN and infinity follow
// IEEE 754. Results are on the device of the operands: all on one, except that numbers of C++ go along to any. All
// throw ShapeError for shapes, DTypeError for dtypes and DeviceError for devices that do not fit.
// Functions are Linden's own (src/backend/math/math.hpp has their errors, at most 1 ulp for exp, log and their kin):
// they round alike on every machine and device.
#pragma once

#include <concepts>
#include <linden/error.hpp>
#include <linden/export.hpp>
#include <linden/tensor.hpp>
#include <utility>
#include <vector>

namespace linden {

// Arithmetic, element by element.
LINDEN_API Tensor operator+(const Tensor& a, const Tensor& b);
LINDEN_API Tensor operator-(const Tensor& a, const Tensor& b);
LINDEN_API Tensor operator*(const Tensor& a, const Tensor& b);
LINDEN_API Tensor operator/(const Tensor& a, const Tensor& b);
LINDEN_API Tensor operator-(const Tensor& x);
/// a^b as C's pow; exp(b log |a|) with the sign of whole exponents: relative error about 2^-53 (1 + |b log a|).
LINDEN_API Tensor pow(const Tensor& a, const Tensor& b);
/// NaN where either is. At ties the derivative is a's.
LINDEN_API Tensor maximum(const Tensor& a, const Tensor& b);
LINDEN_API Tensor minimum(const Tensor& a, const Tensor& b);
/// x between low and high; the derivative is 1 on both bounds.
LINDEN_API Tensor clamp(const Tensor& x, const Tensor& low, const Tensor& high);

/// The derivative of abs at 0 is 0.
LINDEN_API Tensor abs(const Tensor& x);
/// -1, 0 or 1.
LINDEN_API Tensor sign(const Tensor& x);
LINDEN_API Tensor floor(const Tensor& x);
LINDEN_API Tensor ceil(const Tensor& x);
/// To the nearest whole number, halves to even.
LINDEN_API Tensor round(const Tensor& x);
/// Towards zero.
LINDEN_API Tensor trunc(const Tensor& x);
LINDEN_API Tensor square(const Tensor& x);
/// max(x, 0); the derivative at 0 is 0.
LINDEN_API Tensor relu(const Tensor& x);
LINDEN_API Tensor reciprocal(const Tensor& x);
LINDEN_API Tensor sqrt(const Tensor& x);
LINDEN_API Tensor exp(const Tensor& x);
LINDEN_API Tensor expm1(const Tensor& x);
LINDEN_API Tensor log(const Tensor& x);
LINDEN_API Tensor log1p(const Tensor& x);
/// 1 / (1 + exp(-x)).
LINDEN_API Tensor sigmoid(const Tensor& x);
/// log(1 + exp(x)), without overflow.
LINDEN_API Tensor softplus(const Tensor& x);
/// log(sigmoid(x)), without overflow.
LINDEN_API Tensor log_sigmoid(const Tensor& x);
LINDEN_API Tensor tanh(const Tensor& x);
LINDEN_API Tensor erf(const Tensor& x);
/// log |Gamma(x)|.
LINDEN_API Tensor lgamma(const Tensor& x);
/// The derivative of lgamma.
LINDEN_API Tensor digamma(const Tensor& x);
/// The derivative of order n = 1, 2, ... of digamma, for x > 0; up to order 4 for x < 0, too.
LINDEN_API Tensor polygamma(const Tensor& n, const Tensor& x);

// Comparisons and logic, to boolean.
LINDEN_API Tensor operator==(const Tensor& a, const Tensor& b);
LINDEN_API Tensor operator!=(const Tensor& a, const Tensor& b);
LINDEN_API Tensor operator<(const Tensor& a, const Tensor& b);
LINDEN_API Tensor operator<=(const Tensor& a, const Tensor& b);
LINDEN_API Tensor operator>(const Tensor& a, const Tensor& b);
LINDEN_API Tensor operator>=(const Tensor& a, const Tensor& b);
LINDEN_API Tensor logical_and(const Tensor& a, const Tensor& b);
LINDEN_API Tensor logical_or(const Tensor& a, const Tensor& b);
LINDEN_API Tensor logical_not(const Tensor& x);
LINDEN_API Tensor is_nan(const Tensor& x);

/// a where mask (boolean) is true, else b; equal dtypes stay. The branch not taken has no derivative, however steep it
/// is there.
LINDEN_API Tensor where(const Tensor& mask, const Tensor& a, const Tensor& b);
/// Converted: to whole numbers towards zero (saturated; NaN becomes 0), to boolean whether it is not 0.
LINDEN_API Tensor cast(const Tensor& x, DType dtype);

// Reductions drop the reduced dimensions, or keep them with size 1. Sums run over fixed chunks in a fixed order
// (src/cpu/tensor/reduce.cpp writes it down). Sums and products of whole numbers and boolean are i64.
LINDEN_API Tensor sum(const Tensor& x, const Axes& axes = {}, bool keep_dims = false);
LINDEN_API Tensor product(const Tensor& x, const Axes& axes = {}, bool keep_dims = false);
/// Of nothing: NaN.
LINDEN_API Tensor mean(const Tensor& x, const Axes& axes = {}, bool keep_dims = false);
/// The mean squared distance from the mean, divided by count - `correction`.
LINDEN_API Tensor variance(const Tensor& x, const Axes& axes = {}, bool keep_dims = false, int correction = 1);
/// The largest, smallest element; NaN where there is one. Throws ShapeError for nothing. Equal ones share the
/// derivative.
LINDEN_API Tensor max(const Tensor& x, const Axes& axes = {}, bool keep_dims = false);
LINDEN_API Tensor min(const Tensor& x, const Axes& axes = {}, bool keep_dims = false);
/// log(sum(exp(x))) without overflow.
LINDEN_API Tensor logsumexp(const Tensor& x, const Axes& axes = {}, bool keep_dims = false);
/// The first position of the largest, smallest element along a dimension, i64; a NaN wins.
LINDEN_API Tensor argmax(const Tensor& x, int axis, bool keep_dims = false);
LINDEN_API Tensor argmin(const Tensor& x, int axis, bool keep_dims = false);

/// x - logsumexp(x), along one dimension.
LINDEN_API Tensor log_softmax(const Tensor& x, int axis);
LINDEN_API Tensor softmax(const Tensor& x, int axis);

/// x_0, x_0 + x_1, ... along a dimension.
LINDEN_API Tensor cumulative_sum(const Tensor& x, int axis);

struct Sorted {
  Tensor values, indices;  ///< values[i] = x[indices[i]]; indices are i64
};
/// Stable; NaN comes last in either direction.
LINDEN_API Sorted sort(const Tensor& x, int axis = -1, bool descending = false);

/// out[.., i, ..] = x[.., index[.., i, ..], ..] along `axis`: index (i32 or i64) has the rank of x, or one less, for
/// one element at each position (and the result has one less). Throws ArgumentError naming the first index out of
/// range.
LINDEN_API Tensor gather(const Tensor& x, int axis, const Tensor& index);
/// Whole slices: out[.., i, ..] = x[.., index[i], ..] for an index of rank 1.
LINDEN_API Tensor take(const Tensor& x, int axis, const Tensor& index);
/// x with values added where index says, along `axis`, in ascending order of positions; shapes as in gather.
LINDEN_API Tensor scatter_add(const Tensor& x, int axis, const Tensor& index, const Tensor& values);
/// 1 at the class, 0 elsewhere: [rows] of whole numbers 0 .. classes - 1 (of any dtype) to [rows, classes].
LINDEN_API Tensor one_hot(const Tensor& classes_of_rows, std::int64_t classes, DType dtype = DType::f64);

/// Tensors joined along a dimension; all other sizes are equal.
LINDEN_API Tensor concatenate(const std::vector<Tensor>& tensors, int axis = 0);
/// Tensors of one shape joined along a new dimension.
LINDEN_API Tensor stack(const std::vector<Tensor>& tensors, int axis = 0);

/// 0, 1, ... below `count`.
LINDEN_API Tensor arange(std::int64_t count, DType dtype = DType::i64, Device device = Device::cpu());

// In place. Views of the same memory change too. They throw GraphError for a tensor on the tape (unless within NoGrad),
// and a backward that needs the former elements will refuse.
LINDEN_API void assign(const Tensor& target, const Tensor& values);
LINDEN_API Tensor& operator+=(Tensor& a, const Tensor& b);
LINDEN_API Tensor& operator-=(Tensor& a, const Tensor& b);
LINDEN_API Tensor& operator*=(Tensor& a, const Tensor& b);
LINDEN_API Tensor& operator/=(Tensor& a, const Tensor& b);
/// Of what an expression gives, as in x[0] += 1 and x.slice(1, 0, 2) *= y: the view is changed, and x with it.
LINDEN_API Tensor operator+=(Tensor&& a, const Tensor& b);
LINDEN_API Tensor operator-=(Tensor&& a, const Tensor& b);
LINDEN_API Tensor operator*=(Tensor&& a, const Tensor& b);
LINDEN_API Tensor operator/=(Tensor&& a, const Tensor& b);

/// Shape, dtype and up to `most` elements of each dimension, as text.
LINDEN_API std::string to_string(const Tensor& x, std::int64_t most = 6);

// What C++ would convert without a word, and what can only be a mistake. max(x, y) of two tensors is maximum(x, y);
// sum(x, 0, 1) over two dimensions is sum(x, {0, 1}), for its third argument says whether to keep_dims.

template <std::same_as<Tensor> T>
Tensor max(const Tensor&, const T&) = delete;
template <std::same_as<Tensor> T>
Tensor min(const Tensor&, const T&) = delete;
template <NotFlag T>
Tensor sum(const Tensor&, const Axes&, T) = delete;
template <NotFlag T>
Tensor product(const Tensor&, const Axes&, T) = delete;
template <NotFlag T>
Tensor mean(const Tensor&, const Axes&, T) = delete;
template <NotFlag T>
Tensor variance(const Tensor&, const Axes&, T, int = 1) = delete;
template <NotFlag T>
Tensor max(const Tensor&, const Axes&, T) = delete;
template <NotFlag T>
Tensor min(const Tensor&, const Axes&, T) = delete;
template <NotFlag T>
Tensor logsumexp(const Tensor&, const Axes&, T) = delete;
template <NotWhole T>
Tensor argmax(const Tensor&, T, bool = false) = delete;
template <NotWhole T>
Tensor argmin(const Tensor&, T, bool = false) = delete;
template <NotWhole T>
Tensor softmax(const Tensor&, T) = delete;
template <NotWhole T>
Tensor log_softmax(const Tensor&, T) = delete;
template <NotWhole T>
Tensor cumulative_sum(const Tensor&, T) = delete;
template <NotWhole T>
Sorted sort(const Tensor&, T, bool = false) = delete;
template <NotWhole T>
Tensor gather(const Tensor&, T, const Tensor&) = delete;
template <NotWhole T>
Tensor take(const Tensor&, T, const Tensor&) = delete;
template <NotWhole T>
Tensor scatter_add(const Tensor&, T, const Tensor&, const Tensor&) = delete;
template <NotWhole T>
Tensor one_hot(const Tensor&, T, DType = DType::f64) = delete;
template <NotWhole T>
Tensor concatenate(const std::vector<Tensor>&, T) = delete;
template <NotWhole T>
Tensor stack(const std::vector<Tensor>&, T) = delete;
template <NotWhole T>
Tensor arange(T, DType = DType::i64, Device = Device::cpu()) = delete;
template <NotWhole T>
std::string to_string(const Tensor&, T) = delete;

}  // namespace linden
