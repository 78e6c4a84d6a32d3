#include "inspection/sample.hpp"

#include <algorithm>
#include <linden/random.hpp>
#include <numeric>

namespace linden {

std::vector<std::int64_t> sampled_rows(const Dataset& data, std::int64_t most, std::uint64_t seed) {
  std::vector<std::int64_t> rows;
  if (most <= 0 || data.rows() <= most) {
    rows.resize(static_cast<std::size_t>(data.rows()));
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
  }
  Generator generator(seed);
  if (!data.has_groups()) {
    const Tensor order = generator.permutation(data.rows());
    const auto first = order.span<const std::int64_t>().first(static_cast<std::size_t>(most));
    rows.assign(first.begin(), first.end());
  } else {
    const auto starts = data.groups().span<const std::int64_t>();
    const Tensor order = generator.permutation(static_cast<std::int64_t>(starts.size()) - 1);
    for (const std::int64_t group : order.span<const std::int64_t>()) {
      if (static_cast<std::int64_t>(rows.size()) >= most) break;
      const auto g = static_cast<std::size_t>(group);
      for (std::int64_t row = starts[g]; row < starts[g + 1]; ++row) rows.push_back(row);
    }
  }
  std::ranges::sort(rows);
  return rows;
}

Dataset taken(const Dataset& data, const std::vector<std::int64_t>& rows) {
  return static_cast<std::int64_t>(rows.size()) == data.rows() ? data : data.take(rows);
}

}  // namespace linden
