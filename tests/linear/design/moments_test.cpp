// Means and deviations over blocks of rows: those of long double, and the same bytes whatever the blocks.
#include "linear/design/moments.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "linear/random_rows.hpp"
#include "rows/blocks.hpp"

namespace linden {
namespace {

using Real = long double;

/// Columns of every kind: plain, far from 0, tiny, huge, constant, of zeros.
RandomRows odd_rows(bool weighted, int entries) {
  RandomRows rows(loss::squared(), {.rows = 9001, .features = 6, .weighted = weighted, .entries = entries}, 7);
  for (int i = 0; i < rows.rows; ++i) {
    rows.at(i, 1) += entries > 0 ? 0 : 1e9;
    rows.at(i, 2) *= 1e-200;
    rows.at(i, 3) *= 1e200;
    rows.at(i, 4) = entries > 0 ? 0.0 : 0.1;
  }
  return rows;
}

std::vector<ColumnMoments> exact_moments(const RandomRows& rows) {
  std::vector<ColumnMoments> moments;
  for (int j = 0; j < rows.features; ++j) {
    Real total = 0, mean = 0, square = 0;
    const auto weight = [&](int i) {
      return rows.weights.empty() ? Real(1) : Real(rows.weights[static_cast<std::size_t>(i)]);
    };
    for (int i = 0; i < rows.rows; ++i) total += weight(i), mean += weight(i) * rows.at(i, j);
    mean /= total;
    for (int i = 0; i < rows.rows; ++i) square += weight(i) * (rows.at(i, j) - mean) * (rows.at(i, j) - mean);
    moments.push_back({static_cast<double>(mean), static_cast<double>(std::sqrt(square / total))});
  }
  return moments;
}

std::vector<Dataset> all_layouts(const RandomRows& rows) {
  if (rows.is_sparse) return {rows.dataset()};
  std::vector<double> turned;
  for (int j = 0; j < rows.features; ++j)
    for (int i = 0; i < rows.rows; ++i) turned.push_back(rows.at(i, j));
  return {rows.dataset(), Dataset::from_columns(turned, rows.features, {.label = rows.labels, .weight = rows.weights})};
}

bool same(const std::vector<ColumnMoments>& a, const std::vector<ColumnMoments>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(ColumnMoments)) == 0;
}

class OfBlocks : public testing::TestWithParam<std::pair<bool, int>> {};
INSTANTIATE_TEST_SUITE_P(Moments, OfBlocks,
                         testing::Values(std::pair(false, 0), std::pair(true, 0), std::pair(false, 3),
                                         std::pair(true, 3)));

TEST_P(OfBlocks, AreExactAndTheSameBytes) {
  const RandomRows rows = odd_rows(GetParam().first, GetParam().second);
  const std::vector<ColumnMoments> exact = exact_moments(rows);
  for (const Dataset& data : all_layouts(rows)) {
    Workers one(1), three(3);
    DatasetSource all(data);
    const std::vector<ColumnMoments> found = column_moments(all, one);
    ASSERT_EQ(found.size(), exact.size());
    for (std::size_t j = 0; j < exact.size(); ++j) {
      EXPECT_NEAR(found[j].mean, exact[j].mean, 1e-13 * (std::abs(exact[j].mean) + exact[j].deviation)) << j;
      EXPECT_NEAR(found[j].deviation, exact[j].deviation, 1e-11 * exact[j].deviation + 1e-15 * std::abs(exact[j].mean))
          << j;
    }
    for (const std::vector<std::int64_t>& sizes :
         std::vector<std::vector<std::int64_t>>{{1}, {7}, {64}, {4096}, {1, 5000, 3}, {9001}}) {
      Blocks blocks(data, sizes);
      EXPECT_TRUE(same(column_moments(blocks, three), found)) << sizes[0];
    }
  }
}

TEST(Moments, AreNotFiniteWhereAValueIsNot) {
  RandomRows rows(loss::squared(), false, 3, 200, 3);
  rows.at(150, 1) = std::nan("");
  const Dataset data = rows.dataset();
  Workers workers(2);
  for (const std::int64_t size : {1, 64, 200}) {
    Blocks blocks(data, {size});
    const std::vector<ColumnMoments> found = column_moments(blocks, workers);
    EXPECT_FALSE(std::isfinite(found[1].mean + found[1].deviation)) << size;
    EXPECT_TRUE(std::isfinite(found[0].mean + found[2].deviation)) << size;
  }
}

}  // namespace
}  // namespace linden
