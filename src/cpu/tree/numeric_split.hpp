// The best split of a numeric feature, given the sums of a node's rows by bin.
//
// Most scans are of packed cells in trees without l1 and bounds: they have a way of their own (packed_scan.hpp), which
// finds the same cut.
#pragma once

#include <type_traits>

#include "backend/tree/split_math.hpp"
#include "cpu/tree/packed_scan.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

// Prefix sums of a feature's bins: how much lies in bins 0 .. b.
struct Prefix {
  std::int64_t gradient[256], curvature[256], rows[256];
};

template <class Cell>
void fill_prefix(const Cell* cells, int bins, const std::int64_t* rows, Prefix& prefix) {
  std::int64_t gradient = 0, curvature = 0, count = 0;
  for (int b = 0; b < bins; ++b) {
    prefix.gradient[b] = gradient += gradient_of(cells[b]);
    prefix.curvature[b] = curvature += curvature_of(cells[b]);
    prefix.rows[b] = count += rows ? rows[b] : 0;
  }
}

// The cuts of a feature of any tree, with rows counted or not.
template <bool constrained, class Cell>
struct CountedScan {
  CountedScan(const Scan& node, int sign_of_feature, const Cell* cells, int bins, const std::int64_t* rows)
      : s(node), sign(sign_of_feature), counted(rows != nullptr) {
    fill_prefix(cells, bins, rows, prefix);
  }

  // The best cut among bins [0, cuts): `extra` (the missing bin, or nothing) goes left too. Cuts that leave a child
  // with too few rows are passed over where rows are counted.
  Best best(int cuts, Cell extra, std::int64_t extra_rows) const {
    alignas(64) double gains[256 + gain_lanes] = {};
    for (int b = 0; b < cuts; ++b)
      gains[b] = gain_of<constrained>(s, sign, prefix.gradient[b] + gradient_of(extra),
                                      prefix.curvature[b] + curvature_of(extra), s.limits.l2);
    if (counted)
      for (int b = 0; b < cuts; ++b)
        if (!enough_rows(s, prefix.rows[b] + extra_rows)) gains[b] = 0;
    LargestGain largest;
    for (int b = 0; b < cuts; b += gain_lanes) {
      Gains next;
      std::memcpy(&next, gains + b, sizeof next);
      largest.add(next, cuts);
    }
    return largest.best();
  }
  std::int64_t left_gradient(int bin) const { return prefix.gradient[bin]; }
  std::int64_t left_curvature(int bin) const { return prefix.curvature[bin]; }

  const Scan& s;
  const int sign;
  const bool counted;
  Prefix prefix;
};

// Numbers: cuts between bins, with missing values on either side.
template <class CutsOfFeature, class Cell>
Split split_by(const CutsOfFeature& scan, const FeatureBins& feature, const Cell* cells, const std::int64_t* rows) {
  Best best;
  Split split;
  if (feature.has_missing) {
    const int values = feature.bins - 1;  // bins of values; the last cut puts all values left, missing ones right
    const Best right = scan.best(values, Cell{}, 0);
    const Best left = scan.best(values - 1, cells[values], rows ? rows[values] : 0);
    split.missing_left = left.gain > right.gain || (left.gain == right.gain && left.bin <= right.bin && left.bin >= 0);
    best = split.missing_left ? left : right;
  } else {
    best = scan.best(feature.bins - 1, Cell{}, 0);
  }
  split.gain = best.gain;
  split.bin = best.bin;
  if (split.bin < 0) return split;
  split.left_gradient = scan.left_gradient(split.bin);
  split.left_curvature = scan.left_curvature(split.bin);
  mark_first(split, split.bin + 1);
  if (split.missing_left) {
    split.left_gradient += gradient_of(cells[feature.bins - 1]);
    split.left_curvature += curvature_of(cells[feature.bins - 1]);
    mark_left(split, feature.bins - 1);
  }
  return split;
}

template <bool constrained, class Cell>
Split numeric_split(const Scan& s, const FeatureBins& feature, const Cell* cells, const std::int64_t* rows) {
  if (feature.bins < 2) return {};
  if constexpr (!constrained && std::is_same_v<Cell, PackedCell>)
    if (rows == nullptr && s.limits.l1 == 0)
      return split_by(PackedScan(s, cells, feature.bins - feature.has_missing), feature, cells, rows);
  return split_by(CountedScan<constrained, Cell>(s, feature.monotone, cells, feature.bins, rows), feature, cells, rows);
}

LINDEN_LEVEL_END
}  // namespace linden
