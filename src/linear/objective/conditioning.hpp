// How nearly singular a symmetric positive matrix is, whatever the units of its rows and columns.
#pragma once

#include <cstdint>
#include <span>

namespace linden {

struct Conditioning {
  double least_pivot = 1;  ///< of Cholesky on the matrix scaled to a diagonal of ones
  double condition = 1;    ///< of that matrix, by power iterations: a lower bound, close in practice
};

/// Of L L^T, for a lower factor [n, n], row-major.
Conditioning conditioning(std::span<const double> factor, std::int64_t n);

}  // namespace linden
