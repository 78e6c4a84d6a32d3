#include "boosting/categories/statistics_table.hpp"

#include <algorithm>
#include <utility>

namespace linden {

std::uint64_t TupleKey::tuples() const noexcept {
  constexpr std::uint64_t most = std::uint64_t{1} << 62;
  std::uint64_t count = 1;
  for (const std::int64_t categories : categories_) {
    const auto digits = static_cast<std::uint64_t>(categories) + 1;
    if (count > most / digits) return 0;
    count *= digits;
  }
  return count;
}

StatisticsTable::StatisticsTable(std::vector<int> features, TupleKey key, double prior_weight,
                                 std::vector<double> prior)
    : features_(std::move(features)), key_(std::move(key)), prior_weight_(prior_weight), prior_(std::move(prior)) {}

void StatisticsTable::add(std::uint64_t key, double rows, std::span<const double> sums) {
  numbers_.add(key);
  rows_.push_back(rows);
  sums_.insert(sums_.end(), sums.begin(), sums.end());
}

void TargetStatistics::add(StatisticsTable table) {
  for (int k = 0; k <= table.statistics(); ++k) places_.push_back({tables_.size(), k});
  tables_.push_back(std::move(table));
  find_members();
}

void TargetStatistics::append(const TargetStatistics& others) {
  for (const StatisticsTable& table : others.tables_) add(table);
}

std::vector<int> TargetStatistics::keep(const std::vector<bool>& used) {
  std::vector<bool> is_kept(tables_.size());
  for (std::size_t c = 0; c < places_.size(); ++c)
    if (used[c]) is_kept[places_[c].table] = true;
  std::vector<int> numbers;
  int next = 0;
  for (const Place& place : places_) numbers.push_back(is_kept[place.table] ? next++ : -1);
  std::vector<StatisticsTable> all = std::exchange(tables_, {});
  places_.clear();
  for (std::size_t t = 0; t < all.size(); ++t)
    if (is_kept[t]) add(std::move(all[t]));
  find_members();
  return numbers;
}

void TargetStatistics::find_members() {
  members_.clear();
  for (const StatisticsTable& table : tables_)
    members_.insert(members_.end(), table.features().begin(), table.features().end());
  std::ranges::sort(members_);
  members_.erase(std::unique(members_.begin(), members_.end()), members_.end());
  member_places_.assign(tables_.size(), {});
  for (std::size_t t = 0; t < tables_.size(); ++t)
    for (std::size_t i = 0; i < tables_[t].features().size(); ++i)
      member_places_[t][i] =
          static_cast<int>(std::ranges::lower_bound(members_, tables_[t].features()[i]) - members_.begin());
}

}  // namespace linden
