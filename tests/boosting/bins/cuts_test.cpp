// Cut points against what they promise: every value its own bin where there is room, else nearly equal shares.
#include "boosting/bins/cuts.hpp"

#include <gtest/gtest.h>

#include "boosting/bins/category_bins.hpp"
#include "boosting/bins/radix_sort.hpp"
#include "boosting/random_data.hpp"

namespace linden {
namespace {

std::vector<ValueCount> counted(const std::vector<double>& values) {
  std::vector<ValueCount> counts;
  for (const double v : values) counts.push_back({v, 1});
  return counts;
}

int bin_of(const std::vector<double>& cuts, double v) {
  return static_cast<int>(std::ranges::lower_bound(cuts, v) - cuts.begin());
}

TEST(Cuts, EveryValueHasItsBinWhereThereIsRoom) {
  EXPECT_EQ(cut_values(counted({1, 2, 4}), 3), (std::vector<double>{1.5, 3}));
  EXPECT_EQ(cut_values(counted({-5}), 4), std::vector<double>{});
  EXPECT_EQ(cut_values({}, 4), std::vector<double>{});
}

TEST(Cuts, LieBetweenNeighboursHoweverCloseOrFar) {
  const double most = std::numeric_limits<double>::max(), least = std::numeric_limits<double>::denorm_min();
  std::vector<double> values{-most, -1, -least, 0, least, 2 * least, 1, std::nextafter(1, 2), 1e300, most};
  const std::vector<double> cuts = cut_values(counted(values), 100);
  ASSERT_EQ(cuts.size(), values.size() - 1);
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    EXPECT_LE(values[i], cuts[i]);
    EXPECT_LT(cuts[i], values[i + 1]);
  }
}

TEST(Cuts, ManyValuesShareBinsOfNearlyEqualRows) {
  for (const int distinct : {300, 1000, 12345})
    for (const int bins : {3, 15, 255}) {
      std::vector<double> values;
      for (int i = 0; i < distinct; ++i) values.push_back(std::sqrt(i));
      const std::vector<double> cuts = cut_values(counted(values), bins);
      ASSERT_EQ(static_cast<int>(cuts.size()), bins - 1);
      std::vector<int> rows(bins);
      for (const double v : values) ++rows[bin_of(cuts, v)];
      for (const int n : rows) EXPECT_NEAR(n, static_cast<double>(distinct) / bins, 1) << distinct << " " << bins;
    }
}

TEST(Cuts, AFrequentValueIsAloneInItsBin) {
  std::vector<ValueCount> values;
  for (int i = 0; i < 1000; ++i) values.push_back({static_cast<double>(i), i == 500 ? 100'000 : 1});
  const std::vector<double> cuts = cut_values(values, 16);
  EXPECT_LE(static_cast<int>(cuts.size()), 15);
  EXPECT_LT(bin_of(cuts, 499), bin_of(cuts, 500));
  EXPECT_LT(bin_of(cuts, 500), bin_of(cuts, 501));
}

TEST(Cuts, OfDataCountTheMissingBin) {
  RandomData data;
  std::vector<double> values;
  for (int i = 0; i < 400; ++i) values.push_back(i % 4 == 3 ? missing_value : i);
  add_numbers(data, values);
  add_numbers(data, std::vector<double>(400, missing_value));
  add_numbers(data, std::vector<double>(400, 2));
  std::vector<double> codes;
  for (int i = 0; i < 400; ++i) codes.push_back(i % 50 == 0 ? -1 : i % 10 < 5 ? 7 : i % 10);
  add_codes(data, codes, 12);
  data.label.assign(400, 0);
  Workers workers(2);
  const std::vector<float> none(400, 0), ones(400, 1);
  const RowSlopes slopes[] = {{none, ones}};
  const Dataset dataset = data.dataset();
  DatasetSource source(dataset);
  const std::vector<Cuts> cuts = make_cuts(source, 8, slopes, workers);
  EXPECT_EQ(cuts[0].bins, 8);
  EXPECT_TRUE(cuts[0].has_missing);
  EXPECT_LT(cuts[1].bins, 2);
  EXPECT_LT(cuts[2].bins, 2);
  EXPECT_EQ(cuts[3].bins, 6);  // 7 (more often than the others together), 5, 6, 8, 9, missing
  EXPECT_EQ(cuts[3].bin_of[7], 0);
  EXPECT_TRUE(cuts[3].seen[9]);
  EXPECT_FALSE(cuts[3].seen[0]);
  EXPECT_FALSE(cuts[3].seen[11]);
}

TEST(RadixSort, SortsLikeStdSort) {
  Random random(1);
  for (const int count : {0, 1, 255, 256, 1000, 70'000})
    for (const bool floats : {false, true}) {
      std::vector<double> values;
      for (int i = 0; i < count; ++i) {
        const double v = random.normal() * std::pow(10.0, random.below(600) - 300);
        const auto f = static_cast<float>(random.normal() * std::pow(10.0, random.below(60) - 30));
        values.push_back(i % 50 == 0 ? -0.0 : i % 50 == 1 ? 0.0 : floats ? f : v);
      }
      std::vector<double> wanted = values;
      std::ranges::sort(wanted);
      SortScratch scratch;
      radix_sort(values, scratch);
      EXPECT_EQ(values, wanted) << count << " " << floats;
      for (const double v : values) EXPECT_FALSE(v == 0 && std::signbit(v));
    }
}

}  // namespace
}  // namespace linden
