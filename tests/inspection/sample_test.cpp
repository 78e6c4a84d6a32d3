// Rows that are drawn: as many as asked for, ascending, groups whole.
#include "inspection/sample.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "inspection/small_models.hpp"

namespace linden {
namespace {

TEST(Sample, DrawsRowsBySeed) {
  const Dataset data = plane(100);
  EXPECT_EQ(sampled_rows(data, 0, 1).size(), 100u);
  EXPECT_EQ(sampled_rows(data, 500, 1).size(), 100u);
  const std::vector<std::int64_t> rows = sampled_rows(data, 30, 1);
  EXPECT_EQ(rows.size(), 30u);
  EXPECT_TRUE(std::ranges::is_sorted(rows));
  EXPECT_EQ(std::ranges::adjacent_find(rows), rows.end());
  EXPECT_EQ(rows, sampled_rows(data, 30, 1));
  EXPECT_NE(rows, sampled_rows(data, 30, 2));
  EXPECT_EQ(taken(data, rows).rows(), 30);
}

TEST(Sample, DrawsGroupsWhole) {
  const Dataset data = plane(100).with_groups(GroupList::sizes(std::vector<int>(20, 5)));
  const std::vector<std::int64_t> rows = sampled_rows(data, 12, 7);
  ASSERT_EQ(rows.size(), 15u);
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i] % 5, static_cast<std::int64_t>(i % 5));
}

}  // namespace
}  // namespace linden
