// Which columns of sparse rows have an entry. Where features are counted and not named, most columns of wide rows may
// have none: those would cost memory and time, and a line each in every model.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace linden {

/// Whether the columns without entries are left out of so many, `used` of which have one.
inline bool leaves_out_columns(std::int64_t columns, std::int64_t used) noexcept {
  return columns > 1000 && 2 * used < columns;
}

/// The columns, of so many, that stand in any of the lists, ascending. Takes the time and the memory of the entries.
std::vector<std::int32_t> columns_with_entries(std::span<const std::span<const std::int32_t>> lists,
                                               std::int64_t columns);

}  // namespace linden
