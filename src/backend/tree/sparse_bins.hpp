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

/// The bin of a row in a feature that is not wide.
LINDEN_HD std::uint8_t bin_of_row(const BinsView& bins, std::int32_t feature, std::int64_t row) {
  if (feature < bins.features) return bins.by_feature[feature * bins.rows + row];
  const SparseBins& sparse = bins.sparse;
  const std::int64_t* const range = sparse.feature_first + (feature - bins.features);
  const std::uint32_t* const last = sparse.feature_rows + range[1];
  const std::uint32_t* const found = first_from(sparse.feature_rows + range[0], last, row);
  return found < last && *found == row ? sparse.feature_bins[found - sparse.feature_rows]
                                       : bins.feature[feature].usual_bin;
}

// The cells of sparse features hold centred gradients, 16 g + centre h in units of a sixteenth: rows that have much the
// same g / h, as most rows of a rare class do, are then near 0, wherever the centre of a tree (TreeState::centre) puts
// it. Sums of gradients come back from them exactly.
inline constexpr std::int64_t centred_units = 16;
inline constexpr std::int64_t farthest_centre = 16 * centred_units;  // sums of 2^31 rows are under 2^63

/// The cell of one row.
LINDEN_HD SparseCell cell_of(std::int64_t centre, std::int32_t gradient, std::int32_t curvature) {
  const std::int64_t centred = centred_units * gradient + centre * curvature;
  return {centred > 0 ? centred : 0, centred < 0 ? -centred : 0, curvature, 1};
}

/// The sum of the gradients themselves.
LINDEN_HD std::int64_t gradient_of(std::int64_t centre, const SparseCell& cell) {
  return (cell.rise - cell.fall - centre * cell.curvature) / centred_units;
}

// How much a split may gain. It divides a node into a side that has some of the feature's entries and nothing else, and
// the rest. Measured from the node's value w, each of them gains
//
//   score(T) + 2 G_T w + (H_T + l2) w^2 + 2 l1 |w|  <=  X_T^2 / (H_T + l2),   X_T = G_T + (H_T + l2) w + l1 sign(w),
//
// with equality where there is no l1. The terms that are not squares add up to what the node knows, and so do the two
// X_T: bounds on X / sqrt(H + l2) of the side bound everything. They are small where the side is like the node as a
// whole, whatever its gradients are.

/// What is known of the sides that the cuts of a sparse feature make in a node, of those without the usual bin's rows.
struct SideBounds {
  double up, down;  ///< no X / sqrt(H + l2) is above the one or below minus the other, ...
  double value;     ///< ... where X is measured from this value
};

LINDEN_HD double sign_of(double value) { return value > 0 ? 1.0 : value < 0 ? -1.0 : 0.0; }
LINDEN_HD double above_zero(double value) { return value > 0 ? value : 0.0; }
LINDEN_HD double larger_of(double a, double b) { return a > b ? a : b; }

/// The value that a node's sides are measured from.
LINDEN_HD double value_of(const Scan& s) { return leaf_value(s.gradient, s.curvature, s.limits.l1, s.limits.l2); }

/// A tree as the bounds of its sparse features see it.
struct SparseScale {
  double unit;               ///< of centred gradients
  double centre;             ///< the value whose X, but for l1 and l2, they are
  double lightest, inverse;  ///< sqrt(H + l2) of the lightest side, above 0, and 1 over it
  double curvature_unit;
};

LINDEN_HD SparseScale sparse_scale_of(const TreeState& tree) {
  const double unit = tree.gradient_unit / static_cast<double>(centred_units);
  const double bottom = tree.limits.min_child_weight + tree.limits.l2;
  const double lightest = bottom > 1e-200 ? std::sqrt(bottom) : 1e-100;
  return {unit, static_cast<double>(tree.centre) * unit / tree.curvature_unit, lightest, 1 / lightest,
          tree.curvature_unit};
}

/// sqrt(H + l2) of all entries.
LINDEN_HD double root_of_all(const Scan& s, const SparseCell& cell) {
  return std::sqrt(static_cast<double>(cell.curvature) * s.curvature_unit + s.limits.l2);
}

/// What is known from the sums of the entries alone; `root` is root_of_all().
LINDEN_HD SideBounds bounds_of(const Scan& s, const SparseScale& scale, const SparseCell& cell, double root) {
  const double value = value_of(s), off = value - scale.centre;
  const double rest = s.limits.l2 * scale.centre + s.limits.l1 * sign_of(value);
  const double rise = static_cast<double>(cell.rise) * scale.unit + rest;
  const double fall = static_cast<double>(cell.fall) * scale.unit - rest;
  // a / t + t * off, for t = sqrt(H + l2), is largest at an end of t's range, or nowhere above 0.
  const double inverse = 1 / larger_of(root, scale.lightest);
  const double up = larger_of(rise * scale.inverse + off * scale.lightest, rise * inverse + off * root);
  const double down = larger_of(fall * scale.inverse - off * scale.lightest, fall * inverse - off * root);
  return {above_zero(up), above_zero(down), value};
}

/// Bounds of a node's sides, which were measured from another value, measured from its own.
LINDEN_HD SideBounds as_seen_by(const Scan& s, const SparseScale& scale, const SideBounds& bounds, double root) {
  const double value = value_of(s), step = value - bounds.value;
  const double turn = s.limits.l1 * (sign_of(value) - sign_of(bounds.value)) * scale.inverse;
  const double up = bounds.up + (step > 0 ? step * root : step * scale.lightest) + above_zero(turn);
  const double down = bounds.down - (step < 0 ? step * root : step * scale.lightest) + above_zero(-turn);
  return {above_zero(up), above_zero(down), value};
}

/// What is still known when these rows leave the node.
LINDEN_HD SideBounds without(const SparseScale& scale, const SideBounds& bounds, const SparseCell& rows) {
  if (rows.rows == 0) return bounds;
  const double curvature = static_cast<double>(rows.curvature) * scale.curvature_unit;
  const double shift = curvature * (bounds.value - scale.centre);
  const double rise = static_cast<double>(rows.rise) * scale.unit + above_zero(shift);
  const double fall = static_cast<double>(rows.fall) * scale.unit + above_zero(-shift);
  const double lighter = std::sqrt(1 + curvature * scale.inverse * scale.inverse);
  return {bounds.up * lighter + fall * scale.inverse, bounds.down * lighter + rise * scale.inverse, bounds.value};
}

/// What no split by a feature gains more than; 0 when there is none for certain. `bounds` are measured from the node's
/// value.
LINDEN_HD double most_gain(const Scan& s, const SparseCell& cell, const SideBounds& bounds, double root) {
  const GrowthLimits& limits = s.limits;
  const double curvature = static_cast<double>(cell.curvature) * s.curvature_unit;
  if (cell.rows < limits.min_rows_in_leaf || curvature < limits.min_child_weight) return 0;
  const double value = bounds.value, away = larger_of(bounds.up, bounds.down);
  const double bottom = larger_of(s.curvature - curvature, limits.min_child_weight) + limits.l2;
  const double both = s.gradient + (s.curvature + 2 * limits.l2) * value + 2 * limits.l1 * sign_of(value);  // the X
  const double rest = std::fabs(both) + away * root;
  const double squares = away * away + rest * rest / larger_of(bottom, 1e-200);
  const double known = score_of_value(value, s.gradient, s.curvature + limits.l2, 2 * limits.l1, limits.l2);
  return squares + known - s.score + 1e-9 * (squares + std::fabs(known) + std::fabs(s.score));  // more than rounding
}

/// What of that is left by the rules of the tree: everything, where the split is forced.
LINDEN_HD double most_left(const TreeMemory& tree, const GrowNode& node, std::int32_t feature, double most) {
  return forced_split(tree, node, feature) != nullptr ? forced_first : charged(tree, node, feature, most);
}

LINDEN_LEVEL_END
}  // namespace linden
