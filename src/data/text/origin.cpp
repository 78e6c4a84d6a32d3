#include "data/text/origin.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace linden {

SharedOrigin origin_in_file(std::string file, std::vector<LineStart> starts) {
  return std::make_shared<const Origin>([file = std::move(file), starts = std::move(starts)](std::int64_t row) {
    const auto start = std::prev(
        std::ranges::upper_bound(starts, row, std::less<>(), [](const LineStart& candidate) { return candidate.row; }));
    return fmt::format("{}:{}", file, start->line + row - start->row);
  });
}

SharedOrigin origin_of_rows(SharedOrigin all, std::vector<std::int64_t> rows) {
  if (!all) return nullptr;
  return std::make_shared<const Origin>([all = std::move(all), rows = std::move(rows)](std::int64_t row) {
    return (*all)(rows[static_cast<std::size_t>(row)]);
  });
}

}  // namespace linden
