// Householder's tridiagonal form, then QL steps with implicit shifts (Golub and Van Loan 2013, 8.3), the rotations
// applied to the rows of the transposed eigenvectors, which lie together.
#include "linear_path/eigenvalues.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace linden {
namespace {

constexpr int most_steps = 60;  // of an eigenvalue

// Reduces a to a tridiagonal matrix, diagonal d and e below it, and leaves in a the rows of Q' with a = Q T Q'.
void tridiagonalise(std::vector<double>& a, std::size_t n, std::vector<double>& d, std::vector<double>& e) {
  std::vector<double> reflectors(n * n), scale(n), w(n);
  for (std::size_t k = 0; k + 2 < n; ++k) {
    double norm = 0;
    for (std::size_t i = k + 1; i < n; ++i) norm = std::hypot(norm, a[i * n + k]);
    double* const v = reflectors.data() + k * n;
    for (std::size_t i = k + 1; i < n; ++i) v[i] = a[i * n + k];
    const double alpha = v[k + 1] > 0 ? -norm : norm;
    v[k + 1] -= alpha;
    double square = 0;
    for (std::size_t i = k + 1; i < n; ++i) square += v[i] * v[i];
    scale[k] = square > 0 ? 2 / square : 0;
    if (scale[k] == 0) continue;
    // a = (1 - s v v') a (1 - s v v') by w = s a v - (s v' (s a v) / 2) v.
    double along = 0;
    for (std::size_t i = k; i < n; ++i) {
      double sum = 0;
      for (std::size_t j = k + 1; j < n; ++j) sum += a[i * n + j] * v[j];
      w[i] = scale[k] * sum;
      along += i > k ? w[i] * v[i] : 0;
    }
    const double half = 0.5 * scale[k] * along;
    for (std::size_t i = k; i < n; ++i) w[i] -= half * (i > k ? v[i] : 0);
    for (std::size_t i = k; i < n; ++i)
      for (std::size_t j = k; j < n; ++j) a[i * n + j] -= (i > k ? v[i] : 0) * w[j] + w[i] * (j > k ? v[j] : 0);
  }
  for (std::size_t i = 0; i < n; ++i) {
    d[i] = a[i * n + i];
    e[i] = i + 1 < n ? a[(i + 1) * n + i] : 0;
  }
  a.assign(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) a[i * n + i] = 1;
  // Q' = ... (1 - s v v') of the last reflector first.
  for (std::size_t k = n < 2 ? 0 : n - 2; k-- > 0;) {
    if (scale[k] == 0) continue;
    const double* const v = reflectors.data() + k * n;
    for (std::size_t i = k + 1; i < n; ++i) {
      double sum = 0;
      for (std::size_t j = k + 1; j < n; ++j) sum += a[i * n + j] * v[j];
      sum *= scale[k];
      for (std::size_t j = k + 1; j < n; ++j) a[i * n + j] -= sum * v[j];
    }
  }
}

}  // namespace

bool symmetric_eigenvalues(std::vector<double>& a, std::size_t n, std::vector<double>& d) {
  d.assign(n, 0.0);
  std::vector<double> e(n);
  tridiagonalise(a, n, d, e);
  double size = 0;
  for (std::size_t i = 0; i < n; ++i) size = std::max(size, std::abs(d[i]) + std::abs(e[i]));
  const double rounding = std::numeric_limits<double>::epsilon();
  for (std::size_t l = 0; l < n; ++l) {
    for (int step = 0;; ++step) {
      std::size_t m = l;
      while (m + 1 < n && std::abs(e[m]) > rounding * (std::abs(d[m]) + std::abs(d[m + 1])) &&
             std::abs(e[m]) > 1e-3 * rounding * size)
        ++m;
      if (m == l) break;
      if (step == most_steps || !std::isfinite(d[l])) return false;
      const double half = (d[l + 1] - d[l]) / (2 * e[l]), root = std::hypot(half, 1.0);
      double g = d[m] - d[l] + e[l] / (half + std::copysign(root, half));
      double s = 1, c = 1, p = 0;
      bool is_cut = false;  // by a rotation of nothing
      for (std::size_t i = m; i-- > l;) {
        double f = s * e[i];
        const double b = c * e[i];
        const double r = std::hypot(f, g);
        e[i + 1] = r;
        if (r == 0) {
          d[i + 1] -= p;
          e[m] = 0;
          is_cut = true;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        const double t = (d[i] - g) * s + 2 * c * b;
        p = s * t;
        d[i + 1] = g + p;
        g = c * t - b;
        double* const low = a.data() + i * n;
        double* const high = low + n;
        for (std::size_t k = 0; k < n; ++k) {
          f = high[k];
          high[k] = s * low[k] + c * f;
          low[k] = c * low[k] - s * f;
        }
      }
      if (is_cut) continue;
      d[l] -= p;
      e[l] = g;
      e[m] = 0;
    }
  }
  return true;
}

}  // namespace linden
