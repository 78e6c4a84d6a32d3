// Counting a node's rows by bin of one feature: what tells whether both sides of a split have enough, where their
// curvature does not.
#pragma once

#include "backend/tree/bin_set.hpp"
#include "backend/tree/tree_math.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Adds to rows[bin].
inline void count_rows(const TreeState& tree, const GrowNode& node, std::int32_t feature, std::int64_t* rows) {
  const std::uint8_t* const bins = tree.bins.by_feature + feature * tree.bins.rows;
  constexpr int parts = 4;  // in turn, since most rows may have one bin, and each addition would wait for the last
  std::uint32_t counts[parts][256] = {};
  with_entries(tree, [&]<class E>(E*) {
    const E* entry = static_cast<const E*>(tree.entries) + node.begin;
    const E* const end = entry + node.entries;
    for (; entry + parts <= end; entry += parts)
      for (int i = 0; i < parts; ++i) ++counts[i][bins[entry[i].row]];
    for (; entry < end; ++entry) ++counts[0][bins[entry->row]];
  });
  for (int bin = 0; bin < tree.bins.feature[feature].bins; ++bin)
    for (int i = 0; i < parts; ++i) rows[bin] += counts[i][bin];
}

/// Whether a look at some of a node's rows shows that a split leaves at least so many of them on each side.
inline bool shows_rows(const TreeState& tree, const GrowNode& node, const Split& split, std::int64_t least) {
  const std::uint8_t* const bins = tree.bins.by_feature + split.feature * tree.bins.rows;
  const std::int64_t look = 16 * least < node.entries ? 16 * least : node.entries;
  std::int64_t left = 0, seen = 0;
  with_entries(tree, [&]<class E>(E*) {
    const E* const entry = static_cast<const E*>(tree.entries) + node.begin;
    while (seen < look && (left < least || seen - left < least)) {
      const std::int64_t end = seen + 16 < look ? seen + 16 : look;
      for (; seen < end; ++seen) left += goes_left(split, bins[entry[seen].row]);
    }
  });
  return left >= least && seen - left >= least;
}

LINDEN_LEVEL_END
}  // namespace linden
