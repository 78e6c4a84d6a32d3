// The arithmetic of growing trees, shared by the CPU kernels, the CUDA kernels and the brute-force grower of the
// tests: what a leaf is worth, what a split gains, how histogram cells add up.
//
// G and H are sums of gradients and curvatures over the rows of a node. Conventions (docs/design.md, Trees):
//   leaf value = -shrink(G) / (H + l2)         shrink(G): G moved towards 0 by l1
//   score      = shrink(G)^2 / (H + l2)        gain = score(left) + score(right) - score(parent)
#pragma once

#include <cmath>

#include "backend/math/host_device.hpp"
#include "backend/tree/bin_set.hpp"
#include "backend/tree/tree_state.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// The power of two in which `rows` values up to `max` add up to less than 2^62, so that sums of whole units are exact;
/// at least 2^-1000, whose inverse is finite.
LINDEN_HD double sum_unit(double max, std::int64_t rows) {
  int exponent = 0;
  std::frexp(max, &exponent);
  const int row_bits = 64 - __builtin_clzll(static_cast<unsigned long long>(rows));
  exponent += row_bits - 62;
  return std::ldexp(1.0, exponent < -1000 ? -1000 : exponent);
}

/// A value in whole units.
LINDEN_HD std::int64_t in_units(float value, double per_unit) { return std::llrint(value * per_unit); }

// Quantisation of a round's gradients: 15 bits with the sign, or 24 where the mean |g| would be under 64 units.
inline constexpr int narrow_bits = 14, wide_bits = 23;
inline constexpr std::int64_t least_mean = 64;

/// The power of two u with max <= 2^bits * u < 2 * max.
LINDEN_HD double unit_for(double max, int bits) {
  if (max == 0) return 1;
  int exponent = 0;
  const double fraction = std::frexp(max, &exponent);
  if (fraction == 0.5) --exponent;
  return std::ldexp(1.0, exponent - bits);
}

LINDEN_HD void set_units(TreeInput& tree, bool wide) {
  tree.wide = wide;
  tree.gradient_unit = unit_for(tree.range.max_gradient, wide ? wide_bits : narrow_bits);
  tree.curvature_unit = unit_for(tree.range.max_curvature, wide ? wide_bits : narrow_bits);
  tree.max_curvature = static_cast<std::int64_t>(std::rint(tree.range.max_curvature / tree.curvature_unit));
}

/// Whether the gradients of a round, rounded to narrow entries, are too small for them.
LINDEN_HD bool are_coarse(const RootSums& sums) { return sums.magnitude < least_mean * sums.rows; }

LINDEN_HD std::int32_t quantised(float value, double per_unit) {
  return static_cast<std::int32_t>(std::rint(value * per_unit));
}

LINDEN_HD double shrink(double gradient, double l1) {
  const double rest = std::fabs(gradient) - l1;
  return std::copysign(rest > 0 ? rest : 0.0, gradient);
}

LINDEN_HD double leaf_value(double gradient, double curvature, double l1, double l2) {
  const double bottom = curvature + l2;
  return bottom > 0 ? -shrink(gradient, l1) / bottom : 0.0;
}

LINDEN_HD double node_score(double gradient, double curvature, double l1, double l2) {
  const double top = shrink(gradient, l1), bottom = curvature + l2;
  return bottom > 0 ? top * top / bottom : 0.0;
}

/// What bounds the values of all leaves.
LINDEN_HD ValueBounds root_bounds(const GrowthLimits& limits) {
  ValueBounds bounds;
  if (limits.max_delta_step > 0) bounds = {-limits.max_delta_step, limits.max_delta_step};
  return bounds;
}

LINDEN_HD double within(const ValueBounds& bounds, double value) {
  return value < bounds.lower ? bounds.lower : value > bounds.upper ? bounds.upper : value;
}

/// Whether values have bounds, or are smoothed, so that a gain is that of the values themselves.
LINDEN_HD bool is_constrained(const TreeInput& tree) {
  return tree.bins.constrained || tree.limits.max_delta_step > 0 || tree.limits.path_smooth > 0;
}

/// A value that is drawn towards that of the parent, which counts as so many rows.
LINDEN_HD double smoothed(double value, std::int64_t rows, double parent, double path_smooth) {
  const auto own = static_cast<double>(rows);
  return (own * value + path_smooth * parent) / (own + path_smooth);
}

/// What node_score is for the best value, for any.
LINDEN_HD double score_of_value(double value, double gradient, double curvature, double l1, double l2) {
  return -(2 * gradient * value + (curvature + l2) * value * value + 2 * l1 * std::fabs(value));
}

/// The gain of a split, with one division; 0 where a child has no curvature to divide by. `top`: a child's gradient,
/// shrunk; `bottom`: its curvature and l2. A number, or a vector of them.
template <class Number>
LINDEN_HD Number gain_of_children(Number left_top, Number left_bottom, Number right_top, Number right_bottom,
                                  double parent_score) {
  const Number gain =
      (left_top * left_top * right_bottom + right_top * right_top * left_bottom) / (left_bottom * right_bottom) -
      parent_score;
  return ((left_bottom > 0) & (right_bottom > 0)) ? gain : Number{};
}

LINDEN_HD double split_gain(double left_gradient, double left_curvature, double right_gradient, double right_curvature,
                            double parent_score, double l1, double l2) {
  return gain_of_children(shrink(left_gradient, l1), left_curvature + l2, shrink(right_gradient, l1),
                          right_curvature + l2, parent_score);
}

/// Gains below this share of the parent's score are rounding, not gains.
inline constexpr double least_relative_gain = 1e-12;

/// Whether a gain is worth a split.
LINDEN_HD bool worth_splitting(double gain, double parent_score, double min_gain) {
  return gain > min_gain && gain > least_relative_gain * std::fabs(parent_score);
}

// Categorical splits. Few categories are tried one against the rest; more are sorted by G / (H + smoothing) and cut
// like numbers, from both ends, with at most so many on the left, and a larger l2 since the order was chosen by the
// same labels. Among many, those that are rare in a node say little of themselves and much of chance: together they
// are one category.
inline constexpr int one_against_rest_categories = 4;
inline constexpr int most_categories_on_a_side = 32;
inline constexpr double category_smoothing = 10;
inline constexpr double category_l2 = 2;
inline constexpr double rare_category_rows = 50;     ///< a category with fewer rows in a node is rare ...
inline constexpr double rare_category_share = 0.01;  ///< ... or with a smaller share of the tree's rows, if less ...
inline constexpr double trusted_category_rows = 8;   ///< ... or, if less, with fewer than so many times the rows that
                                                     ///< make its mean as good a guess as that of all

/// Whether a category is rare in a node of so many rows, by its share of the node's curvature (quantised sums).
LINDEN_HD bool is_rare_category(std::int64_t curvature, std::int64_t node_curvature, std::int64_t node_rows,
                                std::int64_t tree_rows, double trusted_rows) {
  const double share = rare_category_share * static_cast<double>(tree_rows);
  double least = share < rare_category_rows ? share : rare_category_rows;
  if (trusted_rows < least) least = trusted_rows;
  return static_cast<double>(curvature) * static_cast<double>(node_rows) < least * static_cast<double>(node_curvature);
}

// Histogram cells.
inline constexpr std::int64_t packed_rows = (std::int64_t{1} << 17) - 1;  ///< narrow entries that a packed cell holds

LINDEN_HD std::int64_t pack(std::int64_t gradient, std::int64_t curvature) { return (gradient << 32) + curvature; }
LINDEN_HD std::int64_t gradient_of(PackedCell c) { return c.sums >> 32; }
LINDEN_HD std::int64_t curvature_of(PackedCell c) { return c.sums & 0xffffffff; }
LINDEN_HD std::int64_t gradient_of(const WideCell& c) { return c.gradient; }
LINDEN_HD std::int64_t curvature_of(const WideCell& c) { return c.curvature; }
LINDEN_HD void set(PackedCell& c, std::int64_t gradient, std::int64_t curvature) { c.sums = pack(gradient, curvature); }
LINDEN_HD void set(WideCell& c, std::int64_t gradient, std::int64_t curvature) { c = {gradient, curvature}; }

/// Whether the histogram of a node has packed cells.
LINDEN_HD bool is_packed(const TreeInput& tree, const GrowNode& node) { return !tree.wide && node.rows <= packed_rows; }

/// Whether a node may be split at all, before its histogram is looked at.
LINDEN_HD bool may_split(const TreeInput& tree, const GrowNode& node) {
  const GrowthLimits& limits = tree.limits;
  const double curvature = static_cast<double>(node.curvature) * tree.curvature_unit;
  return (limits.max_depth == 0 || node.depth < limits.max_depth) && node.rows >= 2 * limits.min_rows_in_leaf &&
         curvature >= 2 * limits.min_child_weight;
}

/// Narrow or wide entries: calls f with a null pointer of the entry's type.
template <class F>
void with_entries(const TreeInput& tree, const F& f) {
  if (tree.wide)
    f(static_cast<WideEntry*>(nullptr));
  else
    f(static_cast<NarrowEntry*>(nullptr));
}

LINDEN_LEVEL_END
}  // namespace linden
