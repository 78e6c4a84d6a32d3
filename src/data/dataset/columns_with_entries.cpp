#include "data/dataset/columns_with_entries.hpp"

#include <algorithm>

namespace linden {

std::vector<std::int32_t> columns_with_entries(std::span<const std::span<const std::int32_t>> lists,
                                               std::int64_t columns) {
  std::int64_t entries = 0;
  for (const auto& list : lists) entries += static_cast<std::int64_t>(list.size());
  std::vector<std::int32_t> used;
  if (columns <= 16 * entries) {
    std::vector<bool> is_used(static_cast<std::size_t>(columns));
    for (const auto& list : lists)
      for (const std::int32_t column : list) is_used[static_cast<std::size_t>(column)] = true;
    for (std::int64_t column = 0; column < columns; ++column)
      if (is_used[static_cast<std::size_t>(column)]) used.push_back(static_cast<std::int32_t>(column));
    return used;
  }
  for (const auto& list : lists) used.insert(used.end(), list.begin(), list.end());
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  return used;
}

}  // namespace linden
