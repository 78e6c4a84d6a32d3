// Oblivious trees: all nodes of a level have one split, the one that gains most in all of them together.
//
// A cut divides some nodes and leaves others as they are, with no row on one side: these gain nothing by it, exactly.
// The gains of a cut are added over the nodes in their order, so that every device has the same sum. Numbers are cut
// between bins. Categories are put in an order by the sums over all nodes of a level, which are those of the root at
// every level: so the order is found once for a tree.
//
// Levels stand one after the other: node i has the children 2 i + 1 and 2 i + 2.
#pragma once

#include "backend/math/host_device.hpp"
#include "backend/tree/growth_rules.hpp"
#include "backend/tree/split_math.hpp"
#include "backend/tree/tree_math.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Whether the new nodes are a level whose split is sought.
LINDEN_HD bool is_level_open(const TreeState& tree) {
  return tree.first_new < tree.node_count && may_split(tree, tree.nodes[tree.first_new]);
}

/// The rows of a level as those of one node: of what all nodes of it have in common, features above, depth and draws.
LINDEN_HD GrowNode level_as_node(const TreeState& tree) {
  const GrowNode& first = tree.nodes[tree.first_new];
  GrowNode level{};
  level.rows = tree.root.rows;
  level.parent = first.parent;
  level.depth = first.depth;
  level.key = first.key;
  return level;
}

/// What so many rows score as a leaf, by sums: numbers, or vectors of them.
template <class Number>
LINDEN_HD Number score_of_side(Number gradient, Number curvature, double l1, double l2) {
  const Number top = gradient > l1 ? gradient - l1 : gradient < -l1 ? gradient + l1 : Number{};
  const Number bottom = curvature + l2;
  const Number score = top * top / bottom;
  return bottom > 0 ? score : Number{};
}

/// The penalty that a feature's gains are measured with: larger for many categories, as for other growths.
LINDEN_HD double l2_of_feature(const GrowthLimits& limits, const FeatureBins& feature) {
  const bool many = feature.categorical && !feature.one_hot;
  return many ? limits.l2 + category_l2 : limits.l2;
}

/// What a node scores as it is, measured with this penalty.
template <bool constrained>
LINDEN_HD double score_as_it_is(const Scan& s, double l2) {
  if constexpr (!constrained) return score_of_side(s.gradient, s.curvature, s.limits.l1, l2);
  const double own = s.limits.path_smooth > 0 ? s.value : leaf_value(s.gradient, s.curvature, s.limits.l1, l2);
  return score_of_value(within(s.bounds, own), s.gradient, s.curvature, s.limits.l1, l2);
}

/// What a node gains when so much goes left, of sums that are doubles; `score`: what it scores as it is.
template <class Number>
LINDEN_HD Number plain_level_gain(const Scan& s, double score, Number gradient, Number curvature, double l2) {
  const Number left_gradient = gradient * s.gradient_unit, left_curvature = curvature * s.curvature_unit;
  const Number right_gradient = s.gradient - left_gradient, right_curvature = s.curvature - left_curvature;
  return score_of_side(left_gradient, left_curvature, s.limits.l1, l2) +
         score_of_side(right_gradient, right_curvature, s.limits.l1, l2) - score;
}

/// The same where values are bounded or smoothed. `node_gradient`, `node_curvature`: all of the node.
LINDEN_HD double bounded_level_gain(const Scan& s, double score, std::int64_t gradient, std::int64_t curvature,
                                    std::int64_t rows, std::int64_t node_gradient, double l2) {
  const bool left_is_empty = gradient == 0 && curvature == 0;
  const bool right_is_empty = gradient == node_gradient && curvature == s.node_curvature;
  if (left_is_empty || right_is_empty) return 0;
  const double left_gradient = static_cast<double>(gradient) * s.gradient_unit;
  const double left_curvature = static_cast<double>(curvature) * s.curvature_unit;
  const double right_gradient = s.gradient - left_gradient, right_curvature = s.curvature - left_curvature;
  const double left = side_value(s, left_gradient, left_curvature, rows, l2);
  const double right = side_value(s, right_gradient, right_curvature, s.rows - rows, l2);
  return score_of_value(left, left_gradient, left_curvature, s.limits.l1, l2) +
         score_of_value(right, right_gradient, right_curvature, s.limits.l1, l2) - score;
}

/// One of the two, of whole sums. `rows`, that go left, matter where values are smoothed.
template <bool constrained>
LINDEN_HD double level_gain(const Scan& s, const GrowNode& node, double score, std::int64_t gradient,
                            std::int64_t curvature, std::int64_t rows, double l2) {
  if constexpr (constrained) return bounded_level_gain(s, score, gradient, curvature, rows, node.gradient, l2);
  return plain_level_gain(s, score, static_cast<double>(gradient), static_cast<double>(curvature), l2);
}

// The order of categories. Rare ones stand side by side, and no cut goes between them. Cuts are prefixes of the order,
// of which the side with fewer categories goes left; where there are few categories, each is cut from the others.

/// Where a bin of categories belongs in the order, ascending; of equal ranks by `turn`.
struct CategoryTurn {
  double rank;
  int turn;
};
LINDEN_HD CategoryTurn turn_of(CategoryPart part, double rank, double rank_of_rare, int bin) {
  if (part == CategoryPart::none) return {__builtin_inf(), bin};
  return part == CategoryPart::rare ? CategoryTurn{rank_of_rare, 256 + bin} : CategoryTurn{rank, bin};
}

/// What a category counts for in the order: where there are few, they stay as they are.
LINDEN_HD double level_rank_of(const Scan& root, bool few, std::int64_t gradient, std::int64_t curvature) {
  return few ? 0.0 : category_rank(root, gradient, curvature);
}

/// The place of a bin among all.
LINDEN_HD int place_of(const double* ranks, const CategoryPart* parts, double rank_of_rare, int bins, int bin) {
  const CategoryTurn own = turn_of(parts[bin], ranks[bin], rank_of_rare, bin);
  int place = 0;
  for (int b = 0; b < bins; ++b) {
    const CategoryTurn other = turn_of(parts[b], ranks[b], rank_of_rare, b);
    place += other.rank < own.rank || (other.rank == own.rank && other.turn < own.turn);
  }
  return place;
}

/// Says which cuts there are, when every bin has its place.
LINDEN_HD void find_cuts(LevelPlace* places, const CategoryPart* parts, int bins, bool few) {
  int categories = 0, rare = 0;
  for (int b = 0; b < bins; ++b) {
    categories += parts[b] == CategoryPart::own;
    rare |= parts[b] == CategoryPart::rare;
  }
  categories += rare;
  int before = 0;
  for (int i = 0; i < bins; ++i) {
    const CategoryPart part = parts[places[i].bin];
    const bool more_are_rare = i + 1 < bins && parts[places[i + 1].bin] == CategoryPart::rare;
    places[i].cut = LevelCut::none;
    if (part == CategoryPart::none) places[i].cut = LevelCut::absent;
    if (part == CategoryPart::none || (part == CategoryPart::rare && more_are_rare)) continue;
    const int after = categories - ++before;
    if (few)
      places[i].cut = categories > 1 ? LevelCut::alone : LevelCut::none;
    else if (after > 0 && (before < after ? before : after) <= most_categories_on_a_side)
      places[i].cut = before <= after ? LevelCut::before : LevelCut::behind;
  }
}

LINDEN_HD bool is_cut(const LevelPlace& place) { return place.cut != LevelCut::none && place.cut != LevelCut::absent; }

/// Where the order of a feature's categories is found.
LINDEN_HD LevelPlace* places_of(const TreeMemory& tree, const FeatureBins& feature) {
  return tree.level_places + feature.first_cell;
}

/// How many cuts a feature has, whatever rows there are: of numbers after each bin of values, but after the last only
/// where values are missing.
LINDEN_HD int level_cuts(const FeatureBins& feature) { return feature.categorical ? feature.bins : feature.bins - 1; }

/// The one cut that is tried where cuts are random, of those that there are; -1: there is none.
LINDEN_HD int random_level_cut(std::uint64_t key, const FeatureBins& feature, const LevelPlace* places) {
  int cuts = level_cuts(feature);
  if (!feature.categorical) return cuts > 0 ? drawn_cut(key, feature.source, cuts) : -1;
  int count = 0;
  for (int i = 0; i < cuts; ++i) count += is_cut(places[i]);
  if (count == 0) return -1;
  int drawn = drawn_cut(key, feature.source, count);
  for (int i = 0;; ++i)
    if (is_cut(places[i]) && drawn-- == 0) return i;
}

/// Whether a cut is tried on either side for missing values. `only`: the random one, or -1 where all are.
LINDEN_HD bool is_tried(const FeatureBins& feature, const LevelPlace* places, int cut, bool missing_left, int only) {
  if (only >= 0 && cut != only) return false;
  if (feature.categorical) return !missing_left && is_cut(places[cut]);
  return !missing_left || (feature.has_missing && cut < feature.bins - 2);
}

/// The split that a cut of a feature is, for any node; as yet without its sums.
LINDEN_HD Split split_of_cut(const TreeInput& tree, std::int32_t index, const LevelPlace* places, int cut,
                             bool missing_left) {
  const FeatureBins& feature = tree.bins.feature[index];
  Split split;
  split.feature = index;
  split.bin = cut;
  split.categorical = feature.categorical;
  split.missing_left = missing_left;
  if (!feature.categorical) {
    mark_first(split, cut + 1);
    if (missing_left) mark_left(split, feature.bins - 1);
    return split;
  }
  const LevelCut kind = places[cut].cut;
  const int first = kind == LevelCut::alone ? cut : kind == LevelCut::before ? 0 : cut + 1;
  const int end = kind == LevelCut::behind ? feature.bins : cut + 1;
  for (int i = first; i < end; ++i)
    if (places[i].cut != LevelCut::absent) mark_left(split, places[i].bin);
  split.missing_left = feature.has_missing && goes_left(split, static_cast<std::uint8_t>(feature.bins - 1));
  return split;
}

/// Commits a new node, and selects it.
LINDEN_HD void commit_in_level(const TreeState& tree, std::int32_t index) {
  tree.nodes[index].order = index;
  tree.committed[index] = index;
  if (index - tree.first_new < tree.batch_capacity) tree.batch[index - tree.first_new] = index;
}

/// Whether missing values, of which training saw none, go left of a split: to the side with more of all rows, by their
/// curvature.
LINDEN_HD bool goes_to_larger_side(const TreeInput& tree, std::int64_t left_curvature) {
  return 2 * left_curvature >= tree.root.curvature;
}

/// Whether a level is done with the leaves below it.
LINDEN_HD bool are_leaves_below(const TreeState& tree) {
  return tree.nodes[tree.first_new].depth + 1 == tree.limits.max_depth;
}

LINDEN_LEVEL_END
}  // namespace linden
