// Raw values of any layout as numbers: those of columns and entries as they are (NaN missing), categories as the
// model's codes (-1 missing or unknown).
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"
#include "backend/rows_view.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

LINDEN_HD double known_code(const ColumnView& column, std::int32_t code) {
  if (code < 0 || code >= column.codes) return -1;
  return column.code ? column.code[code] : code;
}

/// The value in a row of a dense column.
LINDEN_HD double raw_value(const ColumnView& column, std::int64_t row) {
  const std::int64_t at = row * column.stride;
  if (column.dtype == DType::f64) return static_cast<const double*>(column.values)[at];
  if (column.dtype == DType::f32) return static_cast<const float*>(column.values)[at];
  return known_code(column, static_cast<const std::int32_t*>(column.values)[at]);
}

LINDEN_HD double entry_value(const EntriesView& entries, std::int64_t entry) {
  return entries.dtype == DType::f64 ? static_cast<const double*>(entries.values)[entry]
                                     : static_cast<double>(static_cast<const float*>(entries.values)[entry]);
}

/// The feature of an entry of sparse rows, or -1.
LINDEN_HD std::int32_t entry_feature(const RowsView& rows, std::int64_t entry) {
  const std::int32_t column = rows.entries.indices[entry];
  return rows.feature_of_column ? rows.feature_of_column[column] : column;
}

/// out[i * step] = the value in row begin + i of a dense column.
template <class T>
inline void read_column(const ColumnView& column, std::int64_t begin, std::int64_t end, T* out, std::int64_t step) {
  const std::int64_t stride = column.stride;
  if (column.dtype == DType::f64) {
    const auto* v = static_cast<const double*>(column.values) + begin * stride;
    for (std::int64_t i = 0; i < end - begin; ++i) out[i * step] = static_cast<T>(v[i * stride]);
  } else if (column.dtype == DType::f32) {
    const auto* v = static_cast<const float*>(column.values) + begin * stride;
    for (std::int64_t i = 0; i < end - begin; ++i) out[i * step] = v[i * stride];
  } else {
    const auto* v = static_cast<const std::int32_t*>(column.values) + begin * stride;
    for (std::int64_t i = 0; i < end - begin; ++i) out[i * step] = static_cast<T>(known_code(column, v[i * stride]));
  }
}

/// Calls f(row - begin, feature, value) for the entries of sparse rows whose column is of use.
template <class F>
void each_entry(const RowsView& rows, std::int64_t begin, std::int64_t end, const F& f) {
  for (std::int64_t row = begin; row < end; ++row)
    for (std::int64_t e = rows.entries.offsets[row]; e < rows.entries.offsets[row + 1]; ++e)
      if (const std::int32_t feature = entry_feature(rows, e); feature >= 0)
        f(row - begin, feature, entry_value(rows.entries, e));
}

LINDEN_LEVEL_END
}  // namespace linden
