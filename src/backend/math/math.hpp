// exp, expm1, log, log1p, what derives from them, and rounding, in double: the same bits on every device and level.
//
// No branches, no tables, no FMA, no call to a library: a loop over them vectorises. The four are within 1 ulp of the
// exact value for every argument, denormal numbers included (tests/backend/math/math_test.cpp has the figures).
// Selections are written "bad ? constant : x", so that a NaN passes through them.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace math {

// ln 2 in two parts: the first has so few bits that its product with an exponent is exact.
inline constexpr double ln2_high = 0x1.62e42ffp-1;
inline constexpr double ln2_low = -0x1.718432a1b0e26p-35;
inline constexpr double infinity = __builtin_inf();

LINDEN_HD std::uint64_t bits_of(double x) { return __builtin_bit_cast(std::uint64_t, x); }
LINDEN_HD double from_bits(std::uint64_t bits) { return __builtin_bit_cast(double, bits); }

LINDEN_HD double abs(double x) { return from_bits(bits_of(x) & 0x7fffffffffffffff); }
LINDEN_HD double square(double x) { return x * x; }
LINDEN_HD double sqrt(double x) { return __builtin_sqrt(x); }
LINDEN_HD bool is_nan(double x) { return x != x; }
/// The magnitude of the first with the sign of the second.
LINDEN_HD double copy_sign(double magnitude, double sign) {
  return from_bits((bits_of(magnitude) & 0x7fffffffffffffff) | (bits_of(sign) & 0x8000000000000000));
}

/// 1, -1, or x itself where that is a zero or not a number.
LINDEN_HD double sign(double x) { return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x; }

/// Not a number if either is.
LINDEN_HD double maximum(double a, double b) { return ((a > b) | is_nan(a)) ? a : b; }
LINDEN_HD double minimum(double a, double b) { return ((a < b) | is_nan(a)) ? a : b; }

/// To the nearest whole number, halves to the even one.
LINDEN_HD double round_even(double x) {
  // Next to 2^52 doubles are one apart: adding it rounds.
  const double magnitude = abs(x);
  const double whole = copy_sign((magnitude + 0x1p52) - 0x1p52, x);
  return magnitude < 0x1p52 ? whole : x;
}
LINDEN_HD double floor(double x) {
  const double near = round_even(x);
  return copy_sign(near > x ? near - 1.0 : near, x);
}
LINDEN_HD double ceil(double x) { return -floor(-x); }

/// exp(x) = 2^k (1 + r + rest), |r| <= ln(2) / 2. 2^k = up[0] * up[1] and 2^-k = down[0] * down[1]: two factors each,
/// because 2^1024 and 2^-1076 are no doubles.
struct ExpParts {
  double r, rest;
  double up[2], down[2];
};

LINDEN_HD ExpParts exp_parts(double x) {
  // Adding 1.5 * 2^52 rounds to the nearest integer and leaves it in the low bits; the other 2046 make it positive and
  // are the two exponent biases of `up`.
  constexpr double magic = 0x1.8p52 + 2046;
  const double shifted = x * 1.4426950408889634 + magic;
  const double k = shifted - magic;
  const std::uint64_t biased = bits_of(shifted) - bits_of(0x1.8p52);
  const std::uint64_t first = biased >> 1, second = biased - first;

  const double high = x - k * ln2_high;
  const double low = k * ln2_low;
  const double r = high - low;
  const double lost = (high - r) - low;

  // exp(r) = 1 + r + r^2/2 + r^3 P(r): minimax of degree 9, off by 2^-61 r.
  const double r2 = r * r, r4 = r2 * r2;
  const double p01 = 0x1.5555555555559p-3 + r * 0x1.555555555555ap-5;
  const double p23 = 0x1.111111110f6abp-7 + r * 0x1.6c16c16c14456p-10;
  const double p45 = 0x1.a01a01afe85dap-13 + r * 0x1.a01a01b0b745cp-16;
  const double p67 = 0x1.71ddf8479405ap-19 + r * 0x1.27e4c59dbc12ap-22;
  const double p89 = 0x1.af5ed9ff53859p-26 + r * 0x1.1f956b0abe82cp-29;
  const double p = (p01 + r2 * p23) + r4 * ((p45 + r2 * p67) + r4 * p89);
  const double rest = lost + (0.5 * r2 + (r * r2) * p);

  return {r,
          rest,
          {from_bits(first << 52), from_bits(second << 52)},
          {from_bits((2046 - first) << 52), from_bits((2046 - second) << 52)}};
}

LINDEN_HD double exp(double x) {
  const double below = x > 710.0 ? 710.0 : x;
  const ExpParts e = exp_parts(below < -746.0 ? -746.0 : below);
  return (1.0 + (e.r + e.rest)) * e.up[0] * e.up[1];
}

/// exp(x) - 1 without the cancellation near 0.
LINDEN_HD double expm1(double x) {
  const double below = x > 710.0 ? 710.0 : x;
  const ExpParts e = exp_parts(below < -40.0 ? -40.0 : below);
  // In units of 2^k: (1 - 2^-k) + r + rest. Both roundings of the first two sums are kept.
  const double unit = e.down[0] * e.down[1];
  const double whole = 1.0 - unit;
  const double one_back = whole + unit;
  const double whole_lost = (1.0 - one_back) - (unit - (one_back - whole));
  const double sum = whole + e.r;
  const double sum_lost = e.r - (sum - whole);
  const double result = (sum + (sum_lost + (whole_lost + e.rest))) * e.up[0] * e.up[1];
  return x == 0.0 ? x : result;  // keeps the sign of zero
}

/// x = 2^k m, sqrt(1/2) <= m < sqrt(2), for positive finite x.
struct LogParts {
  double k, m;
};

LINDEN_HD LogParts log_parts(double x) {
  const bool denormal = x < 0x1p-1022;
  const std::uint64_t bits = bits_of(denormal ? x * 0x1p54 : x);
  const std::uint64_t biased = (bits + (bits_of(1.0) - bits_of(0x1.6a09e667f3bcdp-1))) >> 52;
  const double k = from_bits(biased | bits_of(0x1p52)) - (denormal ? 0x1p52 + 1077 : 0x1p52 + 1023);
  return {k, from_bits(bits - (biased << 52) + bits_of(1.0))};
}

/// A logarithm as sum - correction, where the correction is a few percent at most.
struct LogSum {
  double sum, correction;
};

/// k ln 2 + log(1 + f) + rest, for sqrt(1/2) - 1 <= f <= sqrt(2) - 1 and a rest that is small beside f.
LINDEN_HD LogSum log_sum(double k, double f, double rest) {
  // log(1 + f) = log((1 + s) / (1 - s)) = 2 s + s z T(z), z = s^2: minimax T of degree 7, off by 2^-65.
  const double s = f / (2.0 + f);
  const double z = s * s, z2 = z * z, z4 = z2 * z2;
  const double t01 = 0x1.5555555555555p-1 + z * 0x1.9999999999e08p-2;
  const double t23 = 0x1.249249242a67ep-2 + z * 0x1.c71c725a1290ep-3;
  const double t45 = 0x1.745cddda5839bp-3 + z * 0x1.3b20bbc3e4f4ap-3;
  const double t67 = 0x1.0f5b5097bbf60p-3 + z * 0x1.0f70c3b2038b4p-3;
  const double zt = z * ((t01 + z2 * t23) + z4 * (t45 + z2 * t67));
  // 2 s = f - s f, and s f = f^2/2 - s f^2/2: f itself has no rounding.
  const double half_square = 0.5 * f * f;
  const double bend = half_square - s * (half_square + zt);
  const double high = k * ln2_high;
  const double sum = high + f;
  const double sum_lost = f - (sum - high);
  return {sum, bend - (sum_lost + (k * ln2_low + rest))};
}

LINDEN_HD double log(double x) {
  const LogParts p = log_parts(x);
  const LogSum parts = log_sum(p.k, p.m - 1.0, 0.0);
  const double positive = x < infinity ? parts.sum - parts.correction : x;
  return x < 0.0 ? __builtin_nan("") : x == 0.0 ? -infinity : positive;
}

/// log(1 + x) without the cancellation near 0.
LINDEN_HD double log1p(double x) {
  const double u = 1.0 + x;
  // What the sum lost, exactly, whichever of 1 and x is larger.
  const double x_back = u - 1.0;
  const double lost = (1.0 - (u - x_back)) + (x - x_back);
  const LogParts p = log_parts(u);
  const double unit = from_bits(bits_of((p.k > 1000.0 ? -1000.0 : -p.k) + (0x1p52 + 1023)) << 52);  // 2^-k
  const double rest = lost * unit;
  const double f = (p.m - 1.0) + rest;
  const double f_lost = rest - (f - (p.m - 1.0));
  const LogSum parts = log_sum(p.k, f, f_lost - f_lost * f);
  const double inside = x < infinity ? parts.sum - parts.correction : x;
  const double edge = x < -1.0 ? __builtin_nan("") : x == -1.0 ? -infinity : inside;
  return x == 0.0 ? x : edge;
}

/// 1 / (1 + exp(-x)), accurate on both sides: with e = exp(-|x|) and t = 1 / (1 + e) it is t for x >= 0, else e t.
LINDEN_HD double sigmoid(double x) {
  const double e = exp(-abs(x));
  const double t = 1.0 / (1.0 + e);
  return x < 0.0 ? e * t : t;
}

/// log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|)).
LINDEN_HD double softplus(double x) { return (x < 0.0 ? 0.0 : x) + log1p(exp(-abs(x))); }

/// log(sigmoid(x)).
LINDEN_HD double log_sigmoid(double x) { return -softplus(-x); }

/// With t = expm1(-2 |x|): -t / (2 + t), and the sign of x.
LINDEN_HD double tanh(double x) {
  const double t = expm1(-2.0 * abs(x));
  const double magnitude = abs(t / (2.0 + t));
  return from_bits(bits_of(magnitude) | (bits_of(x) & 0x8000000000000000));
}

/// What C makes of x^exponent, given |x|^exponent: the sign of an odd power, not a number for a broken power of a
/// negative number, 1 for 1^anything and anything^0.
LINDEN_HD double power_of(double x, double exponent, double magnitude) {
  const double half = 0.5 * exponent;
  const bool whole = floor(exponent) == exponent;
  const bool odd = whole & (floor(half) != half);
  const double known = abs(x) == 1.0 ? 1.0 : magnitude;
  const double with_sign = odd ? copy_sign(known, x) : known;
  const bool broken = (x < 0.0) & (x > -infinity) & !whole;
  return exponent == 0.0 ? 1.0 : broken ? __builtin_nan("") : with_sign;
}

/// x^exponent as exp(exponent log|x|): relative error about 2^-53 (1 + |exponent log|x||). Signs and limits are C's.
LINDEN_HD double pow(double x, double exponent) { return power_of(x, exponent, exp(exponent * log(abs(x)))); }

}  // namespace math
LINDEN_LEVEL_END
}  // namespace linden
