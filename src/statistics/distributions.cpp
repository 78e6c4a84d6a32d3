// Incomplete beta function by a continued fraction (Lentz), with the leading factor by Stirling's errors (Loader
// 2000), so that nothing cancels where the degrees of freedom are many.
#include "statistics/distributions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "backend/math/special.hpp"
#include "loss/quantile_functions.hpp"

namespace linden {
namespace {

constexpr double pi = 3.14159265358979323846;

/// log(Gamma(z)) less Stirling's formula.
double stirling_error(double z) {
  if (z < 15) return math::lgamma(z) - ((z - 0.5) * std::log(z) - z + 0.5 * std::log(2 * pi));
  const double s = 1 / (z * z);
  return (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 - s / 1188)))) / z;
}

/// log(v) - u for v = 1 + u, by its series where that would cancel.
double log_less_line(double u, double v) {
  if (std::abs(u) > 0.25) return std::log(v) - u;
  double term = -u * u, sum = 0;
  for (int k = 2; k < 60; ++k, term *= -u) {
    const double next = sum + term / k;
    if (next == sum) break;
    sum = next;
  }
  return sum;
}

/// x^a y^b / B(a, b).
double beta_factor(double a, double b, double x, double y) {
  const double n = a + b, off = x * b - y * a;  // n (x - a / n)
  const double exponent = a * log_less_line(off / a, x * n / a) + b * log_less_line(-off / b, y * n / b);
  return std::sqrt(a * b / (2 * pi * n)) *
         std::exp(exponent + stirling_error(n) - stirling_error(a) - stirling_error(b));
}

/// I_x(a, b) over beta_factor, for x <= a / (a + b): the continued fraction of Didonato and Morris (1992), which does
/// not cancel where x is near 1.
double beta_fraction(double a, double b, double x, double y) {
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  constexpr int most_terms = 200'000;
  const double lambda = (a + b) * y - b;
  double value = a / (a + 1) * (lambda + 1), c = value, d = 0;
  for (int i = 1; i < most_terms; ++i) {
    const double n = i, wide = a + 2 * n - 1;
    const double above = (a + n - 1) / wide * ((a + b + n - 1) / wide) * n * (b - n) * x * x;
    const double below = n + n * (b - n) * x / wide + (a + n) / (a + 2 * n + 1) * (lambda + 1 + n * (1 + y));
    d = 1 / (below + above * d);
    c = below + above / c;
    value *= c * d;
    if (std::abs(c * d - 1) <= epsilon) break;
  }
  return 1 / value;
}

double student_density(double t, double df) {
  return std::exp(stirling_error(0.5 * (df + 1)) - stirling_error(0.5 * df) - 0.5 + 0.5 * df * std::log1p(1 / df) -
                  0.5 * (df + 1) * std::log1p(t * t / df)) /
         std::sqrt(2 * pi);
}

}  // namespace

BetaShares beta_shares(double a, double b, double x, double y) {
  if (!(x > 0)) return {0, 1};
  if (!(y > 0)) return {1, 0};
  const double factor = beta_factor(a, b, x, y);
  if (x * b <= y * a) {
    const double below = factor * beta_fraction(a, b, x, y);
    return {below, 1 - below};
  }
  const double above = factor * beta_fraction(b, a, y, x);
  return {1 - above, above};
}

double normal_tail(double z) { return 0.5 * std::erfc(z / std::sqrt(2.0)); }

double chi_square_tail(double x, double df) { return x > 0 ? gamma_rest(0.5 * df, 0.5 * x) : 1; }

double student_tail(double t, double df) {
  const double square = t * t, sum = df + square;
  if (!std::isfinite(sum)) return std::isnan(t) ? t : t > 0 ? 0 : 1;
  const double beyond = 0.5 * beta_shares(0.5 * df, 0.5, df / sum, square / sum).below;
  return t >= 0 ? beyond : 1 - beyond;
}

double snedecor_tail(double f, double df1, double df2) {
  if (!(f > 0)) return std::isnan(f) ? f : 1;
  if (!std::isfinite(f)) return 0;
  const double sum = df2 + df1 * f;
  return beta_shares(0.5 * df2, 0.5 * df1, df2 / sum, df1 * f / sum).below;
}

// Newton inside a bracket, on the tail above.
double student_quantile(double level, double df) {
  const double tail = std::min(level, 1 - level);
  if (tail == 0.5) return 0;
  double low = 0, high = 1;
  while (student_tail(high, df) > tail && high < 1e150) {
    low = high;
    high *= 2;
  }
  double t = std::clamp(-normal_quantile(tail), low, high);
  for (int i = 0; i < 200; ++i) {
    const double error = student_tail(t, df) - tail;
    (error > 0 ? low : high) = t;
    double next = t + error / student_density(t, df);
    if (!(next >= low && next <= high)) next = 0.5 * (low + high);
    const bool done = std::abs(next - t) <= 2 * std::numeric_limits<double>::epsilon() * t;
    t = next;
    if (done) break;
  }
  return level < 0.5 ? -t : t;
}

}  // namespace linden
