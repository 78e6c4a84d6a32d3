// Where many values lie among the cuts of a feature: a binary search that takes the same eight steps for every value,
// for a group of values at once. The cuts stand in a heap (node h has the children 2h and 2h + 1), whose upper levels
// fit into registers: AVX-512 holds all of them there. Counts are those of bin_of, whatever the level.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>

#include "backend/tree/bin_value.hpp"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace linden {
LINDEN_LEVEL_BEGIN

/// The largest float that is not above v.
inline float float_below(double v) {
  const auto nearest = static_cast<float>(v);
  if (!(nearest > v)) return nearest;
  std::int32_t bits;
  std::memcpy(&bits, &nearest, sizeof bits);
  bits = nearest == 0 ? std::numeric_limits<std::int32_t>::min() + 1 : bits + (nearest > 0 ? -1 : 1);
  float below;
  std::memcpy(&below, &bits, sizeof below);
  return below;
}

/// 255 cuts, [256]: the root is nodes[1].
template <class T>
class CutHeap {
 public:
  static constexpr int group = 16;  ///< values that are searched at once

  /// cut(i) ascends with i.
  template <class Cut>
  explicit CutHeap(const Cut& cut) {
    nodes_[0] = 0;
    for (std::int32_t first = 1, step = 128; step > 0; first *= 2, step /= 2)
      for (std::int32_t i = 0; i < first; ++i) nodes_[first + i] = cut((2 * i + 1) * step - 1);
  }

  /// counts[i] = how many cuts are below values[i]; of NaN any.
  void count(const T* values, std::int32_t* counts) const {
    std::int32_t at[group];
    for (std::int32_t& a : at) a = 1;
    for (int level = 0; level < 8; ++level)
      for (int i = 0; i < group; ++i) at[i] = 2 * at[i] + (nodes_[at[i]] < values[i] ? 1 : 0);
    for (int i = 0; i < group; ++i) counts[i] = at[i] - 256;
  }

 protected:
  alignas(64) T nodes_[256];
};

#if defined(__AVX512F__) && defined(__AVX512DQ__)

/// The heap of floats, all of it in registers while `count` is called in a loop.
class FloatHeap : public CutHeap<float> {
 public:
  using CutHeap::CutHeap;

  void count(const float* values, std::int32_t* counts) const {
    const __m512 v = _mm512_loadu_ps(values);
    const __m512i one = _mm512_set1_epi32(1);
    __m512i at = one;
    const auto step = [&](__m512 cut) {
      const __mmask16 below = _mm512_cmp_ps_mask(cut, v, _CMP_LT_OQ);
      at = _mm512_add_epi32(at, at);
      at = _mm512_mask_add_epi32(at, below, at, one);
      return below;
    };
    const auto of_16 = [&](int first) { return _mm512_permutexvar_ps(at, _mm512_load_ps(nodes_ + first)); };
    const auto of_32 = [&](int first) {
      return _mm512_permutex2var_ps(_mm512_load_ps(nodes_ + first), at, _mm512_load_ps(nodes_ + first + 16));
    };
    // A shuffle takes the low bits of `at`: first come the nodes of four levels.
    const __mmask16 right = step(of_16(0)), right_of_right = step(of_16(0));
    step(of_16(0));
    step(of_16(0));
    step(of_16(16));
    step(of_32(32));
    step(_mm512_mask_blend_ps(right, of_32(64), of_32(96)));
    step(_mm512_mask_blend_ps(right, _mm512_mask_blend_ps(right_of_right, of_32(128), of_32(160)),
                              _mm512_mask_blend_ps(right_of_right, of_32(192), of_32(224))));
    _mm512_storeu_si512(counts, _mm512_sub_epi32(at, _mm512_set1_epi32(256)));
  }
};

#elif defined(__AVX2__)

/// The heap of floats, five levels of it in registers.
class FloatHeap : public CutHeap<float> {
 public:
  using CutHeap::CutHeap;

  void count(const float* values, std::int32_t* counts) const {
    for (int i = 0; i < group; i += 8) count_8(values + i, counts + i);
  }

 private:
  void count_8(const float* values, std::int32_t* counts) const {
    const __m256 v = _mm256_loadu_ps(values);
    __m256i at = _mm256_set1_epi32(1);
    const auto step = [&](__m256 cut) {
      const __m256 below = _mm256_cmp_ps(cut, v, _CMP_LT_OQ);  // -1 where it is
      at = _mm256_sub_epi32(_mm256_add_epi32(at, at), _mm256_castps_si256(below));
      return below;
    };
    const auto of_8 = [&](int first) { return _mm256_permutevar8x32_ps(_mm256_load_ps(nodes_ + first), at); };
    // A shuffle takes the low bits of `at`: first come the nodes of three levels.
    const __m256 right = step(of_8(0));
    step(of_8(0));
    step(of_8(0));
    step(of_8(8));
    step(_mm256_blendv_ps(of_8(16), of_8(24), right));
    for (int level = 5; level < 8; ++level) step(_mm256_i32gather_ps(nodes_, at, 4));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(counts), _mm256_sub_epi32(at, _mm256_set1_epi32(256)));
  }
};

#else

using FloatHeap = CutHeap<float>;

#endif

/// The bins of numbers of one feature, of float or double. A double is searched as a float, and then compared with the
/// one cut that is the same float, if there is no more than one such.
class NumberBins {
 public:
  explicit NumberBins(const FeatureCuts& feature, bool floats)
      : feature_(feature), floats_([&](std::int32_t i) {
          return floats ? float_below(feature.cuts[i]) : static_cast<float>(feature.cuts[i]);
        }) {
    if (floats) return;
    std::memcpy(cuts_, feature.cuts, search_width * sizeof(double));
    cuts_[search_width] = std::numeric_limits<double>::infinity();
    for (std::int32_t i = 1; i < search_width; ++i)
      apart_ &= static_cast<float>(cuts_[i - 1]) < static_cast<float>(cuts_[i]) || cuts_[i] == cuts_[search_width];
  }

  template <class T>
  void operator()(const T* values, std::int64_t count, std::uint8_t* bins) const {
    constexpr std::int64_t group = FloatHeap::group;
    const std::int64_t whole = count / group * group;
    for (std::int64_t i = 0; i < whole; i += group) bin_group(values + i, bins + i);
    if (whole == count) return;
    T rest[group] = {};
    std::uint8_t rest_bins[group];
    std::memcpy(rest, values + whole, static_cast<std::size_t>(count - whole) * sizeof(T));
    bin_group(rest, rest_bins);
    std::memcpy(bins + whole, rest_bins, static_cast<std::size_t>(count - whole));
  }

 private:
  void bin_group(const float* values, std::uint8_t* bins) const {
    std::int32_t counts[FloatHeap::group];
    floats_.count(values, counts);
    finish(values, counts, bins);
  }
  void bin_group(const double* values, std::uint8_t* bins) const {
    if (!apart_) {
      for (int i = 0; i < FloatHeap::group; ++i) bins[i] = bin_of(feature_, values[i]);
      return;
    }
    float floats[FloatHeap::group];
    std::int32_t counts[FloatHeap::group];
    for (int i = 0; i < FloatHeap::group; ++i) floats[i] = static_cast<float>(values[i]);
    floats_.count(floats, counts);
    for (int i = 0; i < FloatHeap::group; ++i) counts[i] += cuts_[counts[i]] < values[i] ? 1 : 0;
    finish(values, counts, bins);
  }
  template <class T>
  void finish(const T* values, const std::int32_t* counts, std::uint8_t* bins) const {
    for (int i = 0; i < FloatHeap::group; ++i)
      bins[i] = values[i] != values[i] ? feature_.missing_bin : static_cast<std::uint8_t>(counts[i]);
  }

  FeatureCuts feature_;
  FloatHeap floats_;
  double cuts_[search_width + 1];
  bool apart_ = true;  // no two cuts are the same float
};

LINDEN_LEVEL_END
}  // namespace linden
