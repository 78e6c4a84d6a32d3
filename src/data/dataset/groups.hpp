// Groups of rows: where they begin, and whether the rows of each stand together.
#pragma once

#include <cstdint>
#include <functional>
#include <linden/tensor.hpp>
#include <span>

namespace linden {

/// Rows of one group with one of another between them.
struct TornGroup {
  std::int64_t first = 0, between = 0, last = 0;
};

/// [groups + 1] i64: the first row of each stretch of equal ids, and the number of rows; empty without rows. `torn` is
/// called for the first id that comes back after another; where it returns, there are no groups.
Tensor group_starts(std::span<const std::int64_t> ids, const std::function<void(const TornGroup&)>& torn);

/// The number of its group for each row.
std::vector<std::int64_t> group_numbers(const Tensor& starts);

}  // namespace linden
