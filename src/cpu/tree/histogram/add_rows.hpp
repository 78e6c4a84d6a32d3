// Rows added to the cells of some features at once, in registers: what histograms are made of.
#pragma once

#include <cstdint>
#include <utility>

#include "backend/tree/tree_math.hpp"
#include "cpu/tree/ahead.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

inline constexpr int widest_group = 32;           // features added in one pass over rows
inline constexpr std::int64_t fetched_rows = 48;  // in advance

// What an entry adds to a cell, at once.
template <class Kind>
struct RowCells;
template <>
struct RowCells<std::int16_t> {
  using From = NarrowEntry;
  using Cell = PackedCell;
  using Type = std::int64_t;
  static Type of(const NarrowEntry& entry) { return pack(entry.gradient, entry.curvature); }
};
template <>
struct RowCells<std::int32_t> {
  using From = WideEntry;
  using Cell = WideCell;
  using Type [[gnu::vector_size(16), gnu::aligned(8), gnu::may_alias]] = long long;
  static Type of(const WideEntry& entry) { return Type{entry.gradient, entry.curvature}; }
};

// Rows are counted above the curvatures, of which a cell has room for those of packed_rows rows.
template <class Integer>
struct CountedRow {};
inline constexpr int bits_below_count = 40;
template <class Integer>
struct RowCells<CountedRow<Integer>> {
  using From = Entry<Integer>;
  using Cell = WideCell;
  using Type = RowCells<std::int32_t>::Type;
  static Type of(const From& entry) {
    return Type{entry.gradient, entry.curvature + (std::int64_t{1} << bits_below_count)};
  }
};

// A group of features in registers: where each one's bins lie in a bin row, and its cells.
template <class Kind>
struct Group {
  std::int32_t column[widest_group];
  typename RowCells<Kind>::Type* cells[widest_group];
};

// Adds rows to N features. `columns_follow`: the features lie side by side, so that offsets are constants. Rows are
// fetched ahead up to `last`: entries behind that may be another thread's, which divides them.
template <int N, bool columns_follow, class Kind>
void add_rows(const typename RowCells<Kind>::From* entry, const typename RowCells<Kind>::From* end,
              const typename RowCells<Kind>::From* last, const BinsView& bins, const Group<Kind>& group) {
  const std::uint8_t* const by_row = bins.by_row + group.column[0];
  const std::int64_t stride = bins.row_stride;
  typename RowCells<Kind>::Type* cells[N];
  std::int32_t column[N];
  for (int j = 0; j < N; ++j) {
    cells[j] = group.cells[j];
    column[j] = group.column[j] - group.column[0];
  }
  for (; entry < end; ++entry) {
    __builtin_prefetch(by_row + ahead_of(entry, last, fetched_rows)->row * stride);
    const std::uint8_t* const row = by_row + entry->row * stride;
    const auto sums = RowCells<Kind>::of(*entry);
#pragma GCC unroll 32
    for (int j = 0; j < N; ++j) cells[j][row[columns_follow ? j : column[j]]] += sums;
  }
}

template <class Kind>
using AddRows = void (*)(const typename RowCells<Kind>::From*, const typename RowCells<Kind>::From*,
                         const typename RowCells<Kind>::From*, const BinsView&, const Group<Kind>&);

// add_rows for every number of features: table[columns_follow][N - 1].
template <class Kind, int... N>
AddRows<Kind> add_rows_for(int features, bool columns_follow, std::integer_sequence<int, N...>) {
  static constexpr AddRows<Kind> scattered[] = {add_rows<N + 1, false, Kind>...};
  static constexpr AddRows<Kind> following[] = {add_rows<N + 1, true, Kind>...};
  return (columns_follow ? following : scattered)[features - 1];
}

LINDEN_LEVEL_END
}  // namespace linden
