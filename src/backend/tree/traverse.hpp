// One step down a tree: the rule by which raw values choose a child, for prediction on any device.
#pragma once

#include "backend/math/host_device.hpp"
#include "backend/tree/forest_view.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Whether a special split sends a value left: a category in the set of those that go left, where NaN and codes that
/// training had no name for are missing; or a number up to the threshold, where zeros are missing.
LINDEN_HD bool special_goes_left(const ForestView& forest, std::int32_t at, double value) {
  const ForestNode& node = forest.nodes[at];
  const ForestDetail& set = forest.details[at];
  if (!(value >= 0 && value < set.codes)) {
    const bool is_other_number = set.codes == ForestDetail::of_zeros && (value < -zero_bound || value > zero_bound);
    return is_other_number ? value <= node.threshold : node.missing_left != 0;
  }
  const auto c = static_cast<std::int64_t>(value);
  return c < std::int64_t{32} * set.words && ((forest.categories[set.first_word + c / 32] >> (c % 32)) & 1) != 0;
}

/// The child of node `at` that a value goes to: values up to the threshold, or categories in the set, go left; missing
/// ones follow their direction, zeros too where they count as missing. A leaf's is the leaf itself. `special`: whether
/// the forest has any special split. `node` is forest.nodes[at].
template <bool special>
LINDEN_HD std::int32_t next_node(const ForestView& forest, const ForestNode& node, std::int32_t at, double value) {
  bool left = (value <= node.threshold) | ((value != value) & (node.missing_left != 0));
  if constexpr (special)
    if (node.special) left = special_goes_left(forest, at, value);
  return node.left + (left ? 0 : 1);
}

template <bool special>
LINDEN_HD std::int32_t next_node(const ForestView& forest, std::int32_t at, double value) {
  return next_node<special>(forest, forest.nodes[at], at, value);
}

/// The value of a linear leaf, by its number, and what its slopes add for a row, of which of(feature) is a value.
template <class Of>
LINDEN_HD double linear_value(const ForestView& forest, std::int32_t tree, std::int32_t leaf, double value,
                              const Of& of) {
  const std::int32_t* const first = forest.first_term + forest.first_leaf[tree] + leaf;
  for (std::int32_t i = first[0]; i < first[1]; ++i) {
    const ForestTerm& term = forest.terms[i];
    const double x = of(term.feature);
    const double kept = x < term.low ? term.low : x > term.high ? term.high : x;
    const double difference = kept - term.centre;
    value += x - x == 0 ? term.slope * difference : 0.0;  // nothing where it is missing, or infinite
  }
  return value;
}

/// The levels of a tree, -1 where it is not known to be oblivious.
LINDEN_HD std::int32_t levels_of_tree(const ForestView& forest, std::int32_t tree) {
  return forest.levels != nullptr ? forest.levels[tree] : -1;
}

/// The leaf of an oblivious tree that a row reaches: no level waits for the one above. `node_at(at)` is
/// forest.nodes[at], `value(feature)` the row's.
template <bool special, class NodeAt, class Value>
LINDEN_HD std::int32_t leaf_by_levels(const ForestView& forest, std::int32_t root, std::int32_t levels,
                                      const NodeAt& node_at, const Value& value) {
  std::int32_t number = 0;
  for (std::int32_t level = 0; level < levels; ++level) {
    const std::int32_t at = root + (1 << level) - 1;
    const ForestNode node = node_at(at);
    number = 2 * number + next_node<special>(forest, node, at, value(node.feature)) - node.left;
  }
  return root + (1 << levels) - 1 + number;
}

/// What a leaf of a tree that adds to all scores adds to them: forest.width values.
LINDEN_HD const double* values_of(const ForestView& forest, std::int32_t tree, std::int32_t at) {
  return forest.leaf_values + (std::int64_t{forest.first_leaf[tree]} + forest.details[at].leaf) * forest.width;
}

LINDEN_LEVEL_END
}  // namespace linden
