// Reading raw values of any layout, a block of rows at a time.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"
#include "backend/tree/raw_value.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// out[i * step] = the value in row begin + i of a dense column.
inline void read_column(const ColumnView& column, std::int64_t begin, std::int64_t end, double* out,
                        std::int64_t step) {
  const std::int64_t stride = column.stride;
  if (column.kind == NumberKind::f64) {
    const auto* v = static_cast<const double*>(column.values) + begin * stride;
    for (std::int64_t i = 0; i < end - begin; ++i) out[i * step] = v[i * stride];
  } else if (column.kind == NumberKind::f32) {
    const auto* v = static_cast<const float*>(column.values) + begin * stride;
    for (std::int64_t i = 0; i < end - begin; ++i) out[i * step] = v[i * stride];
  } else {
    const auto* v = static_cast<const std::int32_t*>(column.values) + begin * stride;
    for (std::int64_t i = 0; i < end - begin; ++i) out[i * step] = known_code(column, v[i * stride]);
  }
}

/// Calls f(row - begin, feature, value) for the entries of sparse rows whose column is of use.
template <class F>
void each_entry(const RowsView& rows, std::int64_t begin, std::int64_t end, const F& f) {
  for (std::int64_t row = begin; row < end; ++row)
    for (std::int64_t e = rows.offsets[row]; e < rows.offsets[row + 1]; ++e) {
      const std::int32_t feature = rows.feature_of_column[rows.entry_columns[e]];
      if (feature < 0) continue;
      f(row - begin, feature, entry_value(rows, e));
    }
}

LINDEN_LEVEL_END
}  // namespace linden
