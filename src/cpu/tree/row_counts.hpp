// Counting a node's rows by bin of one feature: what tells whether both sides of a split have enough, where their
// curvature does not.
#pragma once

#include "backend/tree/tree_math.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Adds to rows[bin].
inline void count_rows(const TreeState& tree, const GrowNode& node, std::int32_t feature, std::int64_t* rows) {
  const std::uint8_t* const bins = tree.bins.by_feature + feature * tree.bins.rows;
  with_entries(tree, [&]<class E>(E*) {
    const E* const entry = static_cast<const E*>(tree.entries) + node.begin;
    for (std::int64_t i = 0; i < node.entries; ++i) ++rows[bins[entry[i].row]];
  });
}

LINDEN_LEVEL_END
}  // namespace linden
