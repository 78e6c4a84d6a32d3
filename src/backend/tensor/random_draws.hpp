// The random numbers of tensors: draw number i is a pure function of the seed, the kind of draw and i.
//
// Each kind has a stream of its own (`round` of random_words), whose counter c gives 128 bits, words w0 w1 w2 w3:
//
//     wide uniforms (f64)  two a counter:  top 53 bits of (w1 w0), then of (w3 w2), times 2^-53
//     narrow uniforms      four a counter: top 24 bits of w0, w1, w2, w3, times 2^-24
//     bits (i64)           two a counter:  (w1 w0), then (w3 w2), less their lowest bit, shifted down
//     normals              two a counter:  r cos(2 pi u), then r sin(2 pi u), r = sqrt(-2 log(v)): Box-Muller, with
//                          v = (top 53 bits of (w1 w0) + 1) 2^-53, never 0, and u the second wide uniform; f32 rounds
//
// No branches, no FMA, no call to a library: loops over these vectorise, with the same bits on every device.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"
#include "backend/math/math.hpp"
#include "backend/math/philox.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace draws {

enum class Stream : std::uint32_t { wide = 0, narrow = 1, normal = 2, bits = 3 };

LINDEN_HD PhiloxCounter words(std::uint64_t seed, Stream stream, std::uint64_t counter) {
  return random_words(seed, Draw::tensor, static_cast<std::uint32_t>(stream), counter);
}

LINDEN_HD std::uint64_t joined(std::uint32_t low, std::uint32_t high) { return std::uint64_t{high} << 32 | low; }

/// n 2^-53 for n < 2^53. (Two exact halves: conversions of 64-bit integers do not vectorise everywhere.)
LINDEN_HD double scaled(std::uint64_t n) {
  const double high = math::from_bits(n >> 32 | math::bits_of(0x1p52)) - 0x1p52;
  const double low = math::from_bits((n & 0xffffffff) | math::bits_of(0x1p52)) - 0x1p52;
  return (high * 0x1p32 + low) * 0x1p-53;
}

/// [0, 1), a multiple of 2^-53.
LINDEN_HD double wide_uniform(std::uint32_t low, std::uint32_t high) { return scaled(joined(low, high) >> 11); }

/// [0, 1), a multiple of 2^-24.
LINDEN_HD float narrow_uniform(std::uint32_t word) {
  return static_cast<float>(static_cast<std::int32_t>(word >> 8)) * 0x1p-24f;
}

LINDEN_HD std::int64_t positive_bits(std::uint32_t low, std::uint32_t high) {
  return static_cast<std::int64_t>(joined(low, high) >> 1);
}

struct Pair {
  double cosine, sine;
};

/// cos(2 pi u) and sin(2 pi u) for 0 <= u < 1: both within 0.85 ulp (random_test.cpp).
LINDEN_HD Pair turn(double u) {
  // u = q / 4 + t with |t| <= 1/8, exactly.
  const double shifted = u * 4.0 + 0x1.8p52;
  const double t = u - (shifted - 0x1.8p52) * 0.25;
  const std::uint64_t quadrant = math::bits_of(shifted);
  // x + lost = 2 pi t: the product of the leading bits of both is exact.
  constexpr double turn_high = 0x1.921fb54p+2, turn_low = 0x1.10b4611a62633p-28, full_turn = 0x1.921fb54442d18p+2;
  const double t_high = (t + 0x1.8p24) - 0x1.8p24;
  const double x_high = t_high * turn_high;
  const double x_low = t_high * turn_low + (t - t_high) * full_turn;
  const double x = x_high + x_low;
  const double lost = (x_high - x) + x_low;

  // sin x = x + x^3 S(x^2), cos x = 1 - x^2/2 + x^4 C(x^2): minimax on |x| <= pi/4, off by 2^-58 x and 2^-64.
  const double z = x * x, z2 = z * z, z4 = z2 * z2;
  const double s01 = -0x1.5555555555549p-3 + z * 0x1.111111110f881p-7;
  const double s23 = -0x1.a01a019c126a6p-13 + z * 0x1.71de35787420ep-19;
  const double s45 = -0x1.ae5e66d4e1d92p-26 + z * 0x1.5d932f512504dp-33;
  const double half = 0.5 * z;
  // The derivative, 1 - x^2/2 is enough of it, carries what x lost.
  const double sine = x + (x * z * ((s01 + z2 * s23) + z4 * s45) + lost * (1.0 - half));
  const double c01 = 0x1.555555555554cp-5 + z * -0x1.6c16c16c15184p-10;
  const double c23 = 0x1.a01a019cb270dp-16 + z * -0x1.27e4f80a77bd2p-22;
  const double c45 = 0x1.1ee9ec48a4abbp-29 + z * -0x1.8faecfab097e8p-37;
  const double near_one = 1.0 - half;
  const double cosine = near_one + (((1.0 - near_one) - half) + (z2 * ((c01 + z2 * c23) + z4 * c45) - x * lost));

  const std::uint64_t swapped = std::uint64_t{0} - (quadrant & 1);
  const std::uint64_t sine_bits = math::bits_of(sine), cosine_bits = math::bits_of(cosine);
  const std::uint64_t exchanged = (sine_bits ^ cosine_bits) & swapped;
  return {math::from_bits((cosine_bits ^ exchanged) ^ ((quadrant + 1) >> 1 & 1) << 63),
          math::from_bits((sine_bits ^ exchanged) ^ (quadrant >> 1 & 1) << 63)};
}

/// Two independent standard normals from four words.
LINDEN_HD Pair normals(std::uint32_t w0, std::uint32_t w1, std::uint32_t w2, std::uint32_t w3) {
  const double radius = math::sqrt(-2.0 * math::log(scaled((joined(w0, w1) >> 11) + 1)));
  const Pair direction = turn(wide_uniform(w2, w3));
  return {radius * direction.cosine, radius * direction.sine};
}

}  // namespace draws
LINDEN_LEVEL_END
}  // namespace linden
