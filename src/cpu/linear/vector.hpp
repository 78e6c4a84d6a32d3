// Vectors of doubles as wide as the registers of the instruction level, for the kernels of linear models.
//
// Products are fused with sums where the level has such an instruction: sums are the same bytes for any number of
// threads, not from level to level.
#pragma once

#ifdef __AVX__
#include <immintrin.h>
#endif

#include <cstdint>

#include "backend/math/host_device.hpp"
#include "backend/tensor/lanes.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

typedef double Pack __attribute__((vector_size(vector_bytes)));
typedef std::int64_t PackBits __attribute__((vector_size(vector_bytes)));
typedef float HalfPack __attribute__((vector_size(vector_bytes / 2)));

inline constexpr int pack_lanes = vector_bytes / 8;
inline constexpr int panel_packs = 8 / pack_lanes;  // of a panel's row (linear_panel.hpp)

[[gnu::always_inline]] inline Pack load(const double* x) {
  Pack pack;
  __builtin_memcpy(&pack, x, sizeof pack);
  return pack;
}
[[gnu::always_inline]] inline Pack load_as_double(const double* x) { return load(x); }
[[gnu::always_inline]] inline Pack load_as_double(const float* x) {
  HalfPack half;
  __builtin_memcpy(&half, x, sizeof half);
  return __builtin_convertvector(half, Pack);
}
[[gnu::always_inline]] inline void store(double* x, Pack pack) { __builtin_memcpy(x, &pack, sizeof pack); }
[[gnu::always_inline]] inline Pack all(double x) { return x - Pack{}; }

/// A number from memory in all lanes. (Spelt out: g++ 12 would load its neighbours too and permute them, on the units
/// that multiply.)
[[gnu::always_inline]] inline Pack broadcast(const double* x) {
#ifdef __AVX__
  Pack pack;
  __asm__("vbroadcastsd %1, %0" : "=v"(pack) : "m"(*x));
  return pack;
#else
  return all(*x);
#endif
}

/// a b + c. (A loop over lanes would do, were it not that g++ leaves some such loops as they are.)
[[gnu::always_inline]] inline Pack fused(Pack a, Pack b, Pack c) {
#if defined(__AVX512F__)
  return _mm512_fmadd_pd(a, b, c);
#elif defined(__FMA__)
  return _mm256_fmadd_pd(a, b, c);
#else
  return a * b + c;
#endif
}

/// a_0, b_0, a_1, b_1, ...: of the first halves, and of the second ones.
[[gnu::always_inline]] inline Pack zip_low(Pack a, Pack b) {
#if defined(__AVX512F__)
  return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
#elif defined(__AVX__)
  return __builtin_shufflevector(a, b, 0, 4, 1, 5);
#else
  return __builtin_shufflevector(a, b, 0, 2);
#endif
}
[[gnu::always_inline]] inline Pack zip_high(Pack a, Pack b) {
#if defined(__AVX512F__)
  return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
#elif defined(__AVX__)
  return __builtin_shufflevector(a, b, 2, 6, 3, 7);
#else
  return __builtin_shufflevector(a, b, 1, 3);
#endif
}

/// As a square matrix. Each turn moves element i of its square to the place whose number is that of i with its bits
/// rotated by one.
[[gnu::always_inline]] inline void transpose(Pack (&rows)[pack_lanes]) {
  for (int turn = 1; turn < pack_lanes; turn *= 2) {
    Pack next[pack_lanes];
    for (int i = 0; i < pack_lanes / 2; ++i) {
      next[2 * i] = zip_low(rows[i], rows[i + pack_lanes / 2]);
      next[2 * i + 1] = zip_high(rows[i], rows[i + pack_lanes / 2]);
    }
    for (int i = 0; i < pack_lanes; ++i) rows[i] = next[i];
  }
}

/// The totals of as many vectors as there are lanes, each added up lane after lane.
[[gnu::always_inline]] inline Pack totals_of(const Pack* sums) {
  Pack block[pack_lanes];
  for (int r = 0; r < pack_lanes; ++r) block[r] = sums[r];
  transpose(block);
  Pack total = block[0];
  for (int r = 1; r < pack_lanes; ++r) total += block[r];
  return total;
}

LINDEN_LEVEL_END
}  // namespace linden
