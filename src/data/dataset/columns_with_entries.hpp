// Which columns of sparse rows have an entry. Where features are counted and not named, most columns of wide rows may
// have none: those would cost memory and time, and a line each in every model.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace linden {

/// As many columns stay whether they have entries or not: those that a file's largest index makes, and those that
/// were asked for by number, whom a user expects to find again.
inline constexpr std::int64_t width_found = 1000, width_asked = 100'000;

/// Whether the columns without entries are left out of more than `width`, `used` of which have one.
inline bool leaves_out_columns(std::int64_t columns, std::int64_t used, std::int64_t width) noexcept {
  return columns > width && 2 * used < columns;
}

/// The columns, of so many, that stand in any of the lists, ascending. Takes the time and the memory of the entries.
std::vector<std::int32_t> columns_with_entries(std::span<const std::span<const std::int32_t>> lists,
                                               std::int64_t columns);

}  // namespace linden
