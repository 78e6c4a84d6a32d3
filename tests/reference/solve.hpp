// Linear equations by Gauss's elimination with pivots, in long double.
#pragma once

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace linden::reference {

/// Each equation is its coefficients and then its right side.
inline std::vector<long double> solve(std::vector<std::vector<long double>> equations) {
  const std::size_t size = equations.size();
  for (std::size_t k = 0; k < size; ++k) {
    std::size_t best = k;
    for (std::size_t i = k + 1; i < size; ++i)
      if (std::fabs(equations[i][k]) > std::fabs(equations[best][k])) best = i;
    std::swap(equations[k], equations[best]);
    for (std::size_t i = 0; i < size; ++i) {
      if (i == k) continue;
      const long double factor = equations[i][k] / equations[k][k];
      for (std::size_t j = k; j <= size; ++j) equations[i][j] -= factor * equations[k][j];
    }
  }
  std::vector<long double> solution;
  for (std::size_t k = 0; k < size; ++k) solution.push_back(equations[k][size] / equations[k][k]);
  return solution;
}

}  // namespace linden::reference
