// What linear leaves are made from: of each leaf, how the features on the way to it and the gradients of its rows go
// together.
//
// Three passes over the rows of all leaves. The first finds the largest gradient and curvature of a leaf and the range
// of its features, and with them the units in which these become whole numbers; the second the means of features; the
// third adds up products of what rows have more than these means. So all sums are of whole numbers, whose order shows
// nowhere: neither rows nor threads nor the device that counts them.
#pragma once

#include <cmath>

#include "backend/math/ordered_key.hpp"
#include "backend/tree/tree_math.hpp"

namespace linden {

/// Features of a leaf, at most.
inline constexpr std::int32_t most_leaf_features = 16;

/// A sum of whole numbers of less than 2^62 in size, of up to 2^32 of them: their lower 32 bits, and the rest.
struct WholeSum {
  std::uint64_t low;
  std::int64_t high;
};

LINDEN_LEVEL_BEGIN

LINDEN_HD void add(WholeSum& sum, std::int64_t value) {
  sum.low += static_cast<std::uint64_t>(value) & 0xffffffff;
  sum.high += value >> 32;
}
LINDEN_HD double number_of(const WholeSum& sum) {
  const std::int64_t high = sum.high + static_cast<std::int64_t>(sum.low >> 32);
  return static_cast<double>(high) * 0x1p32 + static_cast<double>(sum.low & 0xffffffff);
}

/// How the lists of a LeafMomentsTask lie: [leaves, peaks] and [leaves, sums].
struct MomentsLayout {
  std::int32_t width;  ///< features of a leaf

  // Peaks are keys (ordered_key.hpp), 0 where there is no value.
  static constexpr std::int32_t gradient_peak = 0, curvature_peak = 1;  ///< the largest |gradient|, and curvature
  LINDEN_HD static constexpr std::int32_t high(std::int32_t i) { return 2 + 2 * i; }  ///< the largest value,
  LINDEN_HD static constexpr std::int32_t low(std::int32_t i) {
    return 3 + 2 * i;
  }  ///< and the least, its sign changed
  LINDEN_HD constexpr std::int32_t peaks() const { return 2 + 2 * width; }

  // Sums of curvatures times what follows, but for the gradient's, which stands in place of the curvature.
  LINDEN_HD static constexpr std::int32_t one(std::int32_t i) { return 3 * i; }  ///< over the rows that have a value
  LINDEN_HD static constexpr std::int32_t value(std::int32_t i) { return 3 * i + 1; }
  LINDEN_HD static constexpr std::int32_t gradient(std::int32_t i) { return 3 * i + 2; }  ///< times the difference
  LINDEN_HD constexpr std::int32_t product(std::int32_t i, std::int32_t j) const {        ///< of differences, j <= i
    return 3 * width + i * (i + 1) / 2 + j;
  }
  LINDEN_HD constexpr std::int32_t sums() const { return product(width, 0); }
};

// Sizes of whole numbers. A product of a curvature and two values has up to 60 bits, as one of a gradient and a value.
inline constexpr int value_bits = 20, moment_curvature_bits = 20, moment_gradient_bits = 40;

/// The power of two in which numbers up to `most`, which is no less than 1e-280, have at most so many bits.
LINDEN_HD double moment_unit(double most, int bits) {
  if (!(most > 0)) return 1;
  const std::uint64_t exponent = __builtin_bit_cast(std::uint64_t, most) >> 52;  // biased; most < 2^(exponent + 1)
  return __builtin_bit_cast(double, (exponent + 1 - static_cast<std::uint64_t>(bits)) << 52);
}

/// Whether a value takes part: missing and infinite ones do not.
LINDEN_HD bool is_number(double value) { return value - value == 0; }

/// How the values of a feature in a leaf become whole numbers: those from `low` on 0, 1, 2, ...
struct ValueUnits {
  double low = 0, high = 0;
  double unit = 0;  ///< 0: the feature is constant there, or its range is beyond all measure
  double per_unit = 0;

  LINDEN_HD std::int64_t in_units(double value) const {
    return unit > 0 ? std::llrint((value - low) * per_unit) : std::int64_t{0};
  }
};

LINDEN_HD ValueUnits value_units(const std::uint64_t* peaks, std::int32_t i) {
  ValueUnits units;
  if (peaks[MomentsLayout::high(i)] == 0) return units;
  units.high = value_of_key(peaks[MomentsLayout::high(i)]);
  units.low = 0 - value_of_key(peaks[MomentsLayout::low(i)]);
  const double range = units.high - units.low;
  if (!(range > 1e-280 && range < 1e280)) return units;
  units.unit = moment_unit(range, value_bits);
  units.per_unit = 1 / units.unit;
  return units;
}

LINDEN_HD double peak_unit(std::uint64_t peak, int bits) {
  return moment_unit(peak == 0 ? 0 : value_of_key(peak), bits);
}
LINDEN_HD double gradient_unit(const std::uint64_t* peaks) {
  return peak_unit(peaks[MomentsLayout::gradient_peak], moment_gradient_bits);
}
LINDEN_HD double curvature_unit(const std::uint64_t* peaks) {
  return peak_unit(peaks[MomentsLayout::curvature_peak], moment_curvature_bits);
}

/// The mean of a feature in a leaf, in whole units.
LINDEN_HD std::int64_t mean_of(const WholeSum* sums, std::int32_t i) {
  const double weight = number_of(sums[MomentsLayout::one(i)]);
  return weight > 0 ? std::llrint(number_of(sums[MomentsLayout::value(i)]) / weight) : 0;
}

/// What a row has more than the mean of its leaf, in whole units; without a value nothing.
LINDEN_HD std::int64_t difference(const ValueUnits& units, std::int64_t mean, double value) {
  return is_number(value) ? units.in_units(value) - mean : 0;
}

LINDEN_LEVEL_END
}  // namespace linden
