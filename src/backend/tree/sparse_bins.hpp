// Sparse features: where a row's bin is found, and how much a split by one may gain at most.
#pragma once

#include "backend/tree/split_math.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Sparse features that are searched as one task.
inline constexpr std::int32_t sparse_block = 256;

LINDEN_HD std::int32_t sparse_blocks(const BinsView& bins) {
  return (bins.sparse.features + sparse_block - 1) / sparse_block;
}

/// The first of the ascending rows [first, last) that is `row` or a later one.
LINDEN_HD const std::uint32_t* first_from(const std::uint32_t* first, const std::uint32_t* last, std::int64_t row) {
  for (std::int64_t count = last - first; count > 0;) {
    const std::int64_t half = count / 2;
    const bool before = first[half] < row;
    first = before ? first + half + 1 : first;
    count = before ? count - half - 1 : half;
  }
  return first;
}

/// The same for rows that as a rule stand near `first`.
LINDEN_HD const std::uint32_t* near_first_from(const std::uint32_t* first, const std::uint32_t* last,
                                               std::int64_t row) {
  std::int64_t step = 1;
  for (; step < last - first && first[step] < row; step *= 2) first += step;
  return first_from(first, step < last - first ? first + step : last, row);
}

/// The bin of a row in any feature.
LINDEN_HD std::uint8_t bin_of_row(const BinsView& bins, std::int32_t feature, std::int64_t row) {
  if (feature < bins.features) return bins.by_feature[feature * bins.rows + row];
  const SparseBins& sparse = bins.sparse;
  const std::int64_t* const range = sparse.feature_first + (feature - bins.features);
  const std::uint32_t* const last = sparse.feature_rows + range[1];
  const std::uint32_t* const found = first_from(sparse.feature_rows + range[0], last, row);
  return found < last && *found == row ? sparse.feature_bins[found - sparse.feature_rows]
                                       : bins.feature[feature].usual_bin;
}

/// The cell of one row.
LINDEN_HD SparseCell cell_of(std::int32_t gradient, std::int32_t curvature) {
  return {gradient > 0 ? gradient : 0, gradient < 0 ? -gradient : 0, curvature, 1};
}

// A split by a sparse feature divides a node into a side that has some of the feature's entries and nothing else, and
// the rest. What the first is worth, shrink(G)^2 / (H + l2), is bounded by SideBounds::away; the second has at most all
// of the node's curvature less that of the entries.

/// What is known of the cuts of a sparse feature in a node, from the side that has none of the usual bin's rows.
struct SideBounds {
  std::int64_t low, high;  ///< bounds on the sum of its gradients
  double away;             ///< bounds shrink(G) / sqrt(H + l2)
};

/// 1 / sqrt(H + l2) of the lightest side; very large where nothing bounds it.
LINDEN_HD double lightest_side(const GrowthLimits& limits) {
  const double bottom = limits.min_child_weight + limits.l2;
  return bottom > 1e-200 ? 1 / std::sqrt(bottom) : 1e100;
}

/// What is known from the sums of the entries alone, or of it and what was known before.
LINDEN_HD SideBounds clipped(const Scan& s, const SparseCell& cell, double lightest, SideBounds bounds) {
  bounds.low = bounds.low > -cell.fall ? bounds.low : -cell.fall;
  bounds.high = bounds.high < cell.rise ? bounds.high : cell.rise;
  const std::int64_t most = -bounds.low > bounds.high ? -bounds.low : bounds.high;
  const double away = shrink(static_cast<double>(most) * s.gradient_unit, s.limits.l1) * lightest;
  bounds.away = bounds.away < away ? bounds.away : away;
  return bounds;
}

/// Knows nothing.
LINDEN_HD SideBounds no_bounds() { return {INT64_MIN, INT64_MAX, 1e300}; }

/// What is still known when these rows leave the node.
LINDEN_HD SideBounds without(const SideBounds& bounds, const SparseCell& rows, double gradient_unit,
                             double curvature_unit, double lightest) {
  if (rows.rows == 0) return bounds;
  const double gradient = static_cast<double>(rows.rise > rows.fall ? rows.rise : rows.fall) * gradient_unit;
  const double curvature = static_cast<double>(rows.curvature) * curvature_unit;
  return {bounds.low - rows.rise, bounds.high + rows.fall,
          bounds.away * std::sqrt(1 + curvature * lightest * lightest) + gradient * lightest};
}

/// What no split by a feature gains more than; 0 when there is none for certain.
LINDEN_HD double most_gain(const Scan& s, const SparseCell& cell, const SideBounds& bounds) {
  const GrowthLimits& limits = s.limits;
  const double curvature = static_cast<double>(cell.curvature) * s.curvature_unit;
  if (cell.rows < limits.min_rows_in_leaf || curvature < limits.min_child_weight || bounds.low > bounds.high) return 0;
  const double least_rest = s.curvature - curvature;
  const double bottom = (least_rest > limits.min_child_weight ? least_rest : limits.min_child_weight) + limits.l2;
  const double with_low = shrink(s.gradient - static_cast<double>(bounds.low) * s.gradient_unit, limits.l1);
  const double with_high = shrink(s.gradient - static_cast<double>(bounds.high) * s.gradient_unit, limits.l1);
  const double low = with_low * with_low, high = with_high * with_high;
  const double scores = bounds.away * bounds.away + (low > high ? low : high) / (bottom > 1e-200 ? bottom : 1e-200);
  return scores - s.score + 1e-9 * (scores + std::fabs(s.score));  // more than rounding makes of it
}

LINDEN_LEVEL_END
}  // namespace linden
