// The best split of a numeric feature, given the sums of a node's rows by bin.
#pragma once

#include "backend/tree/split_math.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

inline constexpr int split_lanes = 8;

// Prefix sums of a feature's bins: how much lies in bins 0 .. b.
struct Prefix {
  std::int64_t gradient[256], curvature[256], rows[256];
};

// The best cut among bins [0, cuts): `extra` (the missing bin, or nothing) goes left too. Cuts that leave a child
// with too few rows are passed over where rows are counted.
struct Best {
  double gain = 0;
  int bin = -1;
};
template <bool constrained>
Best best_cut(const Scan& s, int sign, const Prefix& prefix, int cuts, std::int64_t extra_gradient,
              std::int64_t extra_curvature, std::int64_t extra_rows, bool counted) {
  alignas(64) double gains[256 + split_lanes];
  for (int b = 0; b < cuts; ++b)
    gains[b] = gain_of<constrained>(s, sign, prefix.gradient[b] + extra_gradient, prefix.curvature[b] + extra_curvature,
                                    s.limits.l2);
  if (counted)
    for (int b = 0; b < cuts; ++b)
      if (!enough_rows(s, prefix.rows[b] + extra_rows)) gains[b] = 0;
  for (int b = cuts; b < cuts + split_lanes; ++b) gains[b] = 0;
  // The first of the largest, one lane at a time: a strict comparison keeps the lowest bin within a lane.
  double top[split_lanes] = {};
  std::int64_t at[split_lanes];
  for (int l = 0; l < split_lanes; ++l) at[l] = -1;
  for (int b = 0; b < cuts; b += split_lanes)
    for (int l = 0; l < split_lanes; ++l) {
      const bool better = gains[b + l] > top[l];
      top[l] = better ? gains[b + l] : top[l];
      at[l] = better ? b + l : at[l];
    }
  Best best;
  for (int l = 0; l < split_lanes; ++l)
    if (at[l] >= 0 && (top[l] > best.gain || (top[l] == best.gain && at[l] < best.bin)))
      best = {top[l], static_cast<int>(at[l])};
  return best;
}

template <class Cell>
void fill_prefix(const Cell* cells, int bins, const std::int64_t* rows, Prefix& prefix) {
  std::int64_t gradient = 0, curvature = 0, count = 0;
  for (int b = 0; b < bins; ++b) {
    prefix.gradient[b] = gradient += gradient_of(cells[b]);
    prefix.curvature[b] = curvature += curvature_of(cells[b]);
    prefix.rows[b] = count += rows ? rows[b] : 0;
  }
}

// Numbers: cuts between bins, with missing values on either side.
template <bool constrained, class Cell>
Split numeric_split(const Scan& s, const FeatureBins& feature, const Cell* cells, const std::int64_t* rows) {
  if (feature.bins < 2) return {};
  Prefix prefix;
  fill_prefix(cells, feature.bins, rows, prefix);
  const bool counted = rows != nullptr;
  const int sign = feature.monotone;
  Split split;
  if (feature.has_missing) {
    const int values = feature.bins - 1;  // bins of values; the last cut puts all values left, missing ones right
    const Cell& missing = cells[values];
    const Best right = best_cut<constrained>(s, sign, prefix, values, 0, 0, 0, counted);
    const Best left = best_cut<constrained>(s, sign, prefix, values - 1, gradient_of(missing), curvature_of(missing),
                                            counted ? rows[values] : 0, counted);
    split.missing_left = left.gain > right.gain || (left.gain == right.gain && left.bin <= right.bin && left.bin >= 0);
    split.gain = split.missing_left ? left.gain : right.gain;
    split.bin = split.missing_left ? left.bin : right.bin;
  } else {
    const Best best = best_cut<constrained>(s, sign, prefix, feature.bins - 1, 0, 0, 0, counted);
    split.gain = best.gain;
    split.bin = best.bin;
  }
  if (split.bin < 0) return split;
  split.left_gradient = prefix.gradient[split.bin];
  split.left_curvature = prefix.curvature[split.bin];
  mark_first(split, split.bin + 1);
  if (split.missing_left) {
    split.left_gradient += gradient_of(cells[feature.bins - 1]);
    split.left_curvature += curvature_of(cells[feature.bins - 1]);
    mark_left(split, feature.bins - 1);
  }
  return split;
}

LINDEN_LEVEL_END
}  // namespace linden
