// Penalties and equations of sums of weights, of each output alike: D of ridge with a matrix, which is smooth and so is
// taken with the loss, and equations N u = b, on which fits walk: gradients and products with the Hessian have no part
// across them. A dual point may have any part there (the multipliers), which is why gaps hold as they are.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace linden {

/// sum_j value_j u_j over some columns.
struct WeightSum {
  std::vector<std::pair<std::size_t, double>> terms;  ///< column and value

  double of(const double* u) const noexcept {
    double sum = 0;
    for (const auto& [column, value] : terms) sum += value * u[column];
    return sum;
  }
  /// u += by * the values.
  void add_to(double* u, double by) const noexcept {
    for (const auto& [column, value] : terms) u[column] += by * value;
  }
};

/// |D u|^2 / 2
struct SquaredSums {
  std::vector<WeightSum> rows;   ///< of D
  std::vector<double> diagonal;  ///< of D' D, [width]; empty without rows

  bool empty() const noexcept { return rows.empty(); }
  // Of parameters [outputs, width]:
  double value(std::span<const double> u) const;
  /// out += D' D u
  void add_product(std::span<const double> u, std::span<double> out) const;
  /// Adds D' D to the lower half of a matrix [width, width] that is the block at `first` of rows of `stride` numbers.
  void add_to_matrix(double* first, std::size_t stride) const;
};

/// N u = b for orthonormal rows N.
struct Equations {
  std::vector<std::vector<double>> rows;  ///< each [width], 0 for the intercept
  std::vector<double> values;             ///< b

  bool empty() const noexcept { return rows.empty(); }
  // Of parameters [outputs, width]:
  /// Takes off what lies across the equations: N x = 0 after it.
  void project(std::span<double> x) const;
  /// The nearest parameters that meet them.
  void meet(std::span<double> u) const;
};

}  // namespace linden
