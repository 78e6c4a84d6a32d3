// The best split of a numeric feature, given the sums of a node's rows by bin.
//
// Most scans are of packed cells in trees without l1, bounds and random cuts: they have a way of their own
// (packed_scan.hpp), which finds the same cut.
#pragma once

#include <type_traits>

#include "backend/tree/split_math.hpp"
#include "cpu/tree/split/packed_scan.hpp"

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

// The cut that is tried where cuts are random, or -1.
template <class Cell>
int random_cut(const Scan& s, const FeatureBins& feature, const Cell* cells) {
  const auto has_rows = [&](int b) { return gradient_of(cells[b]) != 0 || curvature_of(cells[b]) != 0; };
  const int values = feature.bins - feature.has_missing;
  int first = 0, last = values - 1;
  while (first < values && !has_rows(first)) ++first;
  while (last > first && !has_rows(last)) --last;
  return random_cut(s, feature, first, last, feature.has_missing && has_rows(values));
}

// The cuts of a feature of any tree, with rows counted or not. `only`: the one cut that is tried.
template <bool constrained, class Cell>
struct CountedScan {
  CountedScan(const Scan& node, const FeatureBins& feature, const Cell* cells, const std::int64_t* rows)
      : s(node),
        sign(feature.monotone),
        only(node.limits.extra_trees ? random_cut(node, feature, cells) : 0),
        counted(rows != nullptr) {
    fill_prefix(cells, feature.bins, rows, prefix);
  }

  // The best cut among bins [0, cuts): `extra` (the missing bin, or nothing) goes left too. Cuts that leave a child
  // with too few rows are passed over where rows are counted.
  Best best(int cuts, Cell extra, std::int64_t extra_rows) const {
    alignas(64) double gains[256 + gain_lanes] = {};
    for (int b = 0; b < cuts; ++b)
      gains[b] =
          gain_of<constrained>(s, sign, prefix.gradient[b] + gradient_of(extra),
                               prefix.curvature[b] + curvature_of(extra), prefix.rows[b] + extra_rows, s.limits.l2);
    if (s.limits.extra_trees)
      for (int b = 0; b < cuts; ++b)
        if (b != only) gains[b] = 0;
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
  const int sign, only;
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
    if (rows == nullptr && s.limits.l1 == 0 && !s.limits.extra_trees)
      return split_by(PackedScan(s, cells, feature.bins - feature.has_missing), feature, cells, rows);
  return split_by(CountedScan<constrained, Cell>(s, feature, cells, rows), feature, cells, rows);
}

// A split that is forced, where it leaves enough on both sides; missing values of numbers go where that gains more, to
// the left where it is all the same.
template <bool constrained, class Cell>
Split forced_split(const Scan& s, const FeatureBins& feature, const ForcedNode& forced, const Cell* cells,
                   const std::int64_t* rows) {
  Split split;
  const auto consider = [&](bool missing_left) {
    Split tried = begun(forced, feature, missing_left);
    std::int64_t left_rows = 0;
    for (int b = 0; b < feature.bins; ++b) {
      if (!goes_left(tried, static_cast<std::uint8_t>(b))) continue;
      tried.left_gradient += gradient_of(cells[b]);
      tried.left_curvature += curvature_of(cells[b]);
      left_rows += rows ? rows[b] : 0;
    }
    if (rows && !enough_rows(s, left_rows)) return;
    if (!may_divide<constrained>(s, feature.monotone, tried, left_rows)) return;
    tried.gain = forced_first;
    tried.forced_gain =
        gain_of<constrained>(s, feature.monotone, tried.left_gradient, tried.left_curvature, left_rows, s.limits.l2);
    if (!is_forced(split) || tried.forced_gain > split.forced_gain) split = tried;
  };
  if (feature.has_missing && !feature.categorical) consider(true);
  consider(false);
  return split;
}

LINDEN_LEVEL_END
}  // namespace linden
