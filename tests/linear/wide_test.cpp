// Sparse data with many more columns than entries: columns without one cost nothing, and are no part of the model.
#include <gtest/gtest.h>

#include <cmath>
#include <linden/linear.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "refusal.hpp"

namespace linden {
namespace {

struct Wide {
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  std::vector<double> values, labels;

  /// Columns are stretched by `stride`: those between have no entries.
  Dataset dataset(int features, int stride) const {
    std::vector<std::int32_t> stretched;
    for (const std::int32_t c : columns) stretched.push_back(c * stride);
    const RowOptions options{.label = labels};
    const auto tensor = [](const auto& v) {
      return Tensor::copy_of(std::span(v), {static_cast<std::int64_t>(v.size())});
    };
    return Dataset::from_sparse(tensor(offsets), tensor(std::as_const(stretched)), tensor(values), features, options);
  }
};

Wide random_rows(int rows, int columns, int entries, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  Wide wide;
  for (int i = 0; i < rows; ++i) {
    std::vector<std::int32_t> row;
    for (int e = 0; e < entries; ++e)
      row.push_back(static_cast<std::int32_t>(std::pow(columns, std::generate_canonical<double, 32>(random)) - 1));
    std::sort(row.begin(), row.end());
    row.erase(std::unique(row.begin(), row.end()), row.end());
    double score = 0;
    for (const std::int32_t c : row) {
      wide.columns.push_back(c);
      wide.values.push_back(1 + std::abs(normal(random)));
      if (c < 20) score += (c % 2 == 0 ? 1 : -1) * wide.values.back();
    }
    wide.offsets.push_back(static_cast<std::int64_t>(wide.columns.size()));
    wide.labels.push_back(score + normal(random) > 0 ? 1 : 0);
  }
  return wide;
}

TEST(Wide, ColumnsWithoutEntriesAreNoPartOfTheModel) {
  const Wide rows = random_rows(60, 40, 5, 1);
  const Dataset narrow = rows.dataset(40, 1), wide = rows.dataset(40 * 50000, 50000);
  for (const LinearConfig& config :
       {LinearConfig{.loss = loss::logistic(), .l1 = 1e-2}, {.loss = loss::logistic(), .l2 = 1e-2}}) {
    const LinearModel expected = fit_linear(narrow, config), model = fit_linear(wide, config);
    EXPECT_EQ(model.weights(), expected.weights());
    EXPECT_EQ(model.intercept(), expected.intercept());
    EXPECT_EQ(model.feature_names().size(), expected.feature_names().size());
    for (std::size_t j = 0; j < model.feature_names().size(); ++j)
      EXPECT_EQ(model.feature_names()[j],
                "f" + std::to_string(50000 * std::stoi(expected.feature_names()[j].substr(1))));
    const Tensor p = model.predict(wide), q = expected.predict(narrow);
    for (std::int64_t i = 0; i < p.elements(); ++i) EXPECT_EQ(p.at<double>({i}), q.at<double>({i}));
  }
}

TEST(Wide, ANarrowModelHasAllColumnsThatHaveEntries) {
  const Wide rows = random_rows(60, 10, 8, 2);
  const LinearModel model = fit_linear(rows.dataset(12, 1), {.loss = loss::logistic(), .l2 = 0.1});
  EXPECT_LT(model.feature_names().size(), 12u);
  EXPECT_TRUE(model.certificate().constant_columns.empty());
}

TEST(Wide, RowsWithoutAnyEntryHaveAnIntercept) {
  Wide rows;
  rows.offsets = {0, 0, 0, 0};
  rows.labels = {1, 2, 6};
  const LinearModel model = fit_linear(rows.dataset(1000, 1), {});
  EXPECT_EQ(model.certificate().status, FitStatus::converged);
  EXPECT_EQ(model.intercept()[0], 3);
  EXPECT_TRUE(model.feature_names().empty());
  EXPECT_EQ(model.predict(rows.dataset(1000, 1)).at<double>({2}), 3);
  EXPECT_EQ(fit_linear(rows.dataset(30'000'000, 1), {}).intercept()[0], 3);
}

}  // namespace
}  // namespace linden
