// Wide features: those of more than 256 bins. A row has two bytes of each, in a column, and no histogram has their
// bins: the rows of a node are summed by bin where its split is searched, so that a split costs what the node has in
// rows.
//
// A split by one is a cut of numbers: the bins up to one go left, and perhaps that of missing values. Whoever takes
// rows down a tree sees the side of such a split for a bin, 0 left and 1 right, and left_bins says as much.
#pragma once

#include "backend/tree/bin_forest.hpp"
#include "backend/tree/sparse_bins.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// The number of a wide feature among them; negative: it is none.
LINDEN_HD std::int32_t wide_number(const BinsView& bins, std::int32_t feature) {
  return feature - bins.features - bins.sparse.features;
}
LINDEN_HD const std::uint16_t* wide_column(const BinsView& bins, std::int32_t feature) {
  return bins.wide.by_feature + wide_number(bins, feature) * bins.rows;
}

/// Which bins of a wide feature go left: all up to the last, and one more (or the last once again).
struct WideSides {
  std::int32_t last, more;
  LINDEN_HD bool operator()(std::int32_t bin) const { return (bin <= last) | (bin == more); }
  LINDEN_HD std::uint8_t side_of(std::int32_t bin) const { return (*this)(bin) ? 0 : 1; }
};

LINDEN_HD WideSides sides_of(const BinsView& bins, const Split& split) {
  const FeatureBins& feature = bins.feature[split.feature];
  return {split.bin, split.missing_left && feature.has_missing ? feature.bins - 1 : split.bin};
}
/// Those of a node of a finished tree stand behind the set of sides.
LINDEN_HD WideSides sides_of(const BinsView&, const BinNode& node) {
  return {static_cast<std::int32_t>(node.left_bins[1]), static_cast<std::int32_t>(node.left_bins[2])};
}
inline void set_sides(BinNode& node, const WideSides& sides) {
  mark_first(node, 1);
  node.left_bins[1] = static_cast<std::uint64_t>(sides.last);
  node.left_bins[2] = static_cast<std::uint64_t>(sides.more);
}

/// The bin of a row in the feature of a split, as goes_left asks for it.
template <class Node>
LINDEN_HD std::uint8_t bin_at(const BinsView& bins, const Node& node, std::int64_t row) {
  if (wide_number(bins, node.feature) < 0) return bin_of_row(bins, node.feature, row);
  return sides_of(bins, node).side_of(wide_column(bins, node.feature)[row]);
}

LINDEN_LEVEL_END
}  // namespace linden
