// What decides, beside gains, which splits a tree has: groups of features that may meet on a path, draws of features
// and of cuts, costs, and splits that are forced.
//
// Draws come from keys. A tree has one, of the seed, the round and the output; a node's comes of its parent's and the
// side on which it lies, a level's of the tree's and the depth: whichever node is looked at, when and where, its draws
// are the same. Features go by their number in the data.
#pragma once

#include <cmath>

#include "backend/math/host_device.hpp"
#include "backend/math/math.hpp"
#include "backend/math/philox.hpp"
#include "backend/tree/tree_state.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// What is drawn from a key.
enum class GrowthDraw : std::uint32_t { output, left_child, right_child, level, feature, cut, sketch };

LINDEN_HD std::uint64_t drawn_bits(std::uint64_t key, GrowthDraw what, std::uint64_t index = 0) {
  return random_bits(key, Draw::growth, static_cast<std::uint32_t>(what), index);
}

LINDEN_HD std::uint64_t round_key(std::uint64_t seed, int round) {
  return random_bits(seed, Draw::growth, static_cast<std::uint32_t>(round), 0);
}
LINDEN_HD std::uint64_t tree_key(std::uint64_t round_key, int output) {
  return drawn_bits(round_key, GrowthDraw::output, static_cast<std::uint64_t>(output));
}

LINDEN_HD std::uint64_t child_key(std::uint64_t parent, bool is_left) {
  return drawn_bits(parent, is_left ? GrowthDraw::left_child : GrowthDraw::right_child);
}

/// One of so many cuts of a feature in a node.
LINDEN_HD int drawn_cut(std::uint64_t node_key, std::int32_t feature, int cuts) {
  const std::uint64_t bits = drawn_bits(node_key, GrowthDraw::cut, static_cast<std::uint64_t>(feature)) >> 32;
  return static_cast<int>(bits * static_cast<std::uint64_t>(cuts) >> 32);
}

/// How many of `count` are drawn: at least one.
LINDEN_HD std::int64_t drawn_count(std::int64_t count, double fraction) {
  const std::int64_t size = std::llrint(fraction * static_cast<double>(count));
  return size < 1 ? 1 : size;
}

// Features are drawn without replacement, those of the lowest ranks. A rank is the time of an exponential clock whose
// rate is the feature's weight; no two are equal.
inline constexpr std::uint64_t never = ~std::uint64_t{0};

LINDEN_HD std::uint64_t draw_rank(std::uint64_t key, std::int32_t feature, double weight) {
  if (!(weight > 0)) return never;
  const std::uint64_t bits = drawn_bits(key, GrowthDraw::feature, static_cast<std::uint64_t>(feature)) >> 32;
  const auto time = static_cast<float>(-math::log((static_cast<double>(bits) + 0.5) * 0x1p-32) / weight);
  std::uint32_t order = 0;
  __builtin_memcpy(&order, &time, sizeof order);
  return std::uint64_t{order} << 32 | static_cast<std::uint32_t>(feature);
}

/// The search for the rank below which `wanted` others lie, or all there are. Its user counts:
///
///     for (RankLimit limit(wanted); !limit.is_right(ranks below limit.tried());) {}
class RankLimit {
 public:
  LINDEN_HD explicit RankLimit(std::int64_t wanted) : wanted_(wanted) {}
  LINDEN_HD std::uint64_t tried() const { return tried_; }
  LINDEN_HD bool is_right(std::int64_t below) {
    if (below == wanted_ || (tried_ == never && below < wanted_)) return true;
    (below < wanted_ ? low_ : high_) = tried_;
    tried_ = low_ + (high_ - low_) / 2;
    return false;
  }

 private:
  std::int64_t wanted_;
  std::uint64_t low_ = 0, high_ = never, tried_ = never;
};

/// How many features are not dense.
LINDEN_HD std::int32_t features_apart(const BinsView& bins) { return bins.sparse.features + bins.wide.features; }

/// The features of a tree stand in places, the dense ones first. -1: the tree does not use the one in this place.
LINDEN_HD std::int32_t places(const TreeInput& tree) { return tree.feature_count + features_apart(tree.bins); }
LINDEN_HD std::int32_t feature_at(const TreeInput& tree, std::int32_t place) {
  if (place < tree.feature_count) return tree.features[place];
  const std::int32_t apart = place - tree.feature_count;
  return tree.apart_use[apart] != 0 ? tree.bins.features + apart : -1;
}

/// The ranks of a new node's features, by place; those below the node's limit are drawn.
LINDEN_HD std::uint64_t* ranks_of(const TreeMemory& tree, std::int64_t new_node) {
  return tree.draw_ranks + new_node * (tree.bins.features + features_apart(tree.bins));
}

/// The split that a node must have, if it is by this feature; else null.
LINDEN_HD const ForcedNode* forced_split(const TreeInput& tree, const GrowNode& node, std::int32_t feature) {
  if (node.forced < 0 || tree.rules.forced[node.forced].feature != feature) return nullptr;
  return tree.rules.forced + node.forced;
}

/// The gain of a split that is forced: more than all others.
inline constexpr double forced_first = __builtin_inf();
LINDEN_HD bool is_forced(const Split& split) { return split.gain == forced_first; }

/// Whether a feature is in a group with all features on the way to a node. One that is in no group stands alone.
LINDEN_HD bool may_follow(const TreeMemory& tree, const GrowNode& node, std::int32_t feature) {
  const std::int32_t words = tree.rules.group_words;
  if (words == 0 || node.parent < 0 || tree.nodes[node.parent].split.feature == feature) return true;
  const std::uint64_t* const in_common = tree.node_groups + (&node - tree.nodes) * words;
  const std::uint64_t* const own = tree.rules.groups + std::int64_t{feature} * words;
  for (std::int32_t w = 0; w < words; ++w)
    if ((in_common[w] & own[w]) != 0) return true;
  return false;
}

/// Notes the groups that the features on the way to a node's children have in common.
LINDEN_HD void narrow_groups(const TreeMemory& tree, const GrowNode& node) {
  const std::int32_t words = tree.rules.group_words;
  const std::uint64_t* const own = tree.rules.groups + std::int64_t{node.split.feature} * words;
  const std::uint64_t* const above = tree.node_groups + (&node - tree.nodes) * words;
  std::uint64_t* const below = tree.node_groups + std::int64_t{node.left} * words;
  for (std::int32_t w = 0; w < words; ++w) below[w] = below[words + w] = node.parent < 0 ? own[w] : own[w] & above[w];
}

/// What a feature has in a tree's draw for a level.
LINDEN_HD std::uint64_t level_rank(const TreeInput& tree, std::int32_t depth, std::int32_t place) {
  const std::int32_t feature = feature_at(tree, place);
  if (feature < 0) return never;
  const std::uint64_t key = drawn_bits(tree.rules.key, GrowthDraw::level, static_cast<std::uint64_t>(depth));
  const double weight = tree.rules.weights == nullptr ? 1 : tree.rules.weights[feature];
  return draw_rank(key, tree.bins.feature[feature].source, weight);
}

/// What it has in that for a node, if it was drawn for the level and may follow those above.
LINDEN_HD std::uint64_t node_rank(const TreeMemory& tree, const GrowNode& node, std::int32_t place, bool of_level) {
  const std::int32_t feature = feature_at(tree, place);
  if (feature < 0 || !of_level || !may_follow(tree, node, feature)) return never;
  const double weight = tree.rules.weights == nullptr ? 1 : tree.rules.weights[feature];
  return draw_rank(node.key, tree.bins.feature[feature].source, weight);
}

/// How many of the new nodes draw features: in an oblivious tree the first one does, for its level.
LINDEN_HD std::int32_t drawing_nodes(const TreeState& tree) {
  const std::int32_t count = tree.node_count - tree.first_new;
  return tree.limits.oblivious && count > 1 ? 1 : count;
}

/// Whether a new node may split by the feature in a place.
LINDEN_HD bool is_admitted(const TreeMemory& tree, const GrowNode& node, std::int64_t new_node, std::int32_t place) {
  if (tree.draw_ranks != nullptr) return ranks_of(tree, new_node)[place] < tree.draw_limits[new_node];
  return tree.rules.group_words == 0 || may_follow(tree, node, feature_at(tree, place));
}

/// The same for a feature that is not dense, if the tree may split by it or the node must.
LINDEN_HD bool is_apart_open(const TreeMemory& tree, const GrowNode& node, std::int64_t new_node, std::int32_t apart) {
  return tree.apart_use[apart] != 0 && (is_admitted(tree, node, new_node, tree.feature_count + apart) ||
                                        forced_split(tree, node, tree.bins.features + apart) != nullptr);
}

LINDEN_HD bool is_on_the_way(const TreeMemory& tree, const GrowNode& node, std::int32_t feature) {
  for (std::int32_t at = node.parent; at >= 0; at = tree.nodes[at].parent)
    if (tree.nodes[at].split.feature == feature) return true;
  return false;
}

/// What is left of a gain by a feature, 0 where that is nothing.
LINDEN_HD double charged(const TreeMemory& tree, const GrowNode& node, std::int32_t feature, double gain) {
  const GrowthRules& rules = tree.rules;
  if (!rules.charges || !(gain > 0) || gain == forced_first) return gain;
  if (rules.gain_factors != nullptr) gain *= rules.gain_factors[feature];
  if (rules.monotone_penalty > 0 && tree.bins.feature[feature].monotone != 0) {
    const double share = node.depth < 1022 ? math::from_bits(static_cast<std::uint64_t>(1023 - node.depth) << 52) : 0.0;
    const double rest = 1 - rules.monotone_penalty * share;
    gain *= rest > 0 ? rest : 0.0;
  }
  gain -= rules.split_cost * static_cast<double>(node.rows);
  if (rules.feature_costs != nullptr && rules.feature_costs[feature] > 0 && !is_on_the_way(tree, node, feature))
    gain -= rules.feature_costs[feature];
  return gain > 0 ? gain : 0.0;
}

LINDEN_LEVEL_END
}  // namespace linden
