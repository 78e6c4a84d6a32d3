// Sparse entries by columns.
#include "rows/by_column.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace linden {
namespace {

TEST(ByColumn, RowsAscendWithinAColumn) {
  const std::vector<std::int64_t> offsets{0, 2, 2, 5, 6};
  const std::vector<std::int32_t> indices{2, 0, 0, 1, 2, 0};
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  RowsView rows{.rows = 4, .features = 4, .sparse = true};
  rows.entries = {offsets.data(), indices.data(), values.data(), DType::f32};
  rows.entry_columns = 4;
  const auto floats = [](const ByColumn& by_column) {
    std::vector<float> copy(by_column.values.size() / sizeof(float));
    std::memcpy(copy.data(), by_column.values.data(), by_column.values.size());
    return copy;
  };
  const ByColumn all(rows);
  EXPECT_EQ(all.offsets, (std::vector<std::int64_t>{0, 3, 4, 6, 6}));
  EXPECT_EQ(all.indices, (std::vector<std::int32_t>{0, 2, 3, 2, 0, 2}));
  EXPECT_EQ(floats(all), (std::vector<float>{2, 3, 6, 4, 1, 5}));
  rows.rows = 2;
  rows.entries.offsets += 2;  // rows in the middle of others are numbered from 0
  const ByColumn some(rows);
  EXPECT_EQ(some.offsets, (std::vector<std::int64_t>{0, 2, 3, 4, 4}));
  EXPECT_EQ(some.indices, (std::vector<std::int32_t>{0, 1, 0, 0}));
  EXPECT_EQ(floats(some), (std::vector<float>{3, 6, 4, 5}));
}

}  // namespace
}  // namespace linden
