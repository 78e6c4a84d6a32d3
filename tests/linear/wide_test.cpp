// Sparse data with many more columns than entries: columns without one cost nothing, and are no part of the model.
#include <gtest/gtest.h>

#include <linden/linear.hpp>
#include <string>
#include <vector>

#include "linear/random_rows.hpp"

namespace linden {
namespace {

/// Columns are stretched by `stride`: those between have no entries.
Dataset stretched(const RandomRows& rows, int features, int stride) {
  RandomRows::Entries entries = rows.entries();
  for (std::int32_t& c : entries.columns) c *= stride;
  const auto tensor = [](const auto& v) { return Tensor::copy_of(std::span(v), {std::ssize(v)}); };
  return Dataset::from_sparse(tensor(entries.offsets), tensor(entries.columns), tensor(entries.values), features,
                              {.label = rows.labels});
}

RandomRows sparse_rows(int rows, int columns, int entries, unsigned seed) {
  return {loss::logistic(), {.rows = rows, .features = columns, .entries = entries, .informative = 20}, seed};
}

TEST(Wide, ColumnsWithoutEntriesAreNoPartOfTheModel) {
  const RandomRows rows = sparse_rows(60, 40, 5, 1);
  const Dataset narrow = stretched(rows, 40, 1), wide = stretched(rows, 40 * 50000, 50000);
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
  const RandomRows rows = sparse_rows(60, 10, 8, 2);
  const LinearModel model = fit_linear(stretched(rows, 12, 1), {.loss = loss::logistic(), .l2 = 0.1});
  EXPECT_LT(model.feature_names().size(), 12u);
  EXPECT_TRUE(model.certificate().constant_columns.empty());
}

TEST(Wide, RowsWithoutAnyEntryHaveAnIntercept) {
  RandomRows rows = sparse_rows(3, 1, 1, 3);
  rows.values.assign(3, 0.0);
  rows.labels = {1, 2, 6};
  const LinearModel model = fit_linear(stretched(rows, 1000, 1), {});
  EXPECT_EQ(model.certificate().status, FitStatus::converged);
  EXPECT_EQ(model.intercept()[0], 3);
  EXPECT_TRUE(model.feature_names().empty());
  EXPECT_EQ(model.predict(stretched(rows, 1000, 1)).at<double>({2}), 3);
  EXPECT_EQ(fit_linear(stretched(rows, 30'000'000, 1), {}).intercept()[0], 3);
}

}  // namespace
}  // namespace linden
