// What standardises columns: moments of every layout, and of columns that are hard to measure.
#include "linear/design/design.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "backend/raw_value.hpp"
#include "rows/copy_rows.hpp"
#include "rows/dataset_rows.hpp"

namespace linden {
namespace {

struct Known {
  double mean, deviation;
};

Known long_moments(const std::vector<double>& x, const std::vector<double>& w) {
  long double total = 0, mean = 0, square = 0;
  const auto weight = [&](std::size_t i) { return w.empty() ? 1.0L : static_cast<long double>(w[i]); };
  for (std::size_t i = 0; i < x.size(); ++i) total += weight(i);
  for (std::size_t i = 0; i < x.size(); ++i) mean += weight(i) * x[i] / total;
  for (std::size_t i = 0; i < x.size(); ++i) square += weight(i) * (x[i] - mean) * (x[i] - mean) / total;
  return {static_cast<double>(mean), static_cast<double>(std::sqrt(square))};
}

std::vector<double> waves(std::size_t rows, double shift, double scale) {
  std::vector<double> x;
  for (std::size_t i = 0; i < rows; ++i) x.push_back(shift + scale * std::sin(static_cast<double>(3 * i + 1)));
  return x;
}

TEST(Design, CentresAndScalesColumnsOfAnyUnit) {
  Workers workers(2);
  const std::size_t rows = 10'000;
  std::vector<std::vector<double>> columns{waves(rows, 0, 1),     waves(rows, 1e9, 1),    waves(rows, -3, 1e-6),
                                           waves(rows, 0, 1e200), waves(rows, 7, 1e-200), waves(rows, 1e5, 0)};
  columns.push_back(waves(rows, 0, 1));
  columns.back()[0] = 1e12;  // an outlier where a reference would be taken
  std::vector<double> weights;
  for (std::size_t i = 0; i < rows; ++i) weights.push_back(static_cast<double>(i % 5));
  for (const std::vector<double>& w : {std::vector<double>(), weights}) {
    std::vector<double> by_column, by_row;
    for (const auto& c : columns) by_column.insert(by_column.end(), c.begin(), c.end());
    for (std::size_t i = 0; i < rows; ++i)
      for (const auto& c : columns) by_row.push_back(c[i]);
    const int features = static_cast<int>(columns.size());
    for (const Dataset& data : {Dataset::from_columns(std::span<const double>(by_column), features),
                                Dataset::from_rows(std::span<const double>(by_row), features)}) {
      const Design design("test", data, w, true, workers);
      for (std::size_t j = 0; j < columns.size(); ++j) {
        const Known known = long_moments(columns[j], w);
        if (j == 4 || j == 5) {
          EXPECT_EQ(design.factor()[j], 0) << j;
          EXPECT_EQ(design.deviation()[j], 0) << j;
          continue;
        }
        EXPECT_NEAR(design.shift()[j], known.mean, 1e-13 * (std::abs(known.mean) + known.deviation)) << j;
        EXPECT_NEAR(design.deviation()[j] / known.deviation, 1, j == 1 ? 1e-6 : 1e-11) << j;
        EXPECT_NEAR(design.factor()[j] * known.deviation, 1, j == 1 ? 1e-6 : 1e-11) << j;
      }
    }
  }
}

TEST(Design, WithoutAnInterceptColumnsKeepTheirOrigin) {
  Workers workers(1);
  const std::vector<double> x{3, 3, 3, 3, -1, 1, -1, 1};
  const Design design("test", Dataset::from_columns(std::span<const double>(x), 2), {}, false, workers);
  EXPECT_EQ(design.shift(), (std::vector<double>{0, 0}));
  EXPECT_NEAR(design.factor()[0], 1.0 / 3, 1e-15);
  EXPECT_EQ(design.deviation()[0], 0);
  EXPECT_NEAR(design.factor()[1], 1, 1e-15);
}

TEST(Design, SparseRowsHaveTheMomentsOfDenseOnes) {
  Workers workers(3);
  const int features = 40;
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  std::vector<double> values, dense, weights;
  for (std::int64_t i = 0; i < 3000; ++i) {
    for (int j = 0; j < features; ++j) {
      const bool is_there = (i * 7 + j * 13) % 11 < 2;
      const double x = is_there ? std::cos(static_cast<double>(i + j)) + 2 : 0;
      dense.push_back(x);
      if (!is_there) continue;
      columns.push_back(j);
      values.push_back(x);
    }
    offsets.push_back(static_cast<std::int64_t>(columns.size()));
    weights.push_back(static_cast<double>(i % 3));
  }
  const Dataset a = Dataset::from_csr(std::span<const std::int64_t>(offsets), std::span<const std::int32_t>(columns),
                                      std::span<const double>(values), features);
  const Dataset b = Dataset::from_rows(std::span<const double>(dense), features);
  const Design sparse("test", a, weights, true, workers), full("test", b, weights, true, workers);
  EXPECT_EQ(sparse.entries(), static_cast<std::int64_t>(values.size()));
  for (std::size_t j = 0; j < static_cast<std::size_t>(features); ++j) {
    EXPECT_NEAR(sparse.shift()[j], full.shift()[j], 1e-14);
    EXPECT_NEAR(sparse.deviation()[j], full.deviation()[j], 1e-13);
  }
  const std::vector<int> some{3, 17, 20};
  const ByColumn by_column(sparse.view());
  for (const ByColumn* const known : {static_cast<const ByColumn*>(nullptr), &by_column}) {
    const Design part = sparse.of_columns(some, workers, known);
    EXPECT_EQ(part.columns(), 3);
    EXPECT_EQ(part.shift()[1], sparse.shift()[17]);
    const DesignView view = part.view();
    for (std::int64_t row = 0; row < 3000; ++row) {
      std::vector<double> here(some.size());
      for (std::int64_t e = view.entries.offsets[row]; e < view.entries.offsets[row + 1]; ++e) {
        ASSERT_TRUE(e == view.entries.offsets[row] || view.entries.indices[e - 1] < view.entries.indices[e]);
        here[static_cast<std::size_t>(view.entries.indices[e])] = static_cast<const double*>(view.entries.values)[e];
      }
      for (std::size_t j = 0; j < some.size(); ++j)
        ASSERT_EQ(here[j], dense[static_cast<std::size_t>(row * features + some[j])]) << row;
    }
  }
}

TEST(Design, SomeColumnsOfRowMajorMemoryLieBesideEachOther) {
  Workers workers(2);
  const int features = 9;
  std::vector<double> x;
  for (int i = 0; i < 700 * features; ++i) x.push_back(std::sin(i));
  const std::vector<int> some{1, 2, 8};
  const std::vector<float> narrow(x.begin(), x.end());
  for (const Dataset& data : {Dataset::from_rows(std::span<const double>(x), features),
                              Dataset::from_rows(std::span<const float>(narrow), features)}) {
    const Design part = Design("test", data, {}, true, workers).of_columns(some, workers);
    const DesignView view = part.view();
    for (std::size_t j = 0; j < some.size(); ++j) {
      EXPECT_EQ(view.columns[j].stride, 1);
      for (std::int64_t row = 0; row < 700; ++row)
        ASSERT_EQ(raw_value(view.columns[j], row),
                  raw_value(view_of(data.columns()[static_cast<std::size_t>(some[j])]), row));
    }
  }
}

TEST(RowBlocks, AreSpreadOverAllRows) {
  const RowBlocks some = RowBlocks::spread(1000, 100);
  EXPECT_EQ(some.rows(), 112);  // seven blocks of 16
  EXPECT_EQ(some.row(15), 15);
  EXPECT_EQ(some.row(16), 142);
  EXPECT_EQ(some.row(111), 6 * 142 + 15);
  for (const std::int64_t rows : {1, 31, 32, 33, 500})
    for (std::int64_t wanted = 1; wanted <= rows; ++wanted) {
      const RowBlocks blocks = RowBlocks::spread(rows, wanted);
      ASSERT_LT(blocks.row(blocks.rows() - 1), rows);
      ASSERT_GE(blocks.rows(), wanted);
      ASSERT_GE(blocks.step, blocks.size);
    }
}

TEST(Design, SomeRowsKeepTheStandardisationOfAll) {
  Workers workers(2);
  std::vector<double> x(200 * 3);
  std::vector<float> narrow;
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  std::vector<double> values;
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = (i % 3 == 1 && i > 4 ? 0.0 : 1.0) * static_cast<float>(std::sin(static_cast<double>(i)));
    narrow.push_back(static_cast<float>(x[i]));
    if (x[i] != 0) {
      columns.push_back(static_cast<std::int32_t>(i % 3));
      values.push_back(x[i]);
    }
    if (i % 3 == 2) offsets.push_back(static_cast<std::int64_t>(values.size()));
  }
  const RowBlocks blocks = RowBlocks::spread(200, 40);
  const Dataset sparse = Dataset::from_csr(std::span<const std::int64_t>(offsets),
                                           std::span<const std::int32_t>(columns), std::span<const double>(values), 3);
  for (const Dataset& data : {Dataset::from_rows(std::span<const double>(x), 3),
                              Dataset::from_rows(std::span<const float>(narrow), 3), sparse}) {
    const Design all("test", data, {}, true, workers), some = all.of_rows(blocks, workers);
    ASSERT_EQ(some.rows(), 48);
    EXPECT_EQ(some.shift(), all.shift());
    EXPECT_EQ(some.factor(), all.factor());
    std::vector<double> copied(48 * 3);
    copy_rows(some.view(), 0, 48, copied.data(), 48);
    for (std::int64_t i = 0; i < 48; ++i)
      for (std::int64_t j = 0; j < 3; ++j)
        EXPECT_EQ(copied[static_cast<std::size_t>(j * 48 + i)], x[static_cast<std::size_t>(blocks.row(i) * 3 + j)]);
  }
}

}  // namespace
}  // namespace linden
