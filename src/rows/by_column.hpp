// Sparse entries turned from rows to columns.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/rows_view.hpp"

namespace linden {

/// The entries of sparse rows column by column, rows ascending within each.
struct ByColumn {
  std::vector<std::int64_t> offsets;  ///< [entry_columns + 1]
  std::vector<std::int32_t> indices;  ///< rows
  std::vector<char> values;           ///< of the entries' dtype

  explicit ByColumn(const RowsView& rows);
};

}  // namespace linden
