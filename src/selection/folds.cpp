// Folds that Dataset::folds does not deal: by time, and several times over.
#include <algorithm>
#include <cmath>
#include <linden/cross_validation.hpp>
#include <numeric>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"

namespace linden {
namespace {

using Rows = std::vector<std::int64_t>;

// One time a row, or nothing; a group of the data has one.
std::span<const double> checked_times(const Dataset& data, const TimeFoldOptions& options) {
  constexpr const char* where = "folds_by_time";
  if (options.count < 1) fail<ArgumentError>("{}: .count is {}; it must be 1 or more.", where, options.count);
  if (options.gap < 0) fail<ArgumentError>("{}: .gap is {}; it must be >= 0.", where, options.gap);
  if (options.window < 0) fail<ArgumentError>("{}: .window is {}; it must be >= 0.", where, options.window);
  if (options.time.empty()) return {};
  const Tensor& values = options.time.values();
  if (values.rank() != 1 || values.elements() != data.rows())
    fail<ArgumentError>("{}: .time is {}, but must be one number for each of {} rows.", where, values.shape().text(),
                        data.rows());
  const std::span<const double> times = options.time.span();
  const auto bad = std::ranges::find_if(times, [](double time) { return !std::isfinite(time); });
  if (bad != times.end()) fail<ArgumentError>("{}: .time is {} at {}.", where, *bad, data.where(bad - times.begin()));
  if (!data.has_groups()) return times;
  const std::span<const std::int64_t> groups = data.groups().span<const std::int64_t>();
  for (std::size_t g = 0; g + 1 < groups.size(); ++g)
    for (std::int64_t row = groups[g] + 1; row < groups[g + 1]; ++row)
      if (const auto r = static_cast<std::size_t>(row); times[r] != times[r - 1])
        fail<ArgumentError>(
            "{}: .time is {} at {} and {} at {}, but these rows are of one group of the data, whose rows stay "
            "together.",
            where, times[r - 1], data.where(row - 1), times[r], data.where(row));
  return times;
}

// Where rows in the order of time may be cut: before each of these places, and at the end.
Rows places_to_cut(const Dataset& data, std::span<const double> times, const Rows& order) {
  Rows places;
  const auto time = [&](std::int64_t place) {
    return times[static_cast<std::size_t>(order[static_cast<std::size_t>(place)])];
  };
  if (!times.empty()) {
    for (std::int64_t place = 0; place < data.rows(); ++place)
      if (place == 0 || time(place) != time(place - 1)) places.push_back(place);
  } else if (data.has_groups()) {
    const std::span<const std::int64_t> groups = data.groups().span<const std::int64_t>();
    places.assign(groups.begin(), groups.end() - 1);
  } else {
    places.resize(order.size());
    std::iota(places.begin(), places.end(), 0);
  }
  places.push_back(data.rows());
  return places;
}

std::int64_t nearest_place(const Rows& places, std::int64_t wanted) {
  const auto above = std::ranges::lower_bound(places, wanted);
  if (above == places.begin() || *above - wanted <= wanted - *(above - 1)) return *above;
  return *(above - 1);
}

Rows rows_between(const Rows& order, std::int64_t begin, std::int64_t end) {
  Rows rows(order.begin() + begin, order.begin() + end);
  std::ranges::sort(rows);
  return rows;
}

}  // namespace

std::vector<Fold> folds_by_time(const Dataset& data, const TimeFoldOptions& options) try {
  const std::span<const double> times = checked_times(data, options);
  Rows order(static_cast<std::size_t>(data.rows()));
  std::iota(order.begin(), order.end(), 0);
  if (!times.empty())
    std::ranges::stable_sort(order, {}, [&](std::int64_t row) { return times[static_cast<std::size_t>(row)]; });
  const Rows places = places_to_cut(data, times, order);
  const std::int64_t parts = std::int64_t{options.count} + 1;
  const auto part_begin = [&](std::int64_t part) {
    // rows * part / parts, which may be too large a product
    const std::int64_t wanted = data.rows() / parts * part + data.rows() % parts * part / parts;
    return nearest_place(places, wanted);
  };
  std::vector<Fold> folds;
  for (int fold = 0; fold < options.count; ++fold) {
    const std::int64_t begin = part_begin(fold + 1), end = part_begin(fold + 2);
    if (begin == end || begin == 0)
      fail<ArgumentError>(
          "folds_by_time: .count is {}, but the {} rows cannot be cut into {} parts: there are {} {}. Hint: fewer "
          "folds.",
          options.count, data.rows(), parts, places.size() - 1,
          !times.empty()      ? "different times"
          : data.has_groups() ? "groups"
                              : "rows");
    const std::int64_t last = *(std::ranges::upper_bound(places, std::max<std::int64_t>(begin - options.gap, 0)) - 1);
    const std::int64_t first =
        options.window == 0 || options.window >= last ? 0 : *std::ranges::lower_bound(places, last - options.window);
    if (first >= last)
      fail<ArgumentError>(
          "folds_by_time: fold {} tests from {} on, and .gap = {} and .window = {} leave no row to train on.", fold + 1,
          data.where(order[static_cast<std::size_t>(begin)]), options.gap, options.window);
    folds.push_back({rows_between(order, first, last), rows_between(order, begin, end)});
  }
  return folds;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("folds_by_time");
}

std::vector<Fold> repeated_folds(const Dataset& data, const FoldOptions& options, int repeats) try {
  if (repeats < 1) fail<ArgumentError>("repeated_folds: repeats is {}; it must be 1 or more.", repeats);
  std::vector<Fold> all;
  FoldOptions dealt = options;
  for (int repeat = 0; repeat < repeats; ++repeat, ++dealt.seed)
    for (Fold& fold : data.folds(dealt)) all.push_back(std::move(fold));
  return all;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("repeated_folds");
}

}  // namespace linden
