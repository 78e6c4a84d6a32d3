// Raw values of rows side by side, on the host.
#pragma once

#include <vector>

#include "backend/raw_value.hpp"

namespace linden {

/// [rows, features]: rows begin .. end - 1, absent sparse values as 0.
inline std::vector<double> row_values(const RowsView& rows, std::int64_t begin, std::int64_t end) {
  const std::int64_t width = rows.features;
  std::vector<double> values(static_cast<std::size_t>((end - begin) * width));
  if (rows.sparse)
    each_entry(rows, begin, end, [&](std::int64_t i, std::int32_t f, double x) { values[i * width + f] = x; });
  else
    for (std::int64_t f = 0; f < width; ++f) read_column(rows.columns[f], begin, end, values.data() + f, width);
  return values;
}

}  // namespace linden
