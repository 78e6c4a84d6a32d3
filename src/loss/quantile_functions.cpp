#include "loss/quantile_functions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "backend/math/math.hpp"
#include "backend/math/special.hpp"

namespace linden {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr double large_shape = 1e5;

/// a0 + a1 x + ... over b0 + b1 x + ...
template <std::size_t n>
double ratio(double x, const double (&a)[n], const double (&b)[n]) {
  double above = a[n - 1], below = b[n - 1];
  for (std::size_t i = n - 1; i-- > 0;) {
    above = above * x + a[i];
    below = below * x + b[i];
  }
  return above / below;
}

/// log(x^shape exp(-x) / Gamma(shape)).
double log_density_times_x(double shape, double x) { return shape * math::log(x) - x - math::lgamma(shape); }

/// By its series, which is short for x < shape + 1.
double share_by_series(double shape, double x) {
  double term = 1 / shape, sum = term;
  for (double n = shape + 1; term > epsilon * sum; ++n) sum += term *= x / n;
  return sum * math::exp(log_density_times_x(shape, x));
}

/// One minus it by its continued fraction (Lentz), for the others.
double rest_by_fraction(double shape, double x) {
  constexpr double tiny = 1e-300;
  constexpr int most_terms = 10'000;
  double b = x + 1 - shape, c = 1 / tiny, d = 1 / b, value = d;
  for (int i = 1; i < most_terms; ++i) {
    const double a = -i * (i - shape);
    b += 2;
    d = a * d + b;
    c = b + a / c;
    d = 1 / (std::abs(d) < tiny ? tiny : d);
    c = std::abs(c) < tiny ? tiny : c;
    value *= c * d;
    if (std::abs(c * d - 1) < epsilon) break;
  }
  return value * math::exp(log_density_times_x(shape, x));
}

/// For large shapes (Temme 1979): eta^2 / 2 = lambda - 1 - log(lambda) with lambda = x / shape, and the first
/// correction to the normal distribution.
double rest_by_normal(double shape, double x) {
  const double off = x / shape - 1;
  const double half_square =
      std::abs(off) < 1e-3 ? off * off * (0.5 - off * (1.0 / 3 - off * (0.25 - off * 0.2))) : off - std::log1p(off);
  const double eta = std::copysign(std::sqrt(2 * half_square), off);
  const double correction = std::abs(eta) < 1e-2 ? -1.0 / 3 + eta / 12 - 2 * eta * eta / 135 : 1 / off - 1 / eta;
  const double density = std::exp(-shape * half_square) / std::sqrt(2 * 3.14159265358979324 * shape);
  return 0.5 * std::erfc(eta * std::sqrt(0.5 * shape)) + density * correction;
}

}  // namespace

double normal_share(double z) { return 0.5 * std::erfc(-0.707106781186547524 * z); }

// Wichura 1988, AS 241.
double normal_quantile(double level) {
  constexpr double near_a[] = {3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3,
                               1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                               3.3430575583588128105e+4, 2.5090809287301226727e+3};
  constexpr double near_b[] = {1.0,
                               4.2313330701600911252e+1,
                               6.8718700749205790830e+2,
                               5.3941960214247511077e+3,
                               2.1213794301586595867e+4,
                               3.9307895800092710610e+4,
                               2.8729085735721942674e+4,
                               5.2264952788528545610e+3};
  constexpr double middle_a[] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                 3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                 2.27238449892691845833e-2, 7.74545014278341407640e-4};
  constexpr double middle_b[] = {1.0,
                                 2.05319162663775882187e0,
                                 1.67638483018380384940e0,
                                 6.89767334985100004550e-1,
                                 1.48103976427480074590e-1,
                                 1.51986665636164571966e-2,
                                 5.47593808499534494600e-4,
                                 1.05075007164441684324e-9};
  constexpr double far_a[] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                              2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                              2.71155556874348757815e-5, 2.01033439929228813265e-7};
  constexpr double far_b[] = {1.0,
                              5.99832206555887937690e-1,
                              1.36929880922735805310e-1,
                              1.48753612908506148525e-2,
                              7.86869131145613259100e-4,
                              1.84631831751005468180e-5,
                              1.42151175831644588870e-7,
                              2.04426310338993978564e-15};
  const double q = level - 0.5;
  if (std::abs(q) <= 0.425) return q * ratio(0.180625 - q * q, near_a, near_b);
  const double r = math::sqrt(-math::log(q < 0 ? level : 1 - level));
  const double z = r <= 5 ? ratio(r - 1.6, middle_a, middle_b) : ratio(r - 5, far_a, far_b);
  return q < 0 ? -z : z;
}

double gamma_share(double shape, double x) {
  if (!(x > 0)) return 0;
  if (shape > large_shape) return 1 - rest_by_normal(shape, x);
  return x < shape + 1 ? share_by_series(shape, x) : 1 - rest_by_fraction(shape, x);
}

double gamma_rest(double shape, double x) {
  if (!(x > 0)) return 1;
  if (shape > large_shape) return rest_by_normal(shape, x);
  return x < shape + 1 ? 1 - share_by_series(shape, x) : rest_by_fraction(shape, x);
}

// Newton in log(x), kept inside a bracket. P(shape, x) <= x^shape / Gamma(shape + 1) gives its lower end.
double gamma_quantile(double shape, double level) {
  constexpr int most_steps = 200;
  const double cube = 1 - 1 / (9 * shape) + normal_quantile(level) / (3 * math::sqrt(shape));  // Wilson and Hilferty
  double low = (math::log(level) + math::lgamma(shape + 1)) / shape, high = std::max(low, math::log(shape + 1));
  if (low < -745) return 0;
  while (gamma_share(shape, math::exp(high)) < level) high += 1;
  double t = cube > 0 && shape > 0.5 ? std::clamp(math::log(shape * cube * cube * cube), low, high) : low;
  for (int i = 0; i < most_steps; ++i) {
    const double x = math::exp(t), error = gamma_share(shape, x) - level;
    (error < 0 ? low : high) = t;
    double next = t - error / math::exp(log_density_times_x(shape, x));
    if (!(next >= low && next <= high)) next = 0.5 * (low + high);
    const bool done = std::abs(next - t) <= 4 * epsilon * std::max(1.0, std::abs(t));
    t = next;
    if (done) break;
  }
  return math::exp(t);
}

}  // namespace linden
