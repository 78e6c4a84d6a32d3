// What a split is worth and whether it may be: the arithmetic of split search, shared by the devices.
#pragma once

#include "backend/math/host_device.hpp"
#include "backend/tree/growth_rules.hpp"
#include "backend/tree/tree_math.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// What the search for splits must know of a tree: its limits alone; rules beside gains; rules, and what becomes of
/// values that are bounded or smoothed.
enum class TreeKind : std::uint8_t { plain, ruled, constrained };

LINDEN_HD TreeKind tree_kind(const TreeInput& tree) {
  if (is_constrained(tree)) return TreeKind::constrained;
  const GrowthRules& rules = tree.rules;
  const bool is_ruled = rules.group_words > 0 || rules.by_level < 1 || rules.by_node < 1 || rules.charges ||
                        rules.forced != nullptr || tree.limits.extra_trees;
  return is_ruled ? TreeKind::ruled : TreeKind::plain;
}

/// A node as its scans see it. Sums in units of the quantisation are exact as doubles.
struct Scan {
  GrowthLimits limits;
  std::int64_t rows, node_curvature;
  double gradient_unit, curvature_unit;
  double gradient, curvature;  ///< of the node, in real units
  ValueBounds bounds;
  double score;
  double value;       ///< where values are smoothed: that of the node, towards which those of its children are
  std::uint64_t key;  ///< of the node's draws
};

LINDEN_HD Scan scan_of(const TreeInput& tree, const GrowNode& node) {
  Scan s{tree.limits, node.rows,  node.curvature, tree.gradient_unit, tree.curvature_unit, 0, 0, node.bounds,
         0,           node.value, node.key};
  const double l1 = s.limits.l1, l2 = s.limits.l2;
  s.gradient = static_cast<double>(node.gradient) * s.gradient_unit;
  s.curvature = static_cast<double>(node.curvature) * s.curvature_unit;
  if (!is_constrained(tree)) {
    s.score = node_score(s.gradient, s.curvature, l1, l2);
  } else {
    const double value = s.limits.path_smooth > 0 ? s.value : leaf_value(s.gradient, s.curvature, l1, l2);
    s.score = score_of_value(within(s.bounds, value), s.gradient, s.curvature, l1, l2);
  }
  return s;
}

/// The value of a side of a split in a constrained tree.
LINDEN_HD double side_value(const Scan& s, double gradient, double curvature, std::int64_t rows, double l2) {
  const double own = leaf_value(gradient, curvature, s.limits.l1, l2);
  const double path_smooth = s.limits.path_smooth;
  return within(s.bounds, path_smooth > 0 ? smoothed(own, rows, s.value, path_smooth) : own);
}

/// The gain when so much (in quantised sums) goes left; 0 when a child is too light. In a constrained tree the values
/// of both children stay within the bounds of the node, and there is no gain where they are not in the order that the
/// feature's sign (FeatureBins::monotone) asks for. `rows`, that go left, matter where values are smoothed.
template <bool constrained>
LINDEN_HD double gain_of(const Scan& s, int sign, std::int64_t gradient, std::int64_t curvature, std::int64_t rows,
                         double l2) {
  const double left_gradient = static_cast<double>(gradient) * s.gradient_unit;
  const double left_curvature = static_cast<double>(curvature) * s.curvature_unit;
  const double right_gradient = s.gradient - left_gradient, right_curvature = s.curvature - left_curvature;
  const double l1 = s.limits.l1, least = s.limits.min_child_weight;
  const bool heavy = (left_curvature >= least) & (right_curvature >= least);
  if constexpr (!constrained) {
    const double gain = split_gain(left_gradient, left_curvature, right_gradient, right_curvature, s.score, l1, l2);
    return heavy ? gain : 0.0;
  } else {
    const double left = side_value(s, left_gradient, left_curvature, rows, l2);
    const double right = side_value(s, right_gradient, right_curvature, s.rows - rows, l2);
    const double gain = score_of_value(left, left_gradient, left_curvature, l1, l2) +
                        score_of_value(right, right_gradient, right_curvature, l1, l2) - s.score;
    const bool divides = (left_curvature + l2 > 0) & (right_curvature + l2 > 0);
    return (heavy & divides & (sign * (right - left) >= 0)) ? gain : 0.0;
  }
}

/// Whether a split may be, whatever it gains.
template <bool constrained>
LINDEN_HD bool may_divide(const Scan& s, int sign, const Split& split, std::int64_t left_rows) {
  const double left_gradient = static_cast<double>(split.left_gradient) * s.gradient_unit;
  const double left_curvature = static_cast<double>(split.left_curvature) * s.curvature_unit;
  const double right_curvature = s.curvature - left_curvature, l2 = s.limits.l2, least = s.limits.min_child_weight;
  if (left_curvature < least || right_curvature < least || left_curvature + l2 <= 0 || right_curvature + l2 <= 0)
    return false;
  if (!constrained || sign == 0) return true;
  const double left = side_value(s, left_gradient, left_curvature, left_rows, l2);
  const double right = side_value(s, s.gradient - left_gradient, right_curvature, s.rows - left_rows, l2);
  return sign * (right - left) >= 0;
}

/// A split that is forced, as yet without its sums.
LINDEN_HD Split begun(const ForcedNode& forced, const FeatureBins& feature, bool missing_left) {
  Split split;
  split.categorical = feature.categorical;
  split.bin = forced.bin;
  for (int word = 0; word < 4; ++word) split.left_bins[word] = forced.left_bins[word];
  if (missing_left) mark_left(split, feature.bins - 1);
  split.missing_left = feature.has_missing && goes_left(split, static_cast<std::uint8_t>(feature.bins - 1));
  return split;
}

/// The same in a tree without l1 and bounds, in which no gradient is shrunk, of sums that are doubles: of one cut, or
/// of a vector of cuts.
template <class Number>
LINDEN_HD Number plain_gain(const Scan& s, Number gradient, Number curvature) {
  const Number left_gradient = gradient * s.gradient_unit, left_curvature = curvature * s.curvature_unit;
  const Number right_gradient = s.gradient - left_gradient, right_curvature = s.curvature - left_curvature;
  const double least = s.limits.min_child_weight, l2 = s.limits.l2;
  const Number gain =
      gain_of_children<Number>(left_gradient, left_curvature + l2, right_gradient, right_curvature + l2, s.score);
  return ((left_curvature >= least) & (right_curvature >= least)) ? gain : Number{};
}

/// Whether both children have enough rows, when so many go left.
LINDEN_HD bool enough_rows(const Scan& s, std::int64_t left_rows) {
  return left_rows >= s.limits.min_rows_in_leaf && s.rows - left_rows >= s.limits.min_rows_in_leaf;
}

/// Whether a split is taken rather than another: of equal gains, the one by the data's lower feature.
LINDEN_HD bool is_better(const TreeInput& tree, const Split& a, const Split& b) {
  if (a.gain != b.gain) return a.gain > b.gain;
  return a.gain > 0 && tree.bins.feature[a.feature].source < tree.bins.feature[b.feature].source;
}

/// Whether the curvature alone proves that (no row has more than the largest), or rows were counted.
LINDEN_HD bool is_proven(const TreeInput& tree, const GrowNode& node, const Split& split) {
  const std::int64_t enough = (tree.limits.min_rows_in_leaf - 1) * tree.max_curvature;
  return split.counted || (split.left_curvature > enough && node.curvature - split.left_curvature > enough);
}

/// The one cut of numbers that is tried where cuts are random, of those that divide the node: after one of its bins of
/// values, of which `first` and `last` are the outermost, but not after the last unless missing values are left. -1:
/// there is none.
LINDEN_HD int random_cut(const Scan& s, const FeatureBins& feature, int first, int last, bool has_missing) {
  const int cuts = last - first + (has_missing ? 1 : 0);
  return cuts > 0 ? first + drawn_cut(s.key, feature.source, cuts) : -1;
}

/// By what categories are sorted, ascending; equal ones stay in the order of bins.
LINDEN_HD double category_rank(const Scan& s, std::int64_t gradient, std::int64_t curvature) {
  return static_cast<double>(gradient) * s.gradient_unit /
         (static_cast<double>(curvature) * s.curvature_unit + category_smoothing);
}

/// How a bin of categories takes part in the search: not at all where the node has no row of it, and together with
/// other rare ones where it is one among many.
enum class CategoryPart : std::uint8_t { none, own, rare };

LINDEN_HD CategoryPart part_of(const Scan& s, const FeatureBins& feature, bool few, std::int64_t gradient,
                               std::int64_t curvature, std::int64_t tree_rows) {
  if (gradient == 0 && curvature == 0) return CategoryPart::none;
  const bool rare = !few && is_rare_category(curvature, s.node_curvature, s.rows, tree_rows, feature.trusted_rows);
  return rare ? CategoryPart::rare : CategoryPart::own;
}

/// How many prefixes of the order (or, with few categories, single ones) are tried.
LINDEN_HD int category_steps(bool few, int tried) {
  if (few) return tried;
  return tried - 1 < most_categories_on_a_side ? tried - 1 : most_categories_on_a_side;
}

LINDEN_LEVEL_END
}  // namespace linden
