// Tables of statistics: numbers of tuples, what is found in them, and which of them are kept.
#include "boosting/categories/statistics_table.hpp"

#include <gtest/gtest.h>

#include <set>

namespace linden {
namespace {

StatisticsTable table_of(std::vector<int> features, std::vector<std::int64_t> categories,
                         std::vector<double> prior = {0.5}) {
  return {std::move(features), TupleKey(std::move(categories)), 2, std::move(prior)};
}

TEST(TupleKey, IsOneNumberForEachTuple) {
  const TupleKey key({2, 3, 1});
  EXPECT_EQ(key.tuples(), 3u * 4u * 2u);
  std::set<std::uint64_t> keys;
  for (int a = -1; a < 2; ++a)
    for (int b = -1; b < 3; ++b)
      for (int c = -1; c < 1; ++c) {
        const int codes[] = {a, b, c};
        keys.insert(key.of([&](std::size_t i) { return codes[i]; }));
      }
  EXPECT_EQ(keys.size(), key.tuples());
  EXPECT_EQ(*keys.rbegin(), key.tuples() - 1);
}

TEST(TupleKey, KnowsWhenThereAreTooManyTuples) {
  const std::int64_t million = 1'000'000;
  EXPECT_EQ(TupleKey({million, million, million}).tuples(), 1'000'003'000'003'000'001u);
  EXPECT_EQ(TupleKey({million, million, 5 * million}).tuples(), 0u);
}

TEST(StatisticsTable, DrawsMeansTowardsThePrior) {
  StatisticsTable table = table_of({4}, {3}, {0.25, 0.75});
  table.add(1, 6, std::vector<double>{3, 1});  // of code 0
  const auto found = [&](std::int32_t code) { return table.find([&](std::size_t) { return code; }); };
  EXPECT_EQ(found(0), 0);
  EXPECT_EQ(table.value(0, 0), (3 + 2 * 0.25) / 8);
  EXPECT_EQ(table.value(0, 1), (1 + 2 * 0.75) / 8);
  EXPECT_EQ(table.value(0, 2), 6);
  for (const std::int32_t code : {1, 2, missing_code, unseen_code}) {
    EXPECT_EQ(found(code), -1);
    EXPECT_EQ(table.value(-1, 1), 0.75);
    EXPECT_EQ(table.value(-1, 2), 0);
  }
}

TEST(TargetStatistics, KeepWhatIsUsed) {
  TargetStatistics all;
  all.add(table_of({1}, {3}));
  all.add(table_of({0, 2}, {3, 3}, {0.1, 0.9}));
  all.add(table_of({2, 5, 7}, {3, 3, 3}));
  EXPECT_EQ(all.columns(), 2 + 3 + 2);
  EXPECT_EQ(all.members(), (std::vector<int>{0, 1, 2, 5, 7}));
  EXPECT_EQ(all.place(4).table, 1u);
  EXPECT_EQ(all.place(4).statistic, 2);
  EXPECT_EQ(all.keep({false, false, false, true, false, false, true}), (std::vector<int>{-1, -1, 0, 1, 2, 3, 4}));
  EXPECT_EQ(all.columns(), 5);
  EXPECT_EQ(all.members(), (std::vector<int>{0, 2, 5, 7}));
  EXPECT_EQ(all.place(3).table, 1u);
  EXPECT_EQ(all.member_places(1), (std::array<int, 3>{1, 2, 3}));
  EXPECT_EQ(all.keep(std::vector<bool>(5)), std::vector<int>(5, -1));
  EXPECT_TRUE(all.empty());
}

}  // namespace
}  // namespace linden
