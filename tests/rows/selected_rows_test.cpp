// Features of rows, some of them, in an order of their own.
#include "rows/selected_rows.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "backend/raw_value.hpp"

namespace linden {
namespace {

TEST(SelectedRows, DenseColumns) {
  const std::vector<double> wide{1, 2};
  const std::vector<float> narrow{3, 4};
  const std::vector<ColumnView> columns{{wide.data(), 1, DType::f64}, {narrow.data(), 1, DType::f32}};
  const RowsView rows{.rows = 2, .features = 2, .columns = columns.data()};
  const SelectedRows both(rows, std::vector<int>{1, 0}), one(rows, std::vector<int>{1}), none(rows, std::vector<int>{});
  EXPECT_EQ(both.view().features, 2);
  EXPECT_EQ(raw_value(both.view().columns[0], 1), 4);
  EXPECT_EQ(raw_value(both.view().columns[1], 1), 2);
  EXPECT_FALSE(both.view().all_f32);
  EXPECT_TRUE(one.view().all_f32);
  EXPECT_EQ(none.view().features, 0);
  EXPECT_EQ(none.view().rows, 2);
}

TEST(SelectedRows, ColumnsOfSparseRows) {
  const std::vector<std::int64_t> offsets{0, 3};
  const std::vector<std::int32_t> indices{0, 1, 2}, feature_of_column{2, -1, 0};
  const std::vector<double> values{7, 8, 9};
  RowsView rows{.rows = 1, .features = 3, .sparse = true};
  rows.entries = {offsets.data(), indices.data(), values.data(), DType::f64};
  rows.entry_columns = 3;
  const SelectedRows plain(rows, std::vector<int>{2, 0});
  EXPECT_EQ(entry_feature(plain.view(), 0), 1);
  EXPECT_EQ(entry_feature(plain.view(), 1), -1);
  EXPECT_EQ(entry_feature(plain.view(), 2), 0);
  rows.feature_of_column = feature_of_column.data();
  const SelectedRows again(rows, std::vector<int>{2, 1});  // a selection of a selection
  EXPECT_EQ(entry_feature(again.view(), 0), 0);
  EXPECT_EQ(entry_feature(again.view(), 1), -1);
  EXPECT_EQ(entry_feature(again.view(), 2), -1);
}

}  // namespace
}  // namespace linden
