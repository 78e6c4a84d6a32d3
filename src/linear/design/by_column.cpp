#include "linear/design/by_column.hpp"

#include <algorithm>
#include <linden/dtype.hpp>

namespace linden {

ByColumn::ByColumn(const DesignView& view) {
  const EntriesView& by_row = view.entries;
  const auto size = static_cast<std::int64_t>(size_of(by_row.dtype));
  const std::int64_t entries = by_row.offsets[view.rows];
  offsets.resize(static_cast<std::size_t>(view.features) + 1);
  for (std::int64_t e = 0; e < entries; ++e) ++offsets[static_cast<std::size_t>(by_row.indices[e]) + 1];
  for (std::size_t j = 1; j < offsets.size(); ++j) offsets[j] += offsets[j - 1];
  indices.resize(static_cast<std::size_t>(entries));
  values.resize(static_cast<std::size_t>(entries * size));
  std::vector<std::int64_t> next(offsets.begin(), offsets.end() - 1);
  for (std::int64_t row = 0; row < view.rows; ++row) {
    for (std::int64_t e = by_row.offsets[row]; e < by_row.offsets[row + 1]; ++e) {
      const std::int64_t to = next[static_cast<std::size_t>(by_row.indices[e])]++;
      indices[static_cast<std::size_t>(to)] = static_cast<std::int32_t>(row);
      std::copy_n(static_cast<const char*>(by_row.values) + e * size, size, values.data() + to * size);
    }
  }
}

}  // namespace linden
