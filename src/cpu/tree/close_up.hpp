// Writing those of a few 64-bit words that belong to a set side by side: one instruction of AVX-512, a table on AVX2.
#pragma once

#if defined(__AVX2__)
#include <immintrin.h>

#include <cstdint>

#include "backend/math/host_device.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

#if defined(__AVX512F__)

/// Eight words, of which those of the set come first, in their order; the others are 0.
inline __m512i close_up(__m512i words, unsigned set) {
  return _mm512_maskz_compress_epi64(static_cast<__mmask8>(set), words);
}

#else

/// For each set of four words: where they come from, in halves, when they close up.
struct ClosingUp {
  alignas(32) std::int32_t from[16][8] = {};
  constexpr ClosingUp() {
    for (int set = 0; set < 16; ++set)
      for (int i = 0, to = 0; i < 4; ++i)
        if (set >> i & 1) {
          from[set][2 * to] = 2 * i;
          from[set][2 * to++ + 1] = 2 * i + 1;
        }
  }
};
inline constexpr ClosingUp closing_up;

/// Four words, of which those of the set come first, in their order; the others are any.
inline __m256i close_up(__m256i words, unsigned set) {
  return _mm256_permutevar8x32_epi32(words, _mm256_load_si256(reinterpret_cast<const __m256i*>(closing_up.from[set])));
}

#endif

LINDEN_LEVEL_END
}  // namespace linden
#endif
