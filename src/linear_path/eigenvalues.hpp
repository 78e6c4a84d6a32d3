// Eigenvalues and eigenvectors of a symmetric matrix.
#pragma once

#include <cstddef>
#include <vector>

namespace linden {

/// `a` [n, n] becomes its eigenvectors, one a row; returns the eigenvalues, in no order. False where the iteration does
/// not end, as for what is not finite.
bool symmetric_eigenvalues(std::vector<double>& a, std::size_t n, std::vector<double>& values);

}  // namespace linden
