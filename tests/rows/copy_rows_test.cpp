// Rows copied column by column, whatever their layout.
#include "rows/copy_rows.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace linden {
namespace {

TEST(CopyRows, DenseColumnsOfAnyStrideAndType) {
  const std::vector<double> wide{1, 2, 3, 4, 5, 6, 7, 8};  // two columns side by side
  const std::vector<float> narrow{0.5f, 1.5f, std::nanf(""), 3.5f};
  const std::vector<std::int32_t> codes{0, 2, -1, 1};
  const std::vector<std::int32_t> known{5, 6, -1};
  const std::vector<ColumnView> columns{
      {wide.data() + 1, 2, DType::f64}, {narrow.data(), 1, DType::f32}, {codes.data(), 1, DType::i32, 3, known.data()}};
  const RowsView rows{.rows = 4, .features = 3, .columns = columns.data()};
  std::vector<double> out(3 * 5, -7);
  copy_rows(rows, 1, 4, out.data(), 5);
  const std::vector<double> wanted{4, 6, 8, -7, -7, 1.5, std::nan(""), 3.5, -7, -7, -1, -1, 6, -7, -7};
  for (std::size_t i = 0; i < wanted.size(); ++i)
    EXPECT_TRUE(out[i] == wanted[i] || (std::isnan(out[i]) && std::isnan(wanted[i]))) << i << ": " << out[i];
}

TEST(CopyRows, SparseRowsWithTheirZeros) {
  const std::vector<std::int64_t> offsets{0, 2, 2, 4};
  const std::vector<std::int32_t> indices{0, 3, 2, 3}, feature_of_column{1, -1, -1, 0};
  const std::vector<float> values{1, 2, 3, 4};
  RowsView rows{.rows = 3, .features = 2, .sparse = true};
  rows.entries = {offsets.data(), indices.data(), values.data(), DType::f32};
  rows.entry_columns = 4;
  rows.feature_of_column = feature_of_column.data();
  std::vector<float> out(6, -7);
  copy_rows(rows, 0, 3, out.data(), 3);
  EXPECT_EQ(out, (std::vector<float>{2, 0, 4, 1, 0, 0}));
  rows.features = 4;
  rows.feature_of_column = nullptr;  // a column is the feature of its number
  out.assign(4, -7);
  copy_rows(rows, 2, 3, out.data(), 1);
  EXPECT_EQ(out, (std::vector<float>{0, 0, 3, 4}));
}

}  // namespace
}  // namespace linden
