// Dataset::split and folds. Rows are dealt in an order: a random one, or by label with equal labels in random order,
// so that any stretch of it is dealt evenly. Groups are dealt whole, by their sizes.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "backend/math/philox.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "data/dataset/builder.hpp"
#include "data/dataset/groups.hpp"

namespace linden {
namespace {

using Rows = std::vector<std::int64_t>;

std::uint64_t bits_of(std::uint64_t seed, std::int64_t index) {
  return random_bits(seed, Draw::split, 0, static_cast<std::uint64_t>(index));
}

// The `count` rows with the smallest random numbers: every subset of this size is as likely.
std::vector<bool> draw(std::int64_t rows, std::int64_t count, std::uint64_t seed) {
  std::vector<std::pair<std::uint64_t, std::int64_t>> order(static_cast<std::size_t>(rows));
  for (std::int64_t r = 0; r < rows; ++r) order[static_cast<std::size_t>(r)] = {bits_of(seed, r), r};
  std::nth_element(order.begin(), order.begin() + count, order.end());
  std::vector<bool> drawn(static_cast<std::size_t>(rows), false);
  for (std::int64_t i = 0; i < count; ++i)
    drawn[static_cast<std::size_t>(order[static_cast<std::size_t>(i)].second)] = true;
  return drawn;
}

// All rows in random order, by label if there is one.
Rows dealing_order(std::int64_t rows, std::span<const double> label, std::uint64_t seed) {
  Rows order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](std::int64_t row) {
    return std::tuple(label.empty() ? 0 : label[static_cast<std::size_t>(row)], bits_of(seed, row), row);
  });
  return order;
}

// Rows that stay together, in random order of the groups.
std::vector<Rows> groups_of(std::span<const double> groups, std::uint64_t seed) {
  Rows order(groups.size());
  std::iota(order.begin(), order.end(), 0);
  const auto group = [&](std::int64_t row) { return groups[static_cast<std::size_t>(row)]; };
  std::ranges::stable_sort(order, {}, group);
  std::vector<Rows> all;
  for (const std::int64_t row : order) {
    if (all.empty() || group(all.back().back()) != group(row)) all.emplace_back();
    all.back().push_back(row);
  }
  std::vector<std::size_t> shuffled(all.size());
  std::iota(shuffled.begin(), shuffled.end(), std::size_t{0});
  std::ranges::sort(shuffled, {}, [&](std::size_t g) { return bits_of(seed, static_cast<std::int64_t>(g)); });
  std::vector<Rows> result;
  for (const std::size_t g : shuffled) result.push_back(std::move(all[g]));
  return result;
}

// The label to stratify by, or nothing; checks what split and folds have in common.
template <class Options>
std::span<const double> strata(const char* where, const Dataset& data, const Options& options) {
  if (options.stratified && !options.groups.empty())
    fail<ArgumentError>("{}: both strata and groups are asked for. Hint: choose one.", where);
  if (options.stratified && data.has_groups())
    fail<ArgumentError>(
        "{}: strata are asked for, and the data has groups, whose rows stay together. Hint: leave one of them out.",
        where);
  if (options.stratified && !data.has_label())
    fail<ArgumentError>("{}: the strata are those of the label, and the data has none.", where);
  if (options.stratified && data.label().rank() == 2)
    fail<ArgumentError>("{}: the strata are those of one label, and the data has {} a row.", where,
                        data.label().size(1));
  if (!options.groups.empty() && options.groups.values().elements() != data.rows())
    fail<ArgumentError>("{}: {} groups are given for {} rows.", where, options.groups.values().elements(), data.rows());
  const auto groups = options.groups.span();
  const auto bad = std::ranges::find_if(groups, [](double group) { return !std::isfinite(group); });
  if (bad != groups.end()) {
    const std::int64_t row = bad - groups.begin();
    fail<ArgumentError>("{}: the group is {} at {}.", where, *bad, data.where(row));
  }
  return options.stratified ? data.label().span<const double>() : std::span<const double>();
}

// The group of each row, those of the options, else the data's own; empty where each row stands for itself. Throws
// where the groups of the options tear one of the data's apart.
template <class Options>
std::vector<double> kept_together(const char* where, const Dataset& data, const Options& options) {
  const std::span<const double> asked = options.groups.span();
  const std::vector<std::int64_t> own = group_numbers(data.groups());
  if (asked.empty()) return {own.begin(), own.end()};
  for (std::size_t row = 1; row < own.size(); ++row)
    if (own[row] == own[row - 1] && asked[row] != asked[row - 1]) {
      const auto place = [&](std::size_t r) { return data.where(static_cast<std::int64_t>(r)); };
      fail<ArgumentError>(
          "{}: .groups has {} at {} and {} at {}, but these rows are of one group of the data, whose rows stay "
          "together.",
          where, asked[row - 1], place(row - 1), asked[row], place(row));
    }
  return {asked.begin(), asked.end()};
}

Fold fold_of(const std::vector<bool>& is_test) {
  Fold fold;
  for (std::size_t r = 0; r < is_test.size(); ++r)
    (is_test[r] ? fold.test : fold.train).push_back(static_cast<std::int64_t>(r));
  return fold;
}

// Whole groups, while they bring the number of rows nearer to `count`.
std::vector<bool> draw_groups(std::span<const double> groups, std::int64_t count, std::uint64_t seed) {
  std::vector<bool> is_test(groups.size());
  std::int64_t taken = 0;
  for (const Rows& group : groups_of(groups, seed)) {
    const auto size = static_cast<std::int64_t>(group.size());
    if (std::abs(taken + size - count) > std::abs(taken - count)) continue;
    taken += size;
    for (const std::int64_t row : group) is_test[static_cast<std::size_t>(row)] = true;
  }
  return is_test;
}

}  // namespace

std::pair<Dataset, Dataset> Dataset::split(const SplitOptions& options) const try {
  constexpr const char* where = "Dataset::split";
  const double fraction = options.test_fraction;
  if (!(fraction > 0 && fraction < 1))
    fail<ArgumentError>("{}: .test_fraction is {}, but must be above 0 and below 1.", where, fraction);
  const std::span<const double> label = strata(where, *this, options);
  const std::int64_t rows = state_->rows, count = std::llround(static_cast<double>(rows) * fraction);
  std::vector<bool> is_test(static_cast<std::size_t>(rows));
  if (const std::vector<double> groups = kept_together(where, *this, options); !groups.empty()) {
    is_test = draw_groups(groups, count, options.seed);
  } else if (options.stratified) {
    const auto phase =
        rows == 0 ? 0 : static_cast<std::int64_t>(bits_of(options.seed, rows) % static_cast<std::uint64_t>(rows));
    const auto dealt = [&](std::int64_t i) { return (i * count + phase) / rows; };
    const Rows order = dealing_order(rows, label, options.seed);
    for (std::int64_t i = 0; i < rows; ++i)
      is_test[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])] = dealt(i + 1) > dealt(i);
  } else {
    is_test = draw(rows, count, options.seed);
  }
  const Fold parts = fold_of(is_test);
  if (parts.train.empty() || parts.test.empty())
    fail<ArgumentError>("{}: .test_fraction {} of {} rows leaves none for {}.", where, fraction, rows,
                        parts.test.empty() ? "testing" : "training");
  return {take(parts.train), take(parts.test)};
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::split");
}

std::vector<Fold> Dataset::folds(const FoldOptions& options) const try {
  constexpr const char* where = "Dataset::folds";
  const std::span<const double> label = strata(where, *this, options);
  if (options.count < 2 || options.count > state_->rows)
    fail<ArgumentError>("{}: .count is {}, but must be at least 2 and at most {}, the number of rows.", where,
                        options.count, state_->rows);
  const auto count = static_cast<std::size_t>(options.count);
  std::vector<std::vector<bool>> is_test(count, std::vector<bool>(static_cast<std::size_t>(state_->rows)));
  const std::vector<double> together = kept_together(where, *this, options);
  if (together.empty()) {
    const std::size_t phase = bits_of(options.seed, state_->rows) % count;
    const Rows order = dealing_order(state_->rows, label, options.seed);
    for (std::size_t i = 0; i < order.size(); ++i)
      is_test[(i + phase) % count][static_cast<std::size_t>(order[i])] = true;
  } else {
    std::vector<Rows> groups = groups_of(together, options.seed);
    if (groups.size() < count)
      fail<ArgumentError>("{}: .count is {}, but there are {} groups.", where, count, groups.size());
    std::ranges::stable_sort(groups, std::greater<>(), &Rows::size);
    std::vector<std::size_t> sizes(count);
    for (const Rows& group : groups) {  // the largest first, each to the smallest fold
      const auto smallest = std::ranges::min_element(sizes) - sizes.begin();
      sizes[static_cast<std::size_t>(smallest)] += group.size();
      for (const std::int64_t row : group)
        is_test[static_cast<std::size_t>(smallest)][static_cast<std::size_t>(row)] = true;
    }
  }
  std::vector<Fold> folds;
  for (const std::vector<bool>& test : is_test) folds.push_back(fold_of(test));
  return folds;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Dataset::folds");
}

}  // namespace linden
