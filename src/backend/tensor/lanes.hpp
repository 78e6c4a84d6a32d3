// Folding a run of dense memory into one value, in an order that no vector width shows in.
//
// Floating numbers: a run of at least 256 elements fills lanes of 128 bytes (element i to lane i mod 32 for f32, mod 16
// for f64), what is left over fills lanes of 32 bytes in the same way, and what is left over from these follows one by
// one. Lanes hold the dtype; they are combined in double, the upper half of them with the lower until one is left, and
// added to the total, which is double. Whole numbers wrap or are compared, so that order does not matter.
#pragma once

#include <cstdint>
#include <utility>

#include "backend/tensor/fold.hpp"
#include "backend/math/host_device.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

#if defined(__AVX512F__)
inline constexpr int vector_bytes = 64;
#elif defined(__AVX__)
inline constexpr int vector_bytes = 32;
#else
inline constexpr int vector_bytes = 16;
#endif

/// The lanes of a vector as one value: the upper half of them is combined with the lower until one is left.
template <class F, class V, int... lane>
[[gnu::always_inline]] inline typename F::Total fold_halves(V lanes, std::integer_sequence<int, lane...>) {
  constexpr int half = sizeof...(lane);
  if constexpr (half == 1) {
    return F::combined(lanes[0], lanes[1]);
  } else {
    const auto halves = F::combined(__builtin_shufflevector(lanes, lanes, lane...),
                                    __builtin_shufflevector(lanes, lanes, (half + lane)...));
    return fold_halves<F>(halves, std::make_integer_sequence<int, half / 2>());
  }
}

/// Lanes of `bytes` bytes over the first `count` elements, a multiple of the lanes and not 0, as one value.
template <class F, int bytes, class T>
[[gnu::always_inline]] inline typename F::Total fold_lanes(const T* x, std::int64_t count) {
  constexpr int piece = bytes < vector_bytes ? bytes : vector_bytes;
  constexpr int pieces = bytes / piece, lanes = bytes / static_cast<int>(sizeof(T)), width = lanes / pieces;
  using V [[gnu::vector_size(piece)]] = T;
  V sums[pieces];
  __builtin_memcpy(sums, x, bytes);
  for (std::int64_t i = lanes; i < count; i += lanes)
    for (int p = 0; p < pieces; ++p) {
      V next;
      __builtin_memcpy(&next, x + i + p * width, piece);
      sums[p] = F::combined(sums[p], next);
    }
  using Wide [[gnu::vector_size(width * sizeof(typename F::Total))]] = typename F::Total;
  Wide totals[pieces];
  for (int p = 0; p < pieces; ++p) totals[p] = __builtin_convertvector(sums[p], Wide);
  for (int half = pieces / 2; half > 0; half /= 2)
    for (int p = 0; p < half; ++p) totals[p] = F::combined(totals[p], totals[p + half]);
  return fold_halves<F>(totals[0], std::make_integer_sequence<int, width / 2>());
}

/// The elements of a run as one value.
template <class F, class T>
[[gnu::always_inline]] inline typename F::Total fold_run(const T* x, std::int64_t count) {
  using Total = typename F::Total;
  auto total = static_cast<Total>(F::neutral());
  std::int64_t i = 0;
  if constexpr (is_floating<T>) {
    constexpr int wide = 128, narrow = 32;
    constexpr std::int64_t wide_lanes = wide / sizeof(T), narrow_lanes = narrow / sizeof(T);
    if (count >= 256) {
      i = count / wide_lanes * wide_lanes;
      total = F::combined(total, fold_lanes<F, wide>(x, i));
    }
    if (const std::int64_t rest = (count - i) / narrow_lanes * narrow_lanes; rest > 0) {
      total = F::combined(total, fold_lanes<F, narrow>(x + i, rest));
      i += rest;
    }
  }
  for (; i < count; ++i) total = F::combined(total, static_cast<Total>(x[i]));
  return total;
}

LINDEN_LEVEL_END
}  // namespace linden
