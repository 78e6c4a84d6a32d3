// The cuts of a numeric feature in packed cells, where rows are not counted and nothing shrinks or bounds a gain.
//
// Both sums of a cell are added at once. A bin that adds nothing is passed over, for a cut after it is the cut before
// it, which comes first: in small nodes few bins are left. The first bin stays, since missing values may be all that
// goes left of a cut.
#pragma once

#include <cstring>

#include "backend/tensor/lanes.hpp"
#include "backend/tree/split_math.hpp"
#include "cpu/tree/close_up.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// A cut: its gain, 0 where there is none, and the last bin that goes left.
struct Best {
  double gain = 0;
  int bin = -1;
};

inline constexpr int gain_lanes = vector_bytes / static_cast<int>(sizeof(double));
using Gains [[gnu::vector_size(vector_bytes), gnu::may_alias]] = double;
using Places [[gnu::vector_size(vector_bytes), gnu::may_alias]] = long long;
using Sums [[gnu::vector_size(vector_bytes), gnu::may_alias]] = unsigned long long;

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
  alignas(64) std::int64_t sums[256 + 8];  ///< zeros after the last, to fill lanes

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

/// A vector of bins at a time: what lies in the bins up to each of them, and which of them add something.
#if defined(__AVX512F__)
class BinVector {
 public:
  static constexpr int lanes = 8;
  explicit BinVector(const PackedCell* cells) : sums_(_mm512_loadu_si512(cells)) {}
  unsigned filled() const { return _mm512_test_epi64_mask(sums_, sums_); }
  void add_up() {
    const __m512i none = _mm512_setzero_si512();
    sums_ = _mm512_add_epi64(sums_, _mm512_maskz_alignr_epi64(255, sums_, none, 7));
    sums_ = _mm512_add_epi64(sums_, _mm512_maskz_alignr_epi64(255, sums_, none, 6));
    sums_ = _mm512_add_epi64(sums_, _mm512_maskz_alignr_epi64(255, sums_, none, 4));
  }
  /// Adds what came before, and then what is here to what came before.
  void follow(__m512i& before) {
    const __m512i here = _mm512_maskz_permutexvar_epi64(255, _mm512_set1_epi64(7), sums_);
    sums_ = _mm512_add_epi64(sums_, before);
    before = _mm512_add_epi64(before, here);
  }
  void write(unsigned set, std::int64_t* to) const { _mm512_storeu_si512(to, close_up(sums_, set)); }
  static __m512i nothing() { return _mm512_setzero_si512(); }

 private:
  __m512i sums_;
};
#elif defined(__AVX2__)
class BinVector {
 public:
  static constexpr int lanes = 4;
  explicit BinVector(const PackedCell* cells) : sums_(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(cells))) {}
  unsigned filled() const {
    const __m256i empty = _mm256_cmpeq_epi64(sums_, _mm256_setzero_si256());
    return static_cast<unsigned>(_mm256_movemask_pd(_mm256_castsi256_pd(empty))) ^ 15;
  }
  void add_up() {
    sums_ = _mm256_add_epi64(sums_, _mm256_slli_si256(sums_, 8));  // within the halves
    const __m256i half = _mm256_permute4x64_epi64(sums_, 0b01'01'01'01);
    sums_ = _mm256_add_epi64(sums_, _mm256_blend_epi32(_mm256_setzero_si256(), half, 0b1111'0000));
  }
  void follow(__m256i& before) {
    const __m256i here = _mm256_permute4x64_epi64(sums_, 0b11'11'11'11);
    sums_ = _mm256_add_epi64(sums_, before);
    before = _mm256_add_epi64(before, here);
  }
  void write(unsigned set, std::int64_t* to) const {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), close_up(sums_, set));
  }
  static __m256i nothing() { return _mm256_setzero_si256(); }

 private:
  __m256i sums_;
};
#else
class BinVector {
 public:
  static constexpr int lanes = 1;
  explicit BinVector(const PackedCell* cell) : sum_(cell->sums) {}
  unsigned filled() const { return sum_ != 0; }
  void add_up() {}
  void follow(std::int64_t& before) { sum_ = before += sum_; }
  void write(unsigned, std::int64_t* to) const { *to = sum_; }
  static std::int64_t nothing() { return 0; }

 private:
  std::int64_t sum_;
};
#endif

inline void keep_bins(const PackedCell* cells, int bins, KeptBins& kept) {
  constexpr int lanes = BinVector::lanes;
  auto before = BinVector::nothing();
  std::int64_t* to = kept.sums;
  const auto keep = [&](BinVector vector, bool is_first) {
    const unsigned set = vector.filled() | is_first;
    vector.add_up();
    vector.follow(before);
    vector.write(set, to);
    to += __builtin_popcount(set);
    return std::uint64_t{set};
  };
  for (int first = 0; first < bins; first += 64) {  // bins of a word
    const int here = bins - first < 64 ? bins - first : 64;
    std::uint64_t word = 0;
    int b = 0;
    for (; b + lanes <= here; b += lanes) word |= keep(BinVector(cells + first + b), first + b == 0) << b;
    if (b < here) {
      PackedCell rest[lanes] = {};
      for (int i = b; i < here; ++i) rest[i - b] = cells[first + i];
      word |= keep(BinVector(rest), first + b == 0) << b;
    }
    kept.bits[first >> 6] = word;
  }
  kept.count = static_cast<int>(to - kept.sums);
}

/// Both sums of a packed cell are below 2^31: as the low bits of a double of 2^52 they are doubles, exactly.
inline Gains gradients_of(Sums sums) {
  return reinterpret_cast<Gains>((sums >> 32) ^ 0x4330'0000'8000'0000) - (0x1p52 + 0x1p31);
}
inline Gains curvatures_of(Sums sums) {
  return reinterpret_cast<Gains>((sums & 0xffff'ffff) | 0x4330'0000'0000'0000) - 0x1p52;
}

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
      largest.add(plain_gain<Gains>(s, gradients_of(sums), curvatures_of(sums)), count);
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
