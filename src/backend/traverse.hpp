// One step down a tree: the rule by which raw values choose a child, for prediction on any device.
#pragma once

#include "backend/host_device.hpp"
#include "backend/tree_memory.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Whether a category is in the set of those that go left.
LINDEN_HD bool in_left_set(const ForestView& forest, const ForestNode& node, double code) {
  const auto c = static_cast<std::int64_t>(code);
  return c < std::int64_t{32} * node.words && ((forest.categories[node.categories + c / 32] >> (c % 32)) & 1) != 0;
}

/// The child of a split that a value goes to: values up to the threshold, or categories in the set, go left; NaN, and
/// codes below 0, follow the missing direction.
LINDEN_HD std::int32_t next_node(const ForestView& forest, const ForestNode& node, double value) {
  if (node.categories < 0) return node.left + ((value != value ? node.missing_left : value <= node.threshold) ? 0 : 1);
  const bool missing = !(value >= 0);
  return node.left + ((missing ? node.missing_left : in_left_set(forest, node, value)) ? 0 : 1);
}

LINDEN_LEVEL_END
}  // namespace linden
