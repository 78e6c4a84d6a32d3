// A feature's values in rows that are dense, sparse, or of other categories, and rows with others in their place.
#include "inspection/feature_column.hpp"

#include <gtest/gtest.h>

#include "inspection/small_models.hpp"

namespace linden {
namespace {

TEST(FeatureColumn, TranslatesCategories) {
  const BoostedModel model = mixed_model();
  const Dataset data = Dataset()
                           .with_column("kind", NameList({"zebra", "c", "", "a"}))
                           .with_column("x", NumberList({1.0, 2.0, 3.0, 4.0}));
  const AnyModel any = model;
  const FeatureColumn column("here", any, data, 1);
  EXPECT_TRUE(std::isnan(column.values()[0]));  // the model knows no zebra
  EXPECT_EQ(column.values()[1], 2);
  EXPECT_TRUE(std::isnan(column.values()[2]));
  EXPECT_EQ(column.values()[3], 0);
  // The same values in the model's terms give the same predictions.
  const Tensor before = model.predict(data), after = model.predict(column.with(column.values()));
  for (int row = 0; row < 4; ++row) EXPECT_EQ(before.at<double>({row}), after.at<double>({row}));
}

TEST(FeatureColumn, OfSparseRowsIsThatOfTheirMatrix) {
  const std::vector<std::int64_t> offsets{0, 2, 2, 5, 6};
  const std::vector<std::int32_t> columns{0, 2, 0, 1, 2, 1};
  const std::vector<double> values{1, 2, 3, 4, 5, 6};
  const Dataset data =
      Dataset::from_csr(offsets, columns, values, 3, {.label = {0, 1, 2, 3}, .names = {"a", "b", "c"}});
  const AnyModel model = plane_model();
  for (int f = 0; f < 3; ++f) {
    const FeatureColumn column("here", model, data, f);
    for (int row = 0; row < 4; ++row)
      EXPECT_EQ(column.values()[static_cast<std::size_t>(row)], data.matrix().at<double>({row, f}));
    const Tensor moved = column.with({7, 0, 8, 9}).matrix();
    const double now[] = {7, 0, 8, 9};
    for (int row = 0; row < 4; ++row)
      for (int g = 0; g < 3; ++g)
        EXPECT_EQ(moved.at<double>({row, g}), g == f ? now[row] : data.matrix().at<double>({row, g}))
            << row << " " << g;
    EXPECT_EQ(column.with(2.0).label().elements(), 4);
  }
}

TEST(FeatureColumn, AddsAColumnThatSparseRowsLack) {
  const std::vector<std::int64_t> offsets{0, 1, 2};
  const std::vector<std::int32_t> columns{0, 1};
  const std::vector<double> values{1, 2};
  const Dataset data = Dataset::from_csr(offsets, columns, values, 2, {.names = {"a", "b"}});
  const AnyModel model = plane_model();
  const FeatureColumn column("here", model, data, 2);
  EXPECT_EQ(column.values(), (std::vector<double>{0, 0}));
  const Dataset moved = column.with({5, 0});
  EXPECT_EQ(moved.features(), 3);
  EXPECT_EQ(moved.matrix().at<double>({0, 2}), 5);
  EXPECT_EQ(moved.matrix().at<double>({1, 2}), 0);
}

}  // namespace
}  // namespace linden
