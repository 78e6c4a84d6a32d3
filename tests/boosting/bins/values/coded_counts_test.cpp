// Values come back as they were, in as many bytes as their neighbourhood takes.
#include "boosting/bins/values/coded_counts.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "boosting/random_data.hpp"

namespace linden {
namespace {

void expect_same(const std::vector<ValueCount>& found, const std::vector<ValueCount>& wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].value, wanted[i].value);
    EXPECT_FALSE(found[i].value == 0 && std::signbit(found[i].value));
    EXPECT_EQ(found[i].weight, wanted[i].weight);
    EXPECT_EQ(found[i].rows, wanted[i].weight);
  }
}

TEST(CodedCounts, ListsComeBackOneAfterTheOther) {
  constexpr double infinity = std::numeric_limits<double>::infinity(), tiny = std::numeric_limits<double>::denorm_min(),
                   most = std::numeric_limits<double>::max();
  const std::vector<std::vector<ValueCount>> lists{
      {},
      {{0, 1}},
      {},
      {{-infinity, 3}, {-most, 1}, {-tiny, 1}, {0, std::int64_t{1} << 46}, {tiny, 1}, {1, 2}, {most, 1}, {infinity, 7}},
      {{-2.5, 128}},
      {},
      {{std::nextafter(1, 0), 1}, {1, 1}}};
  std::string bytes;
  for (const auto& list : lists) append_counts(list, bytes);
  std::string_view left = bytes;
  for (const auto& list : lists) {
    std::vector<ValueCount> found;
    take_counts(left, found);
    expect_same(found, list);
  }
  EXPECT_TRUE(left.empty());
}

TEST(CodedCounts, FloatsTakeFewBytes) {
  Random random(7);
  std::set<double> values;
  while (values.size() < 10'000) values.insert(static_cast<float>(random.normal()));
  std::vector<ValueCount> list;
  for (const double v : values) list.push_back({v, 1});
  std::string bytes;
  append_counts(list, bytes);
  EXPECT_LT(bytes.size(), 3 * list.size());
  std::string_view left = bytes;
  std::vector<ValueCount> found;
  take_counts(left, found);
  expect_same(found, list);
}

}  // namespace
}  // namespace linden
