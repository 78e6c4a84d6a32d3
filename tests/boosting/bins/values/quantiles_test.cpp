// Cut points against what they promise, and against a walk over all distinct values, of whatever numbers.
#include "boosting/bins/values/quantiles.hpp"

#include <gtest/gtest.h>

#include <map>

#include "boosting/random_data.hpp"

namespace linden {
namespace {

using Limits = std::numeric_limits<double>;

std::vector<ValueCount> counted(const std::vector<double>& values) {
  std::map<double, std::int64_t> rows;
  for (const double v : values) rows[v + 0.0] += !std::isnan(v);
  std::vector<ValueCount> counts;
  for (const auto& [value, count] : rows)
    if (count > 0) counts.push_back({value, count});
  return counts;
}

int bin_of(const std::vector<double>& cuts, double v) {
  return static_cast<int>(std::ranges::lower_bound(cuts, v) - cuts.begin());
}

double between(double a, double b) {
  const double middle = a / 2 + b / 2;
  return middle >= a && middle < b ? middle : a;
}

// The rule, value by value.
std::vector<double> cuts_by_the_rule(const std::vector<ValueCount>& values, int bins) {
  std::vector<double> cuts;
  const bool few = values.size() <= static_cast<std::size_t>(bins);
  std::int64_t left = 0, giants = 0, in_bin = 0, bins_left = bins;
  for (const ValueCount& v : values) left += v.rows;
  const std::int64_t all = left;
  for (const ValueCount& v : values) giants += v.rows * bins >= all;
  for (std::size_t i = 0; i + 1 < values.size(); ++i) {
    const auto is_giant = [&](std::size_t j) { return values[j].rows * bins >= all; };
    in_bin += values[i].rows;
    giants -= is_giant(i);
    const bool full = in_bin * bins_left >= left || (is_giant(i + 1) && bins_left > giants);
    if (!few && (!full || bins_left == 1)) continue;
    cuts.push_back(between(values[i].value, values[i + 1].value));
    left -= in_bin;
    in_bin = 0;
    --bins_left;
  }
  return cuts;
}

std::vector<std::int64_t> rows_of_bins(const std::vector<ValueCount>& values, const std::vector<double>& cuts) {
  if (values.empty()) return {};
  std::vector<std::int64_t> rows(cuts.size() + 1);
  for (const ValueCount& v : values) rows[bin_of(cuts, v.value)] += v.rows;
  return rows;
}

template <class T>
void expect_by_the_rule(const std::vector<double>& doubles, int bins, ValueRuns<T>& runs) {
  std::vector<T> values(doubles.begin(), doubles.end());
  const std::vector<ValueCount> counts = counted({values.begin(), values.end()});
  runs.spare().resize(values.size());
  std::ranges::transform(values, runs.spare().begin(), ValueRuns<T>::key_of);
  const std::int64_t missing = runs.take(runs.spare());
  EXPECT_EQ(missing, std::ranges::count_if(values, [](T v) { return std::isnan(v); }));
  std::vector<ValueRun> all;
  if (runs.all().rows > 0) all.push_back(runs.all());
  const Quantiles found = quantiles_of(
      all, bins, [&](const ValueRun& run, std::int64_t, std::vector<ValueRun>& parts) { runs.divide(run, parts); });
  EXPECT_EQ(found.cuts, cuts_by_the_rule(counts, bins));
  EXPECT_EQ(found.rows, rows_of_bins(counts, found.cuts));
  EXPECT_EQ(quantiles_of(counts, bins).cuts, found.cuts);
  EXPECT_EQ(quantiles_of(counts, bins).rows, found.rows);
}

TEST(Quantiles, EveryValueHasItsBinWhereThereIsRoom) {
  EXPECT_EQ(quantiles_of(counted({1, 2, 4}), 3).cuts, (std::vector<double>{1.5, 3}));
  EXPECT_EQ(quantiles_of(counted({-5}), 4).cuts, std::vector<double>{});
  EXPECT_EQ(quantiles_of(std::vector<ValueCount>{}, 4).cuts, std::vector<double>{});
  EXPECT_EQ(quantiles_of(std::vector<ValueCount>{}, 4).rows, std::vector<std::int64_t>{});
}

TEST(Quantiles, LieBetweenNeighboursHoweverCloseOrFar) {
  const double most = Limits::max(), least = Limits::denorm_min();
  const std::vector<double> values{-most, -1, -least, 0, least, 2 * least, 1, std::nextafter(1, 2), 1e300, most};
  const std::vector<double> cuts = quantiles_of(counted(values), 100).cuts;
  ASSERT_EQ(cuts.size(), values.size() - 1);
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    EXPECT_LE(values[i], cuts[i]);
    EXPECT_LT(cuts[i], values[i + 1]);
  }
}

TEST(Quantiles, ManyValuesShareBinsOfNearlyEqualRows) {
  for (const int distinct : {300, 1000, 12345})
    for (const int bins : {3, 15, 255}) {
      std::vector<double> values;
      for (int i = 0; i < distinct; ++i) values.push_back(std::sqrt(i));
      const Quantiles found = quantiles_of(counted(values), bins);
      ASSERT_EQ(static_cast<int>(found.cuts.size()), bins - 1);
      EXPECT_EQ(found.rows, rows_of_bins(counted(values), found.cuts));
      for (const std::int64_t n : found.rows)
        EXPECT_NEAR(static_cast<double>(n), static_cast<double>(distinct) / bins, 1) << distinct << " " << bins;
    }
}

TEST(Quantiles, CutsThatAreForcedDivideWhatIsCutByTheRule) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    std::vector<double> all;
    for (int i = 1 + random.below(600); i > 0; --i)
      all.push_back(random.chance(0.3) ? random.below(8) : random.normal() * 10);
    std::vector<ValueCount> values = counted(all);
    for (ValueCount& v : values) v.weight = 1 + random.below(seed % 2 ? 1 : 50);
    std::vector<double> forced;
    for (int i = random.below(6); i > 0; --i) forced.push_back(random.chance(0.5) ? random.below(8) : random.normal());
    std::ranges::sort(forced);
    forced.erase(std::unique(forced.begin(), forced.end()), forced.end());
    const int bins = static_cast<int>(forced.size()) + 1 + random.below(60);
    const std::vector<double> found = cuts_with(forced, values, bins);
    ASSERT_LT(std::ssize(found), bins) << seed;
    // Each bin has values, and each forced cut that has values on both sides, apart from those of a lower one, is
    // there.
    for (const std::int64_t rows : rows_of_bins(values, found)) EXPECT_GT(rows, 0) << seed;
    EXPECT_EQ(linden::rows_of_bins(values, found), rows_of_bins(values, found));
    std::size_t first = 0;
    const auto check_part = [&](std::size_t last, double low, double high) {
      std::vector<double> own;
      for (const double cut : found)
        if (cut > low && cut < high) own.push_back(cut);
      std::vector<ValueCount> part(values.begin() + static_cast<std::ptrdiff_t>(first),
                                   values.begin() + static_cast<std::ptrdiff_t>(last));
      for (ValueCount& v : part) v.rows = v.weight;  // what the rule counts
      bool by_the_rule = false;                      // which may leave a few bins empty
      for (int more = 1; more <= bins && !by_the_rule; ++more)
        by_the_rule |= own == cuts_by_the_rule(part, static_cast<int>(own.size()) + more);
      EXPECT_TRUE(by_the_rule) << seed;
      first = last;
    };
    double low = -Limits::infinity();
    for (const double cut : forced) {
      const auto last =
          static_cast<std::size_t>(std::ranges::count_if(values, [&](const ValueCount& v) { return v.value <= cut; }));
      if (last == first || last == values.size()) continue;
      EXPECT_TRUE(std::ranges::binary_search(found, cut)) << seed;
      check_part(last, low, cut);
      low = cut;
    }
    check_part(values.size(), low, Limits::infinity());
    if (std::ssize(values) <= bins) {
      EXPECT_EQ(found.size() + 1, values.size()) << seed;
    }
    if (forced.empty()) {
      EXPECT_EQ(found, quantiles_of(values, bins).cuts);
    }
  }
}

TEST(Quantiles, AFrequentValueIsAloneInItsBin) {
  std::vector<ValueCount> values;
  for (int i = 0; i < 1000; ++i) values.push_back({static_cast<double>(i), i == 500 ? 100'000 : 1});
  const std::vector<double> cuts = quantiles_of(values, 16).cuts;
  EXPECT_LE(static_cast<int>(cuts.size()), 15);
  EXPECT_LT(bin_of(cuts, 499), bin_of(cuts, 500));
  EXPECT_LT(bin_of(cuts, 500), bin_of(cuts, 501));
}

// Of all kinds of columns: smooth, stepped, spiked, far apart, close together, odd.
TEST(Quantiles, OfRunsAreThoseOfAllValues) {
  ValueRuns<float> floats;
  ValueRuns<double> doubles;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Random random(seed);
    const int kind = static_cast<int>(seed % 10);
    const int count = random.one_of({0, 1, 2, 50, 64, 65, 300, 3000, 20'000});
    std::vector<double> values;
    for (int i = 0; i < count; ++i) {
      const double x = random.normal();
      values.push_back(kind == 0   ? x
                       : kind == 1 ? std::round(x * 3)
                       : kind == 2 ? std::round(x * 1000) / 1000
                       : kind == 3 ? (random.chance(0.7) ? 0 : x)
                       : kind == 4 ? x * std::pow(10.0, random.below(600) - 300)
                       : kind == 5 ? 1e9 + random.below(100'000) * 0.001
                       : kind == 6 ? (random.chance(0.01) ? 1e12 : std::exp(10 * x))
                       : kind == 7 ? Limits::denorm_min() * random.below(400)
                       : kind == 8 ? random.one_of({-0.0, 0.0, 1.0, -Limits::infinity(), Limits::infinity(), x})
                                   : 7.0);
      if (kind % 2 == 0 && random.chance(0.1)) values.back() = missing_value;
    }
    for (const int bins : {1, 2, 15, 255, 256}) {
      SCOPED_TRACE(fmt::format("seed {}, {} rows, {} bins", seed, count, bins));
      expect_by_the_rule(values, bins, floats);
      expect_by_the_rule(values, bins, doubles);
    }
  }
}

TEST(Quantiles, OfNothingButMissingValuesAreNone) {
  ValueRuns<double> runs;
  expect_by_the_rule({missing_value, missing_value}, 4, runs);
}

}  // namespace
}  // namespace linden
