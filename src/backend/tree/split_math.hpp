// What a split is worth and whether it may be: the arithmetic of split search, shared by the devices.
#pragma once

#include "backend/math/host_device.hpp"
#include "backend/tree/tree_math.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// A node as its scans see it. Sums in units of the quantisation are exact as doubles.
struct Scan {
  GrowthLimits limits;
  std::int64_t rows, node_curvature;
  double gradient_unit, curvature_unit;
  double gradient, curvature;  ///< of the node, in real units
  ValueBounds bounds;
  double score;
};

/// What a node is worth within its bounds.
LINDEN_HD double bounded_score(const ValueBounds& bounds, double gradient, double curvature, double l1, double l2) {
  return score_of_value(within(bounds, leaf_value(gradient, curvature, l1, l2)), gradient, curvature, l1, l2);
}

LINDEN_HD Scan scan_of(const TreeInput& tree, const GrowNode& node) {
  Scan s{tree.limits, node.rows, node.curvature, tree.gradient_unit, tree.curvature_unit, 0, 0, node.bounds, 0};
  s.gradient = static_cast<double>(node.gradient) * s.gradient_unit;
  s.curvature = static_cast<double>(node.curvature) * s.curvature_unit;
  s.score = tree.bins.constrained ? bounded_score(s.bounds, s.gradient, s.curvature, s.limits.l1, s.limits.l2)
                                  : node_score(s.gradient, s.curvature, s.limits.l1, s.limits.l2);
  return s;
}

/// The gain when so much (in quantised sums) goes left; 0 when a child is too light. In a constrained tree the values
/// of both children stay within the bounds of the node, and there is no gain where they are not in the order that the
/// feature's sign (FeatureBins::monotone) asks for.
template <bool constrained>
LINDEN_HD double gain_of(const Scan& s, int sign, std::int64_t gradient, std::int64_t curvature, double l2) {
  const double left_gradient = static_cast<double>(gradient) * s.gradient_unit;
  const double left_curvature = static_cast<double>(curvature) * s.curvature_unit;
  const double right_gradient = s.gradient - left_gradient, right_curvature = s.curvature - left_curvature;
  const double l1 = s.limits.l1, least = s.limits.min_child_weight;
  const bool heavy = (left_curvature >= least) & (right_curvature >= least);
  if constexpr (!constrained) {
    const double gain = split_gain(left_gradient, left_curvature, right_gradient, right_curvature, s.score, l1, l2);
    return heavy ? gain : 0.0;
  } else {
    const double left = within(s.bounds, leaf_value(left_gradient, left_curvature, l1, l2));
    const double right = within(s.bounds, leaf_value(right_gradient, right_curvature, l1, l2));
    const double gain = score_of_value(left, left_gradient, left_curvature, l1, l2) +
                        score_of_value(right, right_gradient, right_curvature, l1, l2) - s.score;
    const bool divides = (left_curvature + l2 > 0) & (right_curvature + l2 > 0);
    return (heavy & divides & (sign * (right - left) >= 0)) ? gain : 0.0;
  }
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

/// Whether the curvature alone proves that (no row has more than the largest), or rows were counted.
LINDEN_HD bool is_proven(const TreeInput& tree, const GrowNode& node, const Split& split) {
  const std::int64_t enough = (tree.limits.min_rows_in_leaf - 1) * tree.max_curvature;
  return split.counted || (split.left_curvature > enough && node.curvature - split.left_curvature > enough);
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
