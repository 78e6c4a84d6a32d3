#include "data/dataset/groups.hpp"

#include <algorithm>
#include <linden/values.hpp>
#include <unordered_map>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "data/dataset/checks.hpp"

namespace linden {

Tensor group_starts(std::span<const std::int64_t> ids, const std::function<void(const TornGroup&)>& torn) {
  std::vector<std::int64_t> starts;
  std::unordered_map<std::int64_t, std::int64_t> last_rows;  // of the groups that have ended
  const auto rows = static_cast<std::int64_t>(ids.size());
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto r = static_cast<std::size_t>(row);
    if (row > 0 && ids[r] == ids[r - 1]) continue;
    if (row > 0) last_rows.emplace(ids[r - 1], row - 1);
    if (const auto earlier = last_rows.find(ids[r]); earlier != last_rows.end()) {
      torn({earlier->second, earlier->second + 1, row});
      return {};
    }
    starts.push_back(row);
  }
  if (rows == 0) return {};
  starts.push_back(rows);
  return Tensor::copy_of(std::span<const std::int64_t>(starts), {static_cast<std::int64_t>(starts.size())});
}

std::vector<std::int64_t> group_numbers(const Tensor& starts) {
  if (starts.elements() == 0) return {};
  const auto first = starts.span<const std::int64_t>();
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(first.back()));
  for (std::size_t g = 0; g + 1 < first.size(); ++g)
    std::fill(numbers.begin() + first[g], numbers.begin() + first[g + 1], static_cast<std::int64_t>(g));
  return numbers;
}

GroupList::GroupList(const Tensor& ids) try {
  check_host("ids of groups are", ids);
  if (ids.rank() != 1 || (ids.dtype() != DType::i32 && ids.dtype() != DType::i64))
    fail<ArgumentError>("Dataset: ids of groups are {} of shape {}, but must be i32 or i64 of shape [rows].",
                        name_of(ids.dtype()), ids.shape().text());
  const Tensor numbers = ids.contiguous();
  *this = numbers.dtype() == DType::i32 ? GroupList(numbers.span<const std::int32_t>())
                                        : GroupList(numbers.span<const std::int64_t>());
} catch (const std::bad_alloc&) {
  fail_out_of_memory("GroupList");
}

Tensor GroupList::starts_of(std::span<const std::int64_t> ids) {
  return group_starts(ids, [](const TornGroup& torn) {
    fail<DataError>(
        "Dataset: rows {} and {} are of one group, and row {} between them is of another. Hint: sort the rows by "
        "group.",
        torn.first, torn.last, torn.between);
  });
}

void GroupList::refuse_size(const std::string& size) {
  fail<ArgumentError>("Dataset: a group has {} rows, but each has from 1 to {}.", size, most_rows);
}

GroupList GroupList::of_starts(std::span<const std::int64_t> starts) {
  GroupList groups;
  if (starts.size() > 1) groups.starts_ = Tensor::copy_of(starts, {static_cast<std::int64_t>(starts.size())});
  return groups;
}

}  // namespace linden
