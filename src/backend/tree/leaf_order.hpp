// Intermediate bounds of monotone features: the leaves of a finished tree, put in order.
//
// While such a tree grows, the sides of a split by a monotone feature are bounded by each other's values alone, so that
// leaves further down may pass one another. When the tree is done, each two leaves between which one step in a monotone
// feature may lead are compared, and those that stand the wrong way round get one value: the mean of what they have, by
// curvature. Leaves are taken in an order in which none comes before one that must not be above it, and a leaf is
// pooled with those before it, the highest first, until none of them is above it (Burdakov, Sysoev, Grimvall and
// Hussian, 2006). In a chain of leaves that is isotonic regression. A mean never leaves the values it is of, so that no
// rounding breaks the order.
#pragma once

#include "backend/tree/leaf_math.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Which values of a feature come to a node, by the way to it: bins, as bits, and missing values.
struct ComingValues {
  std::uint64_t bins[4];
  bool missing;
};

LINDEN_HD ComingValues coming_values(const TreeMemory& tree, std::int32_t node, std::int32_t feature) {
  constexpr std::uint64_t all = ~std::uint64_t{0};
  ComingValues values{{all, all, all, all}, true};
  for (std::int32_t at = node; tree.nodes[at].parent >= 0; at = tree.nodes[at].parent) {
    const GrowNode& above = tree.nodes[tree.nodes[at].parent];
    if (above.split.feature != feature) continue;
    const bool is_left = at == above.left;
    for (int word = 0; word < 4; ++word) values.bins[word] &= above.split.left_bins[word] ^ (is_left ? 0 : all);
    values.missing &= above.split.missing_left == is_left;
  }
  return values;
}

/// Whether some value of a feature comes to either node.
LINDEN_HD bool have_in_common(const TreeMemory& tree, std::int32_t a, std::int32_t b, std::int32_t feature) {
  const ComingValues of_a = coming_values(tree, a, feature), of_b = coming_values(tree, b, feature);
  bool any = of_a.missing & of_b.missing;
  for (int word = 0; word < 4; ++word) any |= (of_a.bins[word] & of_b.bins[word]) != 0;
  return any;
}

/// Whether, of each feature but one that splits the way from `above` to `at`, values come to both nodes.
LINDEN_HD bool meet_on_the_way(const TreeMemory& tree, std::int32_t at, std::int32_t above, std::int32_t other,
                               std::int32_t but) {
  for (std::int32_t node = at; node != above; node = tree.nodes[node].parent) {
    const std::int32_t feature = tree.nodes[tree.nodes[node].parent].split.feature;
    if (feature != but && !have_in_common(tree, at, other, feature)) return false;
  }
  return true;
}

/// How a leaf stands to another.
struct LeafRelation {
  bool is_before;    ///< in the order in which leaves are pooled
  bool stays_below;  ///< whether its value must not be above the other's: a step in one feature leads from it there
};

/// Of two nodes that are leaves.
LINDEN_HD LeafRelation relation(const TreeMemory& tree, std::int32_t a, std::int32_t b) {
  std::int32_t x = a, y = b;  // up to the children of the node where their ways part
  while (tree.nodes[x].parent != tree.nodes[y].parent) {
    const std::int32_t depth_of_x = tree.nodes[x].depth, depth_of_y = tree.nodes[y].depth;
    if (depth_of_x >= depth_of_y) x = tree.nodes[x].parent;
    if (depth_of_y >= depth_of_x) y = tree.nodes[y].parent;
  }
  const GrowNode& fork = tree.nodes[tree.nodes[x].parent];
  const std::int32_t feature = fork.split.feature;
  const int sign = tree.bins.feature[feature].monotone;
  const bool is_before = (x == fork.left) == (sign >= 0);
  return {is_before,
          is_before && sign != 0 && meet_on_the_way(tree, a, x, b, feature) && meet_on_the_way(tree, b, y, a, feature)};
}

/// What a leaf counts when it is pooled: by its curvature, or, where it is an order statistic, by its rows.
LINDEN_HD double pool_weight(const TreeState& tree, std::int32_t leaf) {
  if (tree.renewal.level > 0) return static_cast<double>(tree.nodes[tree.order.node[leaf]].rows);
  return tree.leaf_curvatures[leaf] + tree.limits.l2;
}

/// Notes the node of a leaf, by its place in the order of growth.
LINDEN_HD void note_leaf(const TreeState& tree, std::int32_t committed) {
  const std::int32_t leaf = tree.leaf_of_node[tree.committed[committed]];
  if (leaf >= 0) tree.order.node[leaf] = tree.committed[committed];
}

/// Finds the place of a leaf, and which leaves it must not be below.
LINDEN_HD void place_leaf(const TreeState& tree, std::int32_t leaf) {
  const LeafOrder& order = tree.order;
  std::uint64_t* const below = order.below + std::int64_t{leaf} * order.words;
  for (std::int32_t word = 0; word < order.words; ++word) below[word] = 0;
  std::int32_t place = 0;
  for (std::int32_t other = 0; other < tree.leaf_count; ++other) {
    if (other == leaf) continue;
    const LeafRelation is = relation(tree, order.node[other], order.node[leaf]);
    place += is.is_before ? 1 : 0;
    if (is.stays_below) below[other / 64] |= std::uint64_t{1} << (other % 64);
  }
  order.leaf[place] = leaf;
  order.pool[leaf] = leaf;
  order.weight[leaf] = pool_weight(tree, leaf);
}

/// The leaf in this place is pooled with those before it. A pool is known by one of its leaves.
LINDEN_HD void pool_leaf(const TreeState& tree, std::int32_t place) {
  const LeafOrder& order = tree.order;
  const std::int32_t own = order.leaf[place];
  double value = tree.leaf_values[own], weight = order.weight[own];
  for (std::int32_t word = 0; word < order.words; ++word)
    order.reach[word] = order.below[std::int64_t{own} * order.words + word];
  for (;;) {
    std::int32_t highest = -1;
    double most = value;
    for (std::int32_t before = place - 1; before >= 0; --before) {
      const std::int32_t leaf = order.leaf[before];
      if ((order.reach[leaf / 64] >> (leaf % 64) & 1) == 0 || order.pool[leaf] == own) continue;
      if (!(tree.leaf_values[leaf] > most)) continue;
      most = tree.leaf_values[leaf];
      highest = order.pool[leaf];
    }
    if (highest < 0) break;
    const double both = weight + order.weight[highest];
    const double mean = both > 0 ? (weight * value + order.weight[highest] * most) / both : most;
    value = within({value, most}, mean);
    weight = both;
    for (std::int32_t before = 0; before < place; ++before) {
      const std::int32_t leaf = order.leaf[before];
      if (order.pool[leaf] != highest) continue;
      order.pool[leaf] = own;
      for (std::int32_t word = 0; word < order.words; ++word)
        order.reach[word] |= order.below[std::int64_t{leaf} * order.words + word];
    }
  }
  order.weight[own] = weight;
  for (std::int32_t before = 0; before <= place; ++before)
    if (order.pool[order.leaf[before]] == own) tree.leaf_values[order.leaf[before]] = value;
}

/// Pools all leaves: by one thread, for each looks at those before it.
LINDEN_HD void pool_leaves(const TreeState& tree) {
  for (std::int32_t place = 0; place < tree.leaf_count; ++place) pool_leaf(tree, place);
}

LINDEN_LEVEL_END
}  // namespace linden
