#include "linear/objective/conditioning.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace linden {
namespace {

constexpr int iterations = 12;

double normalise(std::vector<double>& x) {
  double sum = 0;
  for (const double v : x) sum += v * v;
  const double size = std::sqrt(sum);
  if (size > 0)
    for (double& v : x) v /= size;
  return size;
}

// A start that no eigenvector is orthogonal to by design.
std::vector<double> start(std::size_t n) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = (i % 2 == 0 ? 1.0 : -1.0) * (1 + static_cast<double>(i % 7) / 8);
  normalise(x);
  return x;
}

}  // namespace

Conditioning conditioning(std::span<const double> factor, std::int64_t n) {
  const auto size = static_cast<std::size_t>(n);
  std::vector<double> l(factor.begin(), factor.end());  // rows scaled to norm 1: the factor of the scaled matrix
  Conditioning result;
  for (std::size_t i = 0; i < size; ++i) {
    double* const row = l.data() + i * size;
    double square = 0;
    for (std::size_t j = 0; j <= i; ++j) square += row[j] * row[j];
    const double norm = std::sqrt(square);
    for (std::size_t j = 0; j <= i; ++j) row[j] /= norm;
    result.least_pivot = std::min(result.least_pivot, row[i] * row[i]);
  }
  std::vector<double> x = start(size), y(size);
  double largest = 1, least = 1;
  for (int k = 0; k < iterations; ++k) {  // x = L L^T x
    std::fill(y.begin(), y.end(), 0.0);
    for (std::size_t i = 0; i < size; ++i)
      for (std::size_t j = 0; j <= i; ++j) y[j] += l[i * size + j] * x[i];
    for (std::size_t i = 0; i < size; ++i) {
      x[i] = 0;
      for (std::size_t j = 0; j <= i; ++j) x[i] += l[i * size + j] * y[j];
    }
    largest = normalise(x);
  }
  x = start(size);
  for (int k = 0; k < iterations; ++k) {  // x = (L L^T)^-1 x
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = 0; j < i; ++j) x[i] -= l[i * size + j] * x[j];
      x[i] /= l[i * size + i];
    }
    for (std::size_t i = size; i-- > 0;) {
      x[i] /= l[i * size + i];
      for (std::size_t j = 0; j < i; ++j) x[j] -= l[i * size + j] * x[i];
    }
    least = 1 / normalise(x);
  }
  result.condition = std::max(1.0, largest / least);
  return result;
}

}  // namespace linden
