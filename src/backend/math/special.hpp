// erf, lgamma, digamma and polygamma in double, made as math.hpp is: no branches, the same bits everywhere.
//
// Measured (tests/backend/math/special_test.cpp). Units are those of the last place of the exact value.
// - erf: within 1 unit, on [1, 1.15] within 1.1 (1.07 found).
// - lgamma, x > 0: within 1 unit or 1e-16; around 1 and 2 the units are within 3 as well. x < 0: absolute error
//   below 1e-15 (1 + |lgamma(x)|), which near a zero is more than a unit.
// - digamma, x > 0: within 1 unit or 1.1e-16 on [1, 2]. x < 0: absolute error below 2^-50 times the largest of
//   pi / tan(pi x), digamma(|x|) and 1 / |x|.
// - polygamma, x > 0: within 6 units for n <= 30 (4.2 found). x < 0: absolute error below 2^-48 times the largest of
//   its two terms.
#pragma once

#include "backend/math/host_device.hpp"
#include "backend/math/math.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace math {

/// A value as the sum of two: `low` is what `high` lost.
struct Pair {
  double high, low;
};

[[gnu::always_inline]] LINDEN_HD Pair two_sum(double a, double b) {
  const double sum = a + b;
  const double back = sum - a;
  return {sum, (a - (sum - back)) + (b - back)};
}

[[gnu::always_inline]] LINDEN_HD Pair two_product(double a, double b) {
  const double a_upper = from_bits(bits_of(a) & 0xfffffffff8000000), a_lower = a - a_upper;
  const double b_upper = from_bits(bits_of(b) & 0xfffffffff8000000), b_lower = b - b_upper;
  const double product = a * b;
  return {product, ((a_upper * b_upper - product) + a_upper * b_lower + a_lower * b_upper) + a_lower * b_lower};
}

/// c0 + c1 x + c2 x^2 + ..., two terms at a step; x2 = x^2.
[[gnu::always_inline]] LINDEN_HD double polynomial(double, double, double c0) { return c0; }
[[gnu::always_inline]] LINDEN_HD double polynomial(double x, double, double c0, double c1) { return c0 + x * c1; }
template <class... Rest>
[[gnu::always_inline]] LINDEN_HD double polynomial(double x, double x2, double c0, double c1, Rest... rest) {
  return (c0 + x * c1) + x2 * polynomial(x, x2, rest...);
}

/// log(x) with about 2^-57 (1 + |log(x)| / 16) of error, for positive finite x.
[[gnu::always_inline]] LINDEN_HD Pair log_pair(double x) {
  const LogParts p = log_parts(x);
  const LogSum parts = log_sum(p.k, p.m - 1.0, 0.0);
  const double high = parts.sum - parts.correction;
  return {high, (parts.sum - high) - parts.correction};
}

/// sin(pi t) for |t| <= 1/2.
[[gnu::always_inline]] LINDEN_HD double sin_pi(double t) {
  const double z = t * t;
  return t * polynomial(z, z * z, 0x1.921fb54442d18p+1, -0x1.4abbce625be52p+2, 0x1.466bc6775aa7dp+1,
                        -0x1.32d2cce627c86p-1, 0x1.5078348551854p-4, -0x1.e3074dfaf87afp-8, 0x1.e8f3675ee37ddp-12,
                        -0x1.6f7acdb8f6580p-16, 0x1.9d462020fcc78p-21);
}

/// The error function. Up to 1 it is x + x P(z - 1/2) with z = x^2; above, 1 - exp(-z) R.
LINDEN_HD_LONG double erf(double x) {
  const double magnitude = abs(x);
  const bool small = magnitude < 1.0;
  const double z = magnitude * magnitude;
  const double y = z - 0.5;
  const double near =
      magnitude + magnitude * polynomial(y, y * y, -0x1.1ae14dc34815bp-5, -0x1.1fd16292151fdp-2, 0x1.454368017b0d5p-4,
                                         -0x1.2b902b7b2f24ep-6, 0x1.c82aa249a98cfp-9, -0x1.263991b80e1fcp-11,
                                         0x1.4866392f392acp-14, -0x1.429e93ccd34ffp-17, 0x1.1ad510ec46413p-20,
                                         -0x1.bf8d5f9e609aap-24, 0x1.441790d9ce029p-27, -0x1.ac9585a44fe29p-31);
  // R(t) = exp(z) erfc(x), which is smooth in t = (x - 3) / (x + 3). At 6 erf is 1.
  const double bounded = magnitude > 6.0 ? 6.0 : magnitude;
  const double t = (bounded - 3.0) / (bounded + 3.0);
  const double r =
      polynomial(t, t * t, 0x1.6e9827d229d2dp-3, -0x1.4e102b9cf8513p-2, 0x1.f6ff204105a04p-3, -0x1.336ffbef08b8ap-3,
                 0x1.258b13b00ec66p-4, -0x1.8fa58eb5ea92cp-6, 0x1.17c839090a469p-8, 0x1.73101f6d2e434p-11,
                 -0x1.39085f2b38287p-11, 0x1.7b9ef7977ceafp-15, 0x1.0cb2e63fe2177p-14, -0x1.af086905fc57fp-17,
                 -0x1.0cc37e8e915adp-17, 0x1.0e3fb74fdc507p-19, 0x1.56695202d55bcp-20, 0x1.d0badb83f2cadp-29);
  const Pair square = two_product(bounded, bounded);
  const ExpParts e = exp_parts(-square.high);
  const double sum = e.r + e.rest, high = 1.0 + sum;
  const double low = ((sum - (high - 1.0)) + (e.rest - (sum - e.r))) - high * square.low;
  const double far = 1.0 - (high * r + low * r) * e.up[0] * e.up[1];
  return copy_sign(small ? near : far, x);
}

/// log Gamma(x) for positive finite x.
[[gnu::always_inline]] LINDEN_HD Pair lgamma_pair(double x) {
  const bool far = x >= 2.5;
  // Below 1.5 the recurrence takes x to 2 + v, |v| <= 1/2: x / (x (x + 1)), Gamma(2 + v) / x, Gamma(2 + v).
  const double v = far ? 0.0 : x - (x < 0.5 ? 0.0 : x < 1.5 ? 1.0 : 2.0);
  const Pair near = two_product(v, 0x1.b0ee6072093cep-2);
  const double near_low =
      near.low +
      v * (0x1.6cb90701fbfabp-58 +
           v * polynomial(v, v * v, 0x1.4a34cc4a60fa6p-2, -0x1.13e001a557607p-4, 0x1.51322ac7d8333p-6,
                          -0x1.e404fc218f370p-8, 0x1.7add6eadfcc7bp-9, -0x1.38ac5c2c3ba16p-10, 0x1.0b36af5972ed1p-11,
                          -0x1.d3fd4c217341ep-13, 0x1.a127cd91ac95bp-14, -0x1.78de7721ff5a0p-15, 0x1.5808af19fa483p-16,
                          -0x1.3cb7b3b3125e1p-17, 0x1.2620de1c78d97p-18, -0x1.1235bb6eb9201p-19, 0x1.f038cb2f6a913p-21,
                          -0x1.d295ec4df68f0p-22, 0x1.2703c6effc4ebp-22, -0x1.17d0781c44b2ep-23));
  const Pair squared = two_product(v, v);
  const Pair doubled = two_sum(v, squared.high);
  const double argument = x < 0.5 ? doubled.high : (far | (x < 1.5)) ? x : 1.0;
  const double argument_rest = x < 0.5 ? (doubled.low + squared.low) / argument : 0.0;
  const Pair log = log_pair(argument);

  // From 2.5 on: x (log x - 1) - log(x) / 2 + log(2 pi) / 2 + D(1 / x^2) / x.
  const double inverse = 1.0 / (far ? x : 2.5);
  const double w = inverse * inverse;
  const double tail =
      inverse * polynomial(w, w * w, 0x1.5555555555554p-4, -0x1.6c16c16c02ef8p-9, 0x1.a01a013179c33p-11,
                           -0x1.3813437e05b10p-11, 0x1.b93f9b12f201fp-11, -0x1.f502df404b751p-10, 0x1.974073ec1445fp-8,
                           -0x1.9d12939e1dd9bp-6, 0x1.b5d744289690fp-4, -0x1.96d6570313276p-2, 0x1.1c7f743b60ae6p+0,
                           -0x1.fbe47040d5df3p+0, 0x1.a86cf68474097p+0);
  const double factor = log.high - 1.0;
  const double factor_low = ((log.high - factor) - 1.0) + log.low;
  const Pair main = two_product(x, factor);
  const Pair side = two_sum(0x1.d67f1c864beb5p-1, -0.5 * log.high);
  const double far_low = ((main.low + x * factor_low) + (side.low - 0.5 * log.low)) + (tail - 0x1.65b5a1b7ff5dfp-55);

  const Pair sum = two_sum(far ? main.high : near.high, far ? side.high : -log.high);
  return two_sum(sum.high, sum.low + (far ? far_low : near_low - (log.low + argument_rest)));
}

/// log |Gamma(x)|; infinity at 0, -1, -2, ...
LINDEN_HD_LONG double lgamma(double x) {
  const double magnitude = abs(x);
  const Pair pair = lgamma_pair(magnitude);
  const double positive = pair.high;
  // Gamma(-a) Gamma(a) = -pi / (a sin(pi a)).
  const double distance = abs(magnitude - round_even(magnitude));
  const double reflected = (0x1.250d048e7a1bdp+0 - log(magnitude * sin_pi(distance))) - positive;
  const bool reflect = (x < 0.0) & (magnitude > 0x1p-60);
  const bool pole = (x <= 0.0) & (distance == 0.0);
  const bool infinite = pole | (magnitude > 0x1.754d9278b51a7p+1014);  // above that the value is no double
  return infinite ? infinity : reflect ? reflected : positive;
}

/// The derivative of log Gamma; not a number at 0, -1, -2, ...
LINDEN_HD_LONG double digamma(double x) {
  const double magnitude = abs(x);
  const bool far = magnitude >= 2.0, below = magnitude < 1.0, negative = x < 0.0;
  // Around the zero at 1.4616...: (x - zero) R(x - zero). Below 1: digamma(x + 1) - 1 / x.
  const double difference = magnitude - (below ? 0x1.d8b618d5af8fep-2 : 0x1.762d86356be3fp+0);
  const double zero_low = below ? -0x1.1e563779a1f5bp-56 : 0x1.b86a722197829p-54;
  const double v = far ? 0.0 : difference - zero_low;
  const double v_low = far ? 0.0 : (difference - v) - zero_low;
  const Pair near = two_product(v, 0x1.ef72bc8ee38acp-1);
  const double near_low =
      (near.low + v_low) +
      v * (-0x1.3879eb97bf58dp-55 +
           v * polynomial(v, v * v, -0x1.c563b54aa1a34p-2, 0x1.08b4294d50382p-2, -0x1.4fc131725845dp-3,
                          0x1.b9a5b6370f6fap-4, -0x1.27baba25a21dfp-4, 0x1.8fce02b19c9aep-5, -0x1.0fa7ec6cecddcp-5,
                          0x1.723d686969a56p-6, -0x1.f97038414994cp-7, 0x1.5955afae00cf9p-7, -0x1.d82b21eae5e03p-8,
                          0x1.42e5bafbef44bp-8, -0x1.b972ddffc537bp-9, 0x1.2dc77caf4c5b5p-9, -0x1.a032229444371p-10,
                          0x1.1faf9af1d6ab1p-10, -0x1.702b12854ea37p-11, 0x1.c3a8807bac692p-12, -0x1.a22b3d71580f5p-12,
                          0x1.9a5332134a653p-12, -0x1.69f0bc72a9eb3p-13));

  // From 2 on: log(x) - 1 / (2 x) - H(1 / x^2) / x^2.
  const double inverse = 1.0 / magnitude;
  const double tail_inverse = far ? inverse : 0.5;
  const double w = tail_inverse * tail_inverse;
  const double tail =
      w * polynomial(w, w * w, 0x1.5555555555551p-4, -0x1.11111110fc1f8p-7, 0x1.041040c3c74c1p-8, -0x1.1110e94042365p-8,
                     0x1.f06ed8f4b47d3p-8, -0x1.58e4e39033fb0p-6, 0x1.4f0af5f4eb51ap-4, -0x1.9be331746a2d0p-2,
                     0x1.19c7833a26f1dp+1, -0x1.78eaed060d5abp+3, 0x1.bdba7a00a2b50p+5, -0x1.b2781d8c89fa8p+7,
                     0x1.4af086130d5a2p+9, -0x1.75f189080ffd1p+10, 0x1.24a0b6c78d57cp+11, -0x1.19dd07c6bdb36p+11,
                     0x1.f61697fce0e64p+9);
  const Pair log = log_pair(magnitude);

  // For x < 0: digamma(|x|) + 1 / |x| - pi / tan(pi x), where 1 / |x| cancels what x < 1 takes off.
  const Pair one = two_product(inverse, magnitude);
  const double inverse_low = inverse < 0x1p500 ? ((1.0 - one.high) - one.low) * inverse : 0.0;
  const double times = (negative ? 1.0 : 0.0) - (below ? 1.0 : 0.0);
  const double t = magnitude - round_even(magnitude);
  const double cotangent = sin_pi(0.5 - abs(t)) / sin_pi(t);  // of pi |x|
  const double reflected = 0x1.921fb54442d18p+1 * cotangent;

  const Pair sum = two_sum(far ? log.high : near.high, far ? -0.5 * inverse : times * inverse);
  const double low = far ? (log.low - tail) + (negative ? inverse : 0.0) : near_low + times * inverse_low;
  const double at_magnitude = sum.high + (sum.low + low);
  const bool pole = (x <= 0.0) & (t == 0.0);
  const double finite = negative ? at_magnitude + reflected : at_magnitude;
  const double all = magnitude < 0x1p-1000 ? copy_sign(inverse, -x) : x == infinity ? x : finite;
  return pole ? __builtin_nan("") : all;
}

/// c0 + c1 (s + j) (s + j + 1) inverse^2 + c2 (s + j) ... (s + j + 3) inverse^4 + ...
[[gnu::always_inline]] LINDEN_HD double bernoulli_tail(double, double, double, double c0) { return c0; }
template <class... Rest>
[[gnu::always_inline]] LINDEN_HD double bernoulli_tail(double s, double inverse, double j, double c0, Rest... rest) {
  return c0 + ((s + j) * inverse) * ((s + (j + 1.0)) * inverse) * bernoulli_tail(s, inverse, j + 2.0, rest...);
}

/// (x / (x + first))^s + ... + (x / (x + last))^s.
template <int first, int last>
[[gnu::always_inline]] LINDEN_HD double power_series(double s, double x) {
  const double term = exp(-s * log1p(first / x));
  if constexpr (first < last)
    return term + power_series<first + 1, last>(s, x);
  else
    return term;
}

/// pi times the derivative of order n = 1, ..., 4 of cot(pi x): -pi^2 q, 2 pi^3 k q, -2 pi^4 q (1 + 3 k^2) and
/// 8 pi^5 q k (2 + 3 k^2) with k = cot(pi x) and q = 1 / sin(pi x)^2.
[[gnu::always_inline]] LINDEN_HD double cotangent_slope(double n, double x) {
  constexpr double pi = 0x1.921fb54442d18p+1, pi_2 = pi * pi, pi_3 = pi_2 * pi, pi_4 = pi_2 * pi_2, pi_5 = pi_4 * pi;
  const double t = x - round_even(x);
  const double inverse = 1.0 / sin_pi(t), k = sin_pi(0.5 - abs(t)) * inverse;
  const double low = n < 2.0 ? -pi_2 : 2.0 * pi_3 * k;
  const double high = n < 4.0 ? -2.0 * pi_4 * (1.0 + 3.0 * k * k) : 8.0 * pi_5 * k * (2.0 + 3.0 * k * k);
  return inverse * inverse * (n < 3.0 ? low : high);
}

/// The derivative of order n of digamma, for whole n >= 1 and x > 0, and for n <= 4 and x < 0; otherwise, and at
/// 0, -1, -2, ..., not a number.
LINDEN_HD_LONG double polygamma(double n, double given) {
  // (-1)^(n + 1) n! zeta(n + 1, x), zeta by Euler and Maclaurin after ten terms. All terms are relative to x^-(n + 1).
  // For x < 0: -n! zeta(n + 1, 1 - x) less pi times the derivative of cot(pi x).
  const bool negative = given < 0.0;
  const double x = negative ? 1.0 - given : given;
  constexpr int terms = 10;
  const double s = n + 1.0;
  double sum = 1.0 + power_series<1, terms - 1>(s, x);
  const double end = x + terms;
  const double inverse = 1.0 / end;
  const double tail = bernoulli_tail(s, inverse, 1.0, 0x1.5555555555555p-4, -0x1.6c16c16c16c17p-10,
                                     0x1.1566abc011567p-15, -0x1.bbd779334ef0bp-21, 0x1.66a8f2bf70ebep-26,
                                     -0x1.22805d644267fp-31, 0x1.d6db2c4e09162p-37, -0x1.7da4e1f79955cp-42);
  sum += exp(-s * log1p(terms / x)) * ((end / n + 0.5) + tail * (s * inverse));

  // (n - 1)! / x^n = exp(lgamma(n) - n log(x)).
  const Pair factorial = lgamma_pair(n);
  const Pair log = log_pair(x);
  const Pair power = two_product(-n, log.high);
  const Pair exponent = two_sum(factorial.high, power.high);
  const double lost = exponent.low + (power.low + (factorial.low - n * log.low));
  const double e = exp(exponent.high);
  const double scale = ((e > 0.0) & (e < infinity)) ? e + e * lost : e;
  const double magnitude = x < infinity ? scale * (n * sum / x) : 0.0;
  const bool odd = floor(0.5 * n) != 0.5 * n;
  const bool below = negative & (n <= 4.0) & (given != round_even(given));
  const bool defined = ((given > 0.0) | below) & (n >= 1.0) & (floor(n) == n);
  const double above = odd ? magnitude : -magnitude;
  return !defined ? __builtin_nan("") : negative ? -magnitude - cotangent_slope(n, given) : above;
}

}  // namespace math
LINDEN_LEVEL_END
}  // namespace linden
