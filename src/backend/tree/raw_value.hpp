// Raw values of any layout as doubles: numbers as they are (NaN missing), categories as the model's codes (-1 missing
// or unknown).
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"
#include "backend/tree/rows_view.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

LINDEN_HD double known_code(const ColumnView& column, std::int32_t code) {
  if (code < 0 || code >= column.codes) return -1;
  return column.code ? column.code[code] : code;
}

/// The value in a row of a dense column.
LINDEN_HD double raw_value(const ColumnView& column, std::int64_t row) {
  const std::int64_t at = row * column.stride;
  if (column.kind == NumberKind::f64) return static_cast<const double*>(column.values)[at];
  if (column.kind == NumberKind::f32) return static_cast<const float*>(column.values)[at];
  return known_code(column, static_cast<const std::int32_t*>(column.values)[at]);
}

/// The value of an entry of sparse rows.
LINDEN_HD double entry_value(const RowsView& rows, std::int64_t entry) {
  return rows.entry_kind == NumberKind::f64 ? static_cast<const double*>(rows.entry_values)[entry]
                                            : static_cast<double>(static_cast<const float*>(rows.entry_values)[entry]);
}

LINDEN_LEVEL_END
}  // namespace linden
