// Dividing a node's entries in two by the bins of a feature, eight at a time where they are narrow.
//
// Entries going left and right keep their order. `left` may be where they come from; both sides have room for all.
#pragma once

#include <cstring>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "backend/tree/bin_set.hpp"
#include "backend/tree/tree_state.hpp"
#include "cpu/tree/close_up.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Which bins go left. One of them as 0 or 1; eight of them, in the bytes of a word, as bits.
class SetOfBins {
 public:
  explicit SetOfBins(const Split& split) : split_(split) {}
  unsigned operator()(std::uint8_t bin) const { return goes_left(split_, bin); }
  unsigned eight(std::uint64_t word) const {
    unsigned bits = 0;
    for (int i = 0; i < 8; ++i) bits |= (*this)(static_cast<std::uint8_t>(word >> (8 * i))) << i;
    return bits;
  }

 private:
  const Split& split_;
};

class BinsUpTo {
 public:
  /// Bins [0, last], and one more; `last` again where there is none.
  BinsUpTo(std::uint8_t last, std::uint8_t more) : last_(last), more_(more) {}
  unsigned operator()(std::uint8_t bin) const { return (bin <= last_) | (bin == more_); }
#if defined(__SSE2__)
  unsigned eight(std::uint64_t word) const {
    const __m128i bins = _mm_cvtsi64_si128(static_cast<long long>(word));
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bins, _mm_set1_epi8(static_cast<char>(last_))), bins);
    const __m128i one = _mm_cmpeq_epi8(bins, _mm_set1_epi8(static_cast<char>(more_)));
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(low, one))) & 255;
  }
#endif

 private:
  std::uint8_t last_, more_;
};

/// Bins that are fetched so many entries ahead.
inline constexpr std::int64_t fetched_ahead = 24;

/// The last entries of a node, and all where they or the bins are wide.
template <class Bin, class E, class GoesLeft>
std::int64_t divide_singly(const Bin* bins, const E* from, std::int64_t count, E* left, E* right,
                           const GoesLeft& goes_left) {
  std::int64_t lefts = 0;
  const auto place = [&](std::int64_t i) {
    const E entry = from[i];
    const std::int64_t go = goes_left(bins[entry.row]);
    left[lefts] = entry;  // one of the two is written over by the next row
    right[i - lefts] = entry;
    lefts += go;
  };
  std::int64_t i = 0;
  for (; i + fetched_ahead < count; ++i) {  // entries after the last are another task's, which may be moving them
    __builtin_prefetch(bins + from[i + fetched_ahead].row);
    place(i);
  }
  for (; i < count; ++i) place(i);
  return lefts;
}

#if defined(__AVX2__)

/// Eight entries, and writing those of a set of them side by side; up to eight more may be written over behind them.
class EightEntries {
 public:
#if defined(__AVX512F__)
  explicit EightEntries(const NarrowEntry* from) : all_(_mm512_loadu_si512(from)) {}
  void write(unsigned set, NarrowEntry* to) const { _mm512_storeu_si512(to, close_up(all_, set)); }

 private:
  __m512i all_;
#else
  explicit EightEntries(const NarrowEntry* from)
      : first_(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))),
        second_(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + 4))) {}
  void write(unsigned set, NarrowEntry* to) const {
    store(to, close_up(first_, set & 15));
    store(to + __builtin_popcount(set & 15), close_up(second_, set >> 4));
  }

 private:
  static void store(NarrowEntry* to, __m256i four) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), four); }
  __m256i first_, second_;
#endif
};

template <class GoesLeft>
std::int64_t divide_by_bins(const std::uint8_t* bins, const NarrowEntry* from, std::int64_t count, NarrowEntry* left,
                            NarrowEntry* right, const GoesLeft& goes_left) {
  std::int64_t lefts = 0, i = 0;
  const auto place_eight = [&] {
    std::uint64_t word = 0;
    for (int j = 0; j < 8; ++j) word |= std::uint64_t{bins[from[i + j].row]} << (8 * j);
    const unsigned set = goes_left.eight(word);
    const EightEntries entries(from + i);
    entries.write(set, left + lefts);
    entries.write(set ^ 255, right + i - lefts);
    lefts += __builtin_popcount(set);
    i += 8;
  };
  while (i + 8 + fetched_ahead <= count) {
    for (int j = 0; j < 8; ++j) __builtin_prefetch(bins + from[i + fetched_ahead + j].row);
    place_eight();
  }
  while (i + 8 <= count) place_eight();
  return lefts + divide_singly(bins, from + i, count - i, left + lefts, right + i - lefts, goes_left);
}

template <class GoesLeft>
std::int64_t divide_by_bins(const std::uint8_t* bins, const WideEntry* from, std::int64_t count, WideEntry* left,
                            WideEntry* right, const GoesLeft& goes_left) {
  return divide_singly(bins, from, count, left, right, goes_left);
}

#else

template <class E, class GoesLeft>
std::int64_t divide_by_bins(const std::uint8_t* bins, const E* from, std::int64_t count, E* left, E* right,
                            const GoesLeft& goes_left) {
  return divide_singly(bins, from, count, left, right, goes_left);
}

#endif

LINDEN_LEVEL_END
}  // namespace linden
