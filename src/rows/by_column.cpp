#include "rows/by_column.hpp"

#include <algorithm>
#include <linden/dtype.hpp>

namespace linden {

ByColumn::ByColumn(const RowsView& rows) {
  const EntriesView& by_row = rows.entries;
  const auto size = static_cast<std::int64_t>(size_of(by_row.dtype));
  const std::int64_t begin = by_row.offsets[0], end = by_row.offsets[rows.rows];
  offsets.resize(static_cast<std::size_t>(rows.entry_columns) + 1);
  for (std::int64_t e = begin; e < end; ++e) ++offsets[static_cast<std::size_t>(by_row.indices[e]) + 1];
  for (std::size_t j = 1; j < offsets.size(); ++j) offsets[j] += offsets[j - 1];
  indices.resize(static_cast<std::size_t>(end - begin));
  values.resize(static_cast<std::size_t>((end - begin) * size));
  std::vector<std::int64_t> next(offsets.begin(), offsets.end() - 1);
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    for (std::int64_t e = by_row.offsets[row]; e < by_row.offsets[row + 1]; ++e) {
      const std::int64_t to = next[static_cast<std::size_t>(by_row.indices[e])]++;
      indices[static_cast<std::size_t>(to)] = static_cast<std::int32_t>(row);
      std::copy_n(static_cast<const char*>(by_row.values) + e * size, size, values.data() + to * size);
    }
  }
}

}  // namespace linden
