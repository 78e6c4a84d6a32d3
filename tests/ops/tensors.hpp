// Tensors for tests of ops, and plain values to compare them with.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <linden/autograd.hpp>
#include <linden/ops.hpp>
#include <numeric>
#include <vector>

namespace linden {

inline Tensor of(const std::vector<double>& values, const Shape& shape, DType dtype = DType::f64) {
  return cast(Tensor::copy_of(std::span<const double>(values), shape), dtype);
}
inline Tensor of(const std::vector<double>& values, DType dtype = DType::f64) {
  return of(values, {static_cast<std::int64_t>(values.size())}, dtype);
}
inline Tensor whole(const std::vector<std::int64_t>& values, const Shape& shape) {
  return Tensor::copy_of(std::span<const std::int64_t>(values), shape);
}
inline Tensor whole(const std::vector<std::int64_t>& values) {
  return whole(values, {static_cast<std::int64_t>(values.size())});
}

/// Numbers between -1.5 and 1.5 without a pattern, none of them small or equal to another.
inline Tensor scattered(const Shape& shape, int seed = 0, DType dtype = DType::f64) {
  std::vector<double> values(static_cast<std::size_t>(shape.elements()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double u = std::fmod(0.6180339887498949 * static_cast<double>(i + 1) + 0.37 * (seed + 1), 1.0);
    values[i] = (u < 0.5 ? -1 : 1) * (0.3 + std::fmod(2 * u, 1.0) * 1.2);
  }
  return of(values, shape, dtype);
}

/// All elements in row-major order.
inline std::vector<double> values(const Tensor& t) {
  const Tensor dense = cast(t.detach(), DType::f64).contiguous();
  const auto span = dense.span<double>();
  return {span.begin(), span.end()};
}

/// The same numbers as a view whose strides are not those of dense memory: each dimension of a larger tensor taken in
/// steps of two, and the dimensions in reverse order in memory.
inline Tensor strided(const Tensor& t) {
  Shape larger;
  for (int d = t.rank() - 1; d >= 0; --d) larger.append(2 * t.size(d) + 1);
  Tensor view = Tensor::full(larger, -77, t.dtype());
  for (int d = 0; d < t.rank(); ++d) view = view.slice(d, 1, larger[d], 2);
  for (int d = 0; d < t.rank() / 2; ++d) view = view.transpose(d, t.rank() - 1 - d);
  assign(view, t.detach());
  return view;
}

inline void expect_equal(const Tensor& actual, const std::vector<double>& expected, const Shape& shape) {
  EXPECT_EQ(actual.shape(), shape) << actual.shape().text();
  EXPECT_EQ(values(actual), expected);
}

inline void expect_near(const Tensor& actual, const std::vector<double>& expected, double tolerance) {
  const std::vector<double> found = values(actual);
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], expected[i], tolerance * std::max(1.0, std::abs(expected[i]))) << "at " << i;
}

/// First and second derivatives against differences, at dense and at strided arguments.
inline void expect_derivatives(const FunctionOfMany& f, const std::vector<Tensor>& xs) {
  const GradientCheck dense = check_gradients(f, xs);
  EXPECT_TRUE(dense.passed) << dense.message;
  std::vector<Tensor> views;
  for (const Tensor& x : xs) views.push_back(strided(x));
  const GradientCheck spread = check_gradients(f, views);
  EXPECT_TRUE(spread.passed) << "strided: " << spread.message;
}

}  // namespace linden
