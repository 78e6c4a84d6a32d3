// Grouping by label: exact weights, ascending order, a limit.
#include "loss/label_groups.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace linden {
namespace {

using Values = std::vector<double>;

Values copy(std::span<const double> values) { return {values.begin(), values.end()}; }

TEST(LabelGroups, SumWeightsByDistinctLabel) {
  const Values labels{3, -1, 3, 0, -0.0, 2.5}, weights{1, 2, 4, 8, 16, 32};
  const LabelGroups weighted({labels, weights}, 5), counted({labels, {}}, 5);
  ASSERT_TRUE(weighted.complete());
  EXPECT_EQ(copy(weighted.points().labels), (Values{-1, 0, 2.5, 3}));
  EXPECT_EQ(copy(weighted.points().weights), (Values{2, 24, 32, 5}));
  EXPECT_EQ(copy(counted.points().weights), (Values{1, 2, 1, 2}));
}

TEST(LabelGroups, GiveUpBeyondTheirNumber) {
  Values labels(1000);
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<double>(i % 101);
  EXPECT_FALSE(LabelGroups({labels, {}}, 100).complete());
  EXPECT_TRUE(LabelGroups({labels, {}}, 101).complete());
  EXPECT_TRUE(LabelGroups({{}, {}}, 101).complete());
}

}  // namespace
}  // namespace linden
