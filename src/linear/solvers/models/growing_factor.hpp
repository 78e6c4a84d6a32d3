// The Cholesky factor of a principal part of a symmetric matrix, to which coordinates are added and from which the
// last ones are taken: what methods of active sets need.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace linden {

class GrowingFactor {
 public:
  /// Of `matrix` [n, n], row-major and symmetric, which must outlive the object. Begins empty.
  GrowingFactor(std::span<const double> matrix, std::size_t n);

  /// The coordinates of the factor, in its order.
  const std::vector<std::size_t>& order() const noexcept { return order_; }

  /// Adds coordinates in this order, without those that depend on coordinates before them (up to rounding): these are
  /// returned.
  std::vector<std::size_t> add(std::span<const std::size_t> coordinates);

  /// Leaves the first `size` coordinates.
  void truncate(std::size_t size) { order_.resize(size); }

  /// x = (the principal part)^-1 x, x in the order of order().
  void solve(std::span<double> x) const;

 private:
  double* row(std::size_t i) { return rows_.data() + i * stride_; }
  const double* row(std::size_t i) const { return rows_.data() + i * stride_; }
  void reserve(std::size_t size);

  std::span<const double> matrix_;
  std::size_t n_, stride_ = 0;
  std::vector<std::size_t> order_;
  std::vector<double> rows_;  // the lower factor, row-major, `stride_` apart
};

}  // namespace linden
