// The columns of a ridge fit turned so that each is shrunk on its own.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace linden {

/// Of rows z_i [rows, columns] of weights s_i that sum to one: the eigenvectors v_k of sum_i s_i z_i z_i' whose
/// eigenvalues are above rounding, as z_i v_k.
struct Projections {
  std::size_t count = 0;
  std::vector<double> eigenvalues;  ///< [count]
  std::vector<double> values;       ///< [rows, count]: z_i v_k
};

/// `z` row-major. By the matrix of columns, or that of rows where these are fewer.
Projections projections_of(std::span<const double> z, std::size_t rows, std::size_t columns,
                           std::span<const double> weights);

}  // namespace linden
