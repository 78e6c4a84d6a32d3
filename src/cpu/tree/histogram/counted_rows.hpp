// Rows that are counted by bin while their gradients are summed: what histograms are made of where splits must know how
// many rows go left (rows that go by in pages, or lie on several machines).
#pragma once

#include "cpu/tree/histogram/add_rows.hpp"
#include "cpu/tree/small_nodes.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

inline constexpr int features_of_a_room = 16, least_features_of_a_room = 4;  ///< whose cells are summed side by side

template <class Cell, class Count>
void add_counted_cells(const WideCell* room, std::int32_t bins, Cell* cells, Count* rows) {
  constexpr std::int64_t bits_of_curvature = (std::int64_t{1} << bits_below_count) - 1;
  for (std::int32_t b = 0; b < bins; ++b) {
    const std::int64_t curvature = room[b].curvature & bits_of_curvature;
    set(cells[b], gradient_of(cells[b]) + room[b].gradient, curvature_of(cells[b]) + curvature);
    rows[b] += static_cast<Count>(room[b].curvature >> bits_below_count);
  }
}

/// Adds a node's entries to its histogram, and to its rows by cell, for features [first, first + count) of the tree.
/// `room`: [features_of_a_room, most_bins].
template <class Integer, class Count>
void add_counted_rows(const TreeState& tree, const BinsView& bins, const GrowNode& node, const Entry<Integer>* entries,
                      std::int64_t count_of_entries, std::int32_t first, int count, WideCell* room, Count* node_rows) {
  using Kind = CountedRow<Integer>;
  Group<Kind> group;
  for (int j = 0; j < count; ++j) {
    group.column[j] = tree.features[first + j];
    group.cells[j] = reinterpret_cast<typename RowCells<Kind>::Type*>(room + j * most_bins);
  }
  const bool follow = group.column[count - 1] - group.column[0] == count - 1;
  const auto add = add_rows_for<Kind>(count, follow, std::make_integer_sequence<int, features_of_a_room>{});
  WideCell* const cells = tree.histograms + std::int64_t{node.slot} * tree.bins.cells;
  for (std::int64_t begin = 0; begin < count_of_entries; begin += packed_rows) {
    const std::int64_t end = begin + packed_rows < count_of_entries ? begin + packed_rows : count_of_entries;
    for (int j = 0; j < count; ++j)
      for (std::int32_t b = 0; b < tree.bins.feature[group.column[j]].bins; ++b) room[j * most_bins + b] = {0, 0};
    add(entries + begin, entries + end, entries + count_of_entries, bins, group);
    for (int j = 0; j < count; ++j) {
      const FeatureBins& feature = tree.bins.feature[group.column[j]];
      Count* const rows = node_rows + feature.first_cell;
      if (is_packed(tree, node))
        add_counted_cells(room + j * most_bins, feature.bins, reinterpret_cast<PackedCell*>(cells) + feature.first_cell,
                          rows);
      else
        add_counted_cells(room + j * most_bins, feature.bins, cells + feature.first_cell, rows);
    }
  }
}

LINDEN_LEVEL_END
}  // namespace linden
