// Whatever a model or a metric could see changes the checksum.
#include "selection/data_checksum.hpp"

#include <gtest/gtest.h>

#include <set>

#include "selection/some_data.hpp"

namespace linden {
namespace {

TEST(ChecksumOf, SeesWhateverDiffers) {
  const Dataset data = some_data(20, 2);
  const std::vector<double> ones(20, 1.0), twos(20, 2.0);
  std::set<std::string> seen;
  const auto add = [&](const Dataset& other) { return seen.insert(checksum_of(other)).second; };
  EXPECT_TRUE(add(data));
  EXPECT_FALSE(add(some_data(20, 2)));
  EXPECT_TRUE(add(some_data(20, 2, 5)));
  EXPECT_TRUE(add(data.with_label(ones)));
  EXPECT_TRUE(add(data.with_weight(ones)));
  EXPECT_TRUE(add(data.with_weight(twos)));
  EXPECT_TRUE(add(data.with_offset(ones)));
  EXPECT_TRUE(add(data.with_groups(GroupList::sizes({10, 10}))));
  EXPECT_TRUE(add(data.with_groups(GroupList::sizes({9, 11}))));
  EXPECT_TRUE(add(data.without("x1")));
  EXPECT_TRUE(add(data.with_column("x1", ones)));
  EXPECT_TRUE(add(data.with_label(std::vector<std::string>(20, "a"))));
  EXPECT_TRUE(add(Dataset::from_csr(std::vector{0, 1}, std::vector{0}, std::vector{1.0}, 2)));
  EXPECT_TRUE(add(Dataset::from_csr(std::vector{0, 1}, std::vector{1}, std::vector{1.0}, 2)));
}

TEST(ChecksumOf, FoldsDifferByTheirRows) {
  const Dataset data = some_data(20, 2);
  EXPECT_EQ(checksum_of(data.folds()), checksum_of(data.folds()));
  EXPECT_NE(checksum_of(data.folds()), checksum_of(data.folds({.seed = 1})));
  EXPECT_NE(checksum_of({{.train = {0, 1}, .test = {2}}}), checksum_of({{.train = {0}, .test = {1, 2}}}));
}

}  // namespace
}  // namespace linden
