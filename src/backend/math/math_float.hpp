// The functions of math.hpp and special.hpp for float, under the same names: at most 1 ulp of float from the exact
// value, 3 for sigmoid (tests/backend/math/math_float_test.cpp has the figures), the same bits on every device and
// instruction level.
//
// exp, expm1, log and log1p are those of math.hpp with shorter polynomials. tanh and softplus carry what each step
// loses into the last one. pow works in double, with polynomials for float; the rare functions are the double ones.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"
#include "backend/math/math.hpp"
#include "backend/math/special.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace math {

// ln 2 in two parts: the first has 16 bits, so that its product with an exponent is exact.
inline constexpr float ln2_high_float = 0x1.62e4p-1f;
inline constexpr float ln2_low_float = 0x1.7f7d1cp-20f;
inline constexpr float infinity_float = __builtin_inff();

LINDEN_HD std::uint32_t bits_of(float x) { return __builtin_bit_cast(std::uint32_t, x); }
LINDEN_HD float from_bits(std::uint32_t bits) { return __builtin_bit_cast(float, bits); }

LINDEN_HD float abs(float x) { return from_bits(bits_of(x) & 0x7fffffff); }
LINDEN_HD float square(float x) { return x * x; }
LINDEN_HD float sqrt(float x) { return __builtin_sqrtf(x); }
LINDEN_HD bool is_nan(float x) { return x != x; }
LINDEN_HD float copy_sign(float magnitude, float sign) {
  return from_bits((bits_of(magnitude) & 0x7fffffff) | (bits_of(sign) & 0x80000000));
}
LINDEN_HD float sign(float x) { return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : x; }
LINDEN_HD float maximum(float a, float b) { return ((a > b) | is_nan(a)) ? a : b; }
LINDEN_HD float minimum(float a, float b) { return ((a < b) | is_nan(a)) ? a : b; }
LINDEN_HD float round_even(float x) {
  const float magnitude = abs(x);
  const float whole = copy_sign((magnitude + 0x1p23f) - 0x1p23f, x);
  return magnitude < 0x1p23f ? whole : x;
}
LINDEN_HD float floor(float x) {
  const float near = round_even(x);
  return copy_sign(near > x ? near - 1.0f : near, x);
}
LINDEN_HD float ceil(float x) { return -floor(-x); }

/// A value as the sum of two: `low` is what `high` lost.
struct FloatPair {
  float high, low;
};

/// As ExpParts in math.hpp, with k in place of 2^-k.
struct FloatExpParts {
  float r, rest, k;
  float up[2];
};

LINDEN_HD FloatExpParts exp_parts(float x) {
  constexpr float magic = 0x1.8p23f + 254;
  const float shifted = x * 1.44269504f + magic;
  const float k = shifted - magic;
  const std::uint32_t biased = bits_of(shifted) - bits_of(0x1.8p23f);
  const std::uint32_t first = biased >> 1, second = biased - first;

  const float high = x - k * ln2_high_float;
  const float low = k * ln2_low_float;
  const float r = high - low;

  // exp(r) = 1 + r + r^2/2 + r^3 P(r): degree 4, off by 2^-31.
  const float r2 = r * r;
  const float p01 = 0x1.555556p-3f + r * 0x1.555518p-5f;
  const float p23 = 0x1.1110f6p-7f + r * 0x1.6d117cp-10f;
  const float p = p01 + r2 * (p23 + r2 * 0x1.a0f8d4p-13f);
  const float rest = (0.5f * r2 + (r * r2) * p) - low;
  return {high, rest, k, {from_bits(first << 23), from_bits(second << 23)}};
}

/// Limits x to [least, 89] for least < 0; what a NaN becomes is a number. Positive floats are in the order of their
/// bits as signed numbers, negative ones in the opposite order of theirs as unsigned ones: minima of integers take
/// fewer instructions than comparisons that let a NaN through.
LINDEN_HD float limit(float x, float least) {
  const auto bits = static_cast<std::int32_t>(bits_of(x)), most = static_cast<std::int32_t>(bits_of(89.0f));
  const auto below = static_cast<std::uint32_t>(bits < most ? bits : most);
  return from_bits(below < bits_of(least) ? below : bits_of(least));
}

LINDEN_HD float exp(float x) {
  const FloatExpParts e = exp_parts(limit(x, -104.0f));
  const float result = (1.0f + (e.r + e.rest)) * e.up[0] * e.up[1];
  return is_nan(x) ? x : result;
}

/// exp(x) - 1 in units of 2^k, for k = e.k <= 128.
LINDEN_HD FloatPair expm1_parts(const FloatExpParts& e) {
  // (1 - 2^-k) + r + rest. Both roundings of the first two sums are kept. (2^-127 is as good as 2^-128.)
  const float unit = from_bits(bits_of((e.k > 126.0f ? -126.0f : -e.k) + (0x1p23f + 127)) << 23);
  const float whole = 1.0f - unit;
  const float one_back = whole + unit;
  const float whole_lost = (1.0f - one_back) - (unit - (one_back - whole));
  const float sum = whole + e.r;
  const float sum_lost = e.r - (sum - whole);
  return {sum, sum_lost + (whole_lost + e.rest)};
}

LINDEN_HD float expm1(float x) {
  const FloatExpParts e = exp_parts(limit(x, -20.0f));
  const FloatPair parts = expm1_parts(e);
  const float result = (parts.high + parts.low) * e.up[0] * e.up[1];
  return ((x == 0.0f) | is_nan(x)) ? x : result;  // keeps the sign of zero
}

struct FloatLogParts {
  float k, m;
};

LINDEN_HD FloatLogParts log_parts(float x) {
  const bool denormal = x < 0x1p-126f;
  const std::uint32_t bits = bits_of(denormal ? x * 0x1p25f : x);
  const std::uint32_t biased = (bits + (bits_of(1.0f) - bits_of(0x1.6a09e6p-1f))) >> 23;
  const float k = from_bits(biased | bits_of(0x1p23f)) - (denormal ? 0x1p23f + 152 : 0x1p23f + 127);
  return {k, from_bits(bits - (biased << 23) + bits_of(1.0f))};
}

/// As LogSum in math.hpp.
struct FloatLogSum {
  float sum, correction;
};

LINDEN_HD FloatLogSum log_sum(float k, float f, float rest) {
  // As in math.hpp: T of degree 2, off by 2^-28.
  const float s = f / (2.0f + f);
  const float z = s * s;
  const float zt = z * (0x1.55555cp-1f + z * (0x1.997c2ep-2f + z * 0x1.2ee656p-2f));
  const float half_square = 0.5f * f * f;
  const float bend = half_square - s * (half_square + zt);
  const float high = k * ln2_high_float;
  const float sum = high + f;
  const float sum_lost = f - (sum - high);
  return {sum, bend - (sum_lost + (k * ln2_low_float + rest))};
}

LINDEN_HD float log(float x) {
  const FloatLogParts p = log_parts(x);
  const FloatLogSum parts = log_sum(p.k, p.m - 1.0f, 0.0f);
  const float positive = x < infinity_float ? parts.sum - parts.correction : x;
  return x < 0.0f ? __builtin_nanf("") : x == 0.0f ? -infinity_float : positive;
}

/// log(1 + x + x_low) for finite x > -1.
LINDEN_HD FloatLogSum log1p_sum(float x, float x_low) {
  const float u = 1.0f + x;
  const float x_back = u - 1.0f;
  const float lost = (1.0f - (u - x_back)) + (x - x_back);
  const FloatLogParts p = log_parts(u);
  const float unit = from_bits(bits_of((p.k > 100.0f ? -100.0f : -p.k) + (0x1p23f + 127)) << 23);  // 2^-k
  const float rest = lost * unit;
  const float f = (p.m - 1.0f) + rest;
  const float f_lost = (rest - (f - (p.m - 1.0f))) + x_low * unit;
  return log_sum(p.k, f, f_lost - f_lost * f);
}

LINDEN_HD float log1p(float x) {
  const FloatLogSum parts = log1p_sum(x, 0.0f);
  const float inside = x < infinity_float ? parts.sum - parts.correction : x;
  const float edge = x < -1.0f ? __builtin_nanf("") : x == -1.0f ? -infinity_float : inside;
  return x == 0.0f ? x : edge;
}

/// (a.high + a.low) / (b.high + b.low), rounded about once.
LINDEN_HD float divide(FloatPair a, FloatPair b) {
  // The upper halves of quotient and divisor have 12 bits: their product, and what it leaves of a, are exact.
  const float inverse = 1.0f / b.high;
  const float quotient = from_bits(bits_of(a.high * inverse) & 0xfffff000);
  const float b_upper = from_bits(bits_of(b.high) & 0xfffff000);
  const float b_lower = (b.high - b_upper) + b.low;
  const float left = ((a.high - quotient * b_upper) - quotient * b_lower) + a.low;
  return quotient + left * inverse;
}

/// exp(x) in units of 2^k.
LINDEN_HD FloatPair exp_pair(const FloatExpParts& e) {
  const float sum = e.r + e.rest;
  const float high = 1.0f + sum;
  return {high, (sum - (high - 1.0f)) + (e.rest - (sum - e.r))};
}

/// As in double: with e = exp(-|x|) and t = 1 / (1 + e) it is t for x >= 0, else e t. Within 3 ulp.
LINDEN_HD float sigmoid(float x) {
  const float argument = -abs(x);
  const FloatExpParts parts = exp_parts(argument < -104.0f ? -104.0f : argument);
  const float e = (1.0f + (parts.r + parts.rest)) * parts.up[0] * parts.up[1];
  const float t = 1.0f / (1.0f + e);
  return x < 0.0f ? e * t : t;
}

/// log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|)).
LINDEN_HD float softplus(float x) {
  const float argument = -abs(x);
  const FloatExpParts parts = exp_parts(argument < -104.0f ? -104.0f : argument);
  const FloatPair e = exp_pair(parts);
  const FloatLogSum log = log1p_sum(e.high * parts.up[0] * parts.up[1], e.low * parts.up[0] * parts.up[1]);
  const float offset = x < 0.0f ? 0.0f : x;
  const float sum = offset + log.sum;
  const float back = sum - offset;
  const float lost = (offset - (sum - back)) + (log.sum - back);
  return x < infinity_float ? sum - (log.correction - lost) : x;
}

LINDEN_HD float log_sigmoid(float x) { return -softplus(-x); }

/// With t = expm1(-2 |x|): -t / (2 + t), and the sign of x.
LINDEN_HD float tanh(float x) {
  const float argument = -2.0f * abs(x);
  const FloatExpParts parts = exp_parts(argument < -20.0f ? -20.0f : argument);
  const FloatPair t = expm1_parts(parts);
  const float scale = parts.up[0] * parts.up[1];
  const float sum = t.high + t.low;
  const float high = sum * scale, low = (t.low - (sum - t.high)) * scale;
  const float below = 2.0f + high;
  const float magnitude = divide({-high, -low}, {below, (high - (below - 2.0f)) + low});
  return copy_sign(magnitude, x);
}

/// log(x) for positive finite floats x, off by 2^-42 of itself.
LINDEN_HD double log_for_float(double x) {
  // A float is never denormal as a double. The polynomial is that of math.hpp, with degree 4.
  const std::uint64_t bits = bits_of(x);
  const std::uint64_t biased = (bits + (bits_of(1.0) - bits_of(0x1.6a09e667f3bcdp-1))) >> 52;
  const double k = from_bits(biased | bits_of(0x1p52)) - (0x1p52 + 1023);
  const double f = from_bits(bits - (biased << 52) + bits_of(1.0)) - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s, z2 = z * z;
  const double t01 = 0x1.5555555564eb7p-1 + z * 0x1.999998cae671fp-2;
  const double t23 = 0x1.249323f5fe0a4p-2 + z * 0x1.c67ad18010d25p-3;
  const double t = t01 + z2 * (t23 + z2 * 0x1.8c8cb725e2db5p-3);
  return k * 0x1.62e42fefa39efp-1 + (2.0 * s + (s * z) * t);
}

/// exp(x) for -700 < x < 700, off by 2^-31 of itself.
LINDEN_HD double exp_for_float(double x) {
  constexpr double magic = 0x1.8p52 + 1023;
  const double shifted = x * 1.4426950408889634 + magic;
  const double r = x - (shifted - magic) * 0x1.62e42fefa39efp-1;
  const double r2 = r * r;
  const double p01 = 0x1.5555555555555p-3 + r * 0x1.555518f5d1200p-5;
  const double p23 = 0x1.1110f63e09216p-7 + r * 0x1.6d117cc039048p-10;
  const double p = p01 + r2 * (p23 + r2 * 0x1.a0f8d3279e082p-13);
  return (1.0 + (r + (0.5 * r2 + (r * r2) * p))) * from_bits(bits_of(shifted) << 52);
}

LINDEN_HD float pow(float x, float exponent) {
  const double magnitude = abs(static_cast<double>(x));
  const double finite = magnitude < infinity ? log_for_float(magnitude) : magnitude;
  const double power = static_cast<double>(exponent) * (magnitude == 0.0 ? -infinity : finite);
  const double below = power > 200.0 ? 200.0 : power;
  return static_cast<float>(power_of(x, exponent, exp_for_float(below < -200.0 ? -200.0 : below)));
}

[[gnu::always_inline]] LINDEN_HD float erf(float x) { return static_cast<float>(erf(static_cast<double>(x))); }
[[gnu::always_inline]] LINDEN_HD float lgamma(float x) { return static_cast<float>(lgamma(static_cast<double>(x))); }
[[gnu::always_inline]] LINDEN_HD float digamma(float x) { return static_cast<float>(digamma(static_cast<double>(x))); }
[[gnu::always_inline]] LINDEN_HD float polygamma(float n, float x) {
  return static_cast<float>(polygamma(static_cast<double>(n), static_cast<double>(x)));
}

}  // namespace math
LINDEN_LEVEL_END
}  // namespace linden
