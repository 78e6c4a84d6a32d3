// Datasets seen as kernels read them: nothing is copied, features stand in the order asked for.
#include "rows/dataset_rows.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "backend/raw_value.hpp"
#include "boosting/random_data.hpp"

namespace linden {
namespace {

TEST(DatasetRows, DenseFeaturesInTheOrderAskedFor) {
  RandomData data;
  add_numbers(data, {1, 2, missing_value});
  add_codes(data, {1, 0, -1}, 2);
  data.label.assign(3, 0);
  const Dataset dataset = data.dataset();
  std::vector<FeatureSource> sources = plain_sources(std::vector<int>{1, 0});
  sources[0].code = {7, -1};
  const DatasetRows raw(dataset, sources);
  const RowsView& rows = raw.view();
  ASSERT_EQ(rows.rows, 3);
  ASSERT_EQ(rows.features, 2);
  EXPECT_FALSE(rows.sparse);
  EXPECT_FALSE(rows.all_f32);
  EXPECT_EQ(rows.columns[1].values, view_of(dataset.columns()[0]).values);
  EXPECT_EQ(raw_value(rows.columns[0], 0), -1);
  EXPECT_EQ(raw_value(rows.columns[0], 1), 7);
  EXPECT_EQ(raw_value(rows.columns[0], 2), -1);
  EXPECT_EQ(raw_value(rows.columns[1], 1), 2);
}

TEST(DatasetRows, SinglePrecisionThroughoutIsSaid) {
  const std::vector<float> narrow{1, 2, 3, 4, 5, 6};
  const Dataset dataset = Dataset::from_rows(std::span<const float>(narrow), 3);
  const DatasetRows raw(dataset, plain_sources(std::vector<int>{2, 0}));
  EXPECT_TRUE(raw.view().all_f32);
  EXPECT_EQ(raw.view().columns[0].stride, 3);
  EXPECT_EQ(raw_value(raw.view().columns[0], 1), 6);
}

TEST(DatasetRows, SparseColumnsOfNoUseAndFeaturesThatAreNotThere) {
  const std::vector<std::int64_t> offsets{0, 2, 3};
  const std::vector<std::int32_t> columns{0, 2, 1};
  const std::vector<double> values{1, 2, 3};
  const Dataset dataset = Dataset::from_csr(std::span<const std::int64_t>(offsets),
                                            std::span<const std::int32_t>(columns), std::span<const double>(values), 3);
  const DatasetRows raw(dataset, plain_sources(std::vector<int>{2, -1, 1}));
  const RowsView& rows = raw.view();
  EXPECT_TRUE(rows.sparse);
  ASSERT_EQ(rows.features, 3);
  ASSERT_EQ(rows.entry_columns, 3);
  EXPECT_EQ(rows.entries.values, dataset.sparse().values.data<double>());
  EXPECT_EQ(entry_feature(rows, 0), -1);
  EXPECT_EQ(entry_feature(rows, 1), 0);
  EXPECT_EQ(entry_feature(rows, 2), 2);
  EXPECT_EQ(entry_value(rows.entries, 2), 3);
}

TEST(DatasetRows, AllColumnsAsTheyStand) {
  RandomData data;
  add_numbers(data, {1, 2});
  add_codes(data, {1, 0}, 2);
  data.label.assign(2, 0);
  const Dataset dense = data.dataset();
  const DatasetRows raw(dense);
  ASSERT_EQ(raw.view().features, 2);
  EXPECT_EQ(raw.view().columns[0].values, view_of(dense.columns()[0]).values);
  EXPECT_EQ(raw.view().columns[1].code, nullptr);

  const std::vector<std::int64_t> offsets{0, 1};
  const std::vector<std::int32_t> columns{4};
  const std::vector<double> values{3};
  const Dataset sparse = Dataset::from_csr(std::span<const std::int64_t>(offsets),
                                           std::span<const std::int32_t>(columns), std::span<const double>(values), 6);
  const DatasetRows entries(sparse);
  EXPECT_EQ(entries.view().features, 6);
  EXPECT_EQ(entries.view().entry_columns, 6);
  EXPECT_EQ(entries.view().feature_of_column, nullptr);
  EXPECT_EQ(entry_feature(entries.view(), 0), 4);
}

}  // namespace
}  // namespace linden
