// The cuts of a numeric feature in packed cells, where rows are not counted and nothing shrinks or bounds a gain.
//
// Both sums of a cell are added at once. A bin that adds nothing is passed over, for a cut after it is the cut before
// it, which comes first: in small nodes few bins are left. The first bin stays, since missing values may be all that
// goes left of a cut.
#pragma once

#include <cstring>
#ifdef __AVX512F__
#include <immintrin.h>
#endif

#include "backend/tree/split_math.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// A cut: its gain, 0 where there is none, and the last bin that goes left.
struct Best {
  double gain = 0;
  int bin = -1;
};

#if defined(__AVX512F__)
inline constexpr int gain_bytes = 64;
#elif defined(__AVX2__)
inline constexpr int gain_bytes = 32;
#else
inline constexpr int gain_bytes = 16;
#endif
inline constexpr int gain_lanes = gain_bytes / static_cast<int>(sizeof(double));
using Gains [[gnu::vector_size(gain_bytes), gnu::may_alias]] = double;
using Places [[gnu::vector_size(gain_bytes), gnu::may_alias]] = long long;
using Sums [[gnu::vector_size(gain_bytes), gnu::may_alias]] = unsigned long long;

/// The first of the largest of gains that come a vector at a time; `bin` is its place among them.
class LargestGain {
 public:
  LargestGain() {
    for (int i = 0; i < gain_lanes; ++i) next_[i] = i;
  }

  /// Only the first `count` of all gains are looked at.
  void add(Gains gains, int count) {
    const auto better = (gains > top_) & (next_ < count);  // strict: the first of equals stays, within a lane
    top_ = better ? gains : top_;
    at_ = better ? next_ : at_;
    next_ += gain_lanes;
  }

  Best best() const {
    double largest = 0;
    for (int i = 0; i < gain_lanes; ++i) largest = top_[i] > largest ? top_[i] : largest;
    if (!(largest > 0)) return {};
    const Places at = top_ == largest ? at_ : Places{} + 256;
    long long first = 256;
    for (int i = 0; i < gain_lanes; ++i) first = at[i] < first ? at[i] : first;
    return {largest, static_cast<int>(first)};
  }

 private:
  Gains top_ = {};
  Places at_ = {}, next_;
};

/// The bins of a feature that add something, and the first: their numbers as bits, and what lies in the bins up to
/// each.
struct KeptBins {
  std::uint64_t bits[4] = {};
  int count = 0;
  alignas(64) std::int64_t sums[256 + gain_lanes];  ///< zeros after the last, to fill lanes

  /// The bin that is the i-th kept.
  int bin(int i) const {
    int word = 0;
    for (int here; i >= (here = __builtin_popcountll(bits[word])); ++word) i -= here;
    std::uint64_t rest = bits[word];
    for (; i > 0; --i) rest &= rest - 1;
    return 64 * word + __builtin_ctzll(rest);
  }
  /// The other way round.
  int place(int bin) const {
    int before = 0;
    for (int word = 0; word < bin >> 6; ++word) before += __builtin_popcountll(bits[word]);
    return before + __builtin_popcountll(bits[bin >> 6] & ((std::uint64_t{1} << (bin & 63)) - 1));
  }
  bool has(int bin) const { return bits[bin >> 6] >> (bin & 63) & 1; }
};

#ifdef __AVX512F__
inline void keep_bins(const PackedCell* cells, int bins, KeptBins& kept) {
  const __m512i none = _mm512_setzero_si512(), last = _mm512_set1_epi64(7);
  __m512i before = none;
  std::int64_t* to = kept.sums;
  for (int first = 0; first < bins; first += 64) {
    const int here = bins - first < 64 ? bins - first : 64;
    std::uint64_t word = 0;
    for (int b = 0; b < here; b += 8) {
      const auto there = static_cast<__mmask8>(here - b < 8 ? (1 << (here - b)) - 1 : 255);
      __m512i sums = _mm512_maskz_loadu_epi64(there, cells + first + b);
      const auto keep = static_cast<__mmask8>(_mm512_test_epi64_mask(sums, sums) | (first + b == 0));
      sums = _mm512_add_epi64(sums, _mm512_maskz_alignr_epi64(255, sums, none, 7));
      sums = _mm512_add_epi64(sums, _mm512_maskz_alignr_epi64(255, sums, none, 6));
      sums = _mm512_add_epi64(sums, _mm512_maskz_alignr_epi64(255, sums, none, 4));
      _mm512_storeu_si512(to, _mm512_maskz_compress_epi64(keep, _mm512_add_epi64(sums, before)));
      before = _mm512_add_epi64(before, _mm512_maskz_permutexvar_epi64(255, last, sums));
      word |= std::uint64_t{keep} << b;
      to += __builtin_popcount(keep);
    }
    kept.bits[first >> 6] = word;
  }
  kept.count = static_cast<int>(to - kept.sums);
}
#else
inline void keep_bins(const PackedCell* cells, int bins, KeptBins& kept) {
  std::int64_t sum = 0;
  std::int64_t* to = kept.sums;
  for (int first = 0; first < bins; first += 64) {
    const int here = bins - first < 64 ? bins - first : 64;
    std::uint64_t word = 0;
    for (int b = 0; b < here; ++b) {
      const std::int64_t cell = cells[first + b].sums;
      const bool keep = (cell != 0) | (first + b == 0);
      *to = sum += cell;
      to += keep;
      word |= std::uint64_t{keep} << b;
    }
    kept.bits[first >> 6] = word;
  }
  kept.count = static_cast<int>(to - kept.sums);
}
#endif

class PackedScan {
 public:
  /// `values`: the bins that are not of missing values.
  PackedScan(const Scan& node, const PackedCell* cells, int values) : s_(node), values_(values) {
    keep_bins(cells, values, kept_);
    for (int i = 0; i < gain_lanes; ++i) kept_.sums[kept_.count + i] = 0;
  }

  /// The best cut among bins [0, cuts), of which there are `values` or one less: `extra` goes left too.
  Best best(int cuts, PackedCell extra, std::int64_t) const {
    const int count = kept_.count - (cuts < values_ && kept_.has(cuts));
    const Scan s = s_;
    LargestGain largest;
    for (int i = 0; i < count; i += gain_lanes) {
      Sums sums;
      std::memcpy(&sums, kept_.sums + i, sizeof sums);
      sums += static_cast<std::uint64_t>(extra.sums);
      // Both sums of a packed cell are below 2^31: as the low bits of a double of 2^52 they are doubles, exactly.
      const auto gradient = reinterpret_cast<Gains>((sums >> 32) ^ 0x4330'0000'8000'0000) - (0x1p52 + 0x1p31);
      const auto curvature = reinterpret_cast<Gains>((sums & 0xffff'ffff) | 0x4330'0000'0000'0000) - 0x1p52;
      largest.add(plain_gain<Gains>(s, gradient, curvature), count);
    }
    Best best = largest.best();
    if (best.bin >= 0) best.bin = kept_.bin(best.bin);
    return best;
  }

  // Of bins [0, bin], of which the last is one that was kept.
  std::int64_t left_gradient(int bin) const { return gradient_of(PackedCell{sums_to(bin)}); }
  std::int64_t left_curvature(int bin) const { return curvature_of(PackedCell{sums_to(bin)}); }

 private:
  std::int64_t sums_to(int bin) const { return kept_.sums[kept_.place(bin)]; }

  const Scan& s_;
  const int values_;
  KeptBins kept_;
};

LINDEN_LEVEL_END
}  // namespace linden
