// Inner products of the parameters' vectors, summed in their order.
#pragma once

#include <cstddef>
#include <span>

namespace linden {

inline double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace linden
