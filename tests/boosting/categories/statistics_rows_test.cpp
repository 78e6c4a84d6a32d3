// Statistics of rows, against sums over the rows before each that are written out.
#include "boosting/categories/statistics_rows.hpp"

#include <gtest/gtest.h>

#include "boosting/categories/statistics_data.hpp"

namespace linden {
namespace {

constexpr double prior_weight = 1.5;

// By the definition: what the rows at these places of the order say of the tuple of a row.
struct BruteForce {
  const RandomData& data;
  const std::vector<std::uint32_t>& order;

  bool same(const std::vector<int>& features, std::size_t a, std::size_t b) const {
    return std::ranges::all_of(features, [&](int f) {
      const std::vector<double>& values = data.features[static_cast<std::size_t>(f)].values;
      return values[a] == values[b];
    });
  }
  double weight(std::size_t row) const { return data.weight.empty() ? 1 : data.weight[row]; }
  // Of the rows at places below `end` that have the tuple of `row`.
  template <class Target>
  std::pair<double, double> sums(const std::vector<int>& features, std::size_t row, std::size_t end,
                                 const Target& target) const {
    double rows = 0, sum = 0;
    for (std::size_t i = 0; i < end; ++i)
      if (same(features, order[i], row)) {
        rows += weight(order[i]);
        sum += weight(order[i]) * target(order[i]);
      }
    return {rows, sum};
  }
};

template <class TargetOf>
void expect_table(const RandomData& data, const Loss& loss, const std::vector<int>& features, int statistics,
                  const TargetOf& target_of) {
  const Dataset rows = data.dataset();
  const Labels labels = training_labels("test", rows, loss);
  const StatisticsRows all(rows, labels, data.weight, 3);
  ASSERT_EQ(all.statistics(), statistics);
  const LearnedTable learned = learned_table(all, features, prior_weight);
  ASSERT_EQ(std::ssize(learned.columns), statistics + 1);
  const BruteForce brute{data, all.order()};
  const std::size_t count = all.order().size();
  for (int k = 0; k < statistics; ++k) {
    const auto target = [&](std::size_t row) { return target_of(k, row); };
    double total = 0, prior = 0;
    for (std::size_t row = 0; row < count; ++row) {
      total += brute.weight(row);
      prior += brute.weight(row) * target(row);
    }
    prior /= total;
    EXPECT_EQ(all.prior()[static_cast<std::size_t>(k)], prior);
    const double* const ordered = learned.columns[static_cast<std::size_t>(k)].data<double>();
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t row = all.order()[i];
      const auto [before, sum] = brute.sums(features, row, i, target);
      EXPECT_EQ(ordered[row], (sum + prior_weight * prior) / (before + prior_weight)) << row;
      const auto [of_all, whole] = brute.sums(features, row, count, target);
      EXPECT_EQ(learned.columns.back().data<double>()[row], of_all);
      const std::int32_t tuple = learned.table.find([&](std::size_t f) {
        return static_cast<std::int32_t>(data.features[static_cast<std::size_t>(features[f])].values[row]);
      });
      ASSERT_GE(tuple, 0);
      EXPECT_EQ(learned.table.value(tuple, k), (whole + prior_weight * prior) / (of_all + prior_weight));
      EXPECT_EQ(learned.table.value(tuple, statistics), of_all);
    }
  }
}

TEST(StatisticsRows, OfOneFeatureAndOfSeveral) {
  const RandomData data = categories_data(1, 150, {9, 5, 3});
  const auto target = [&](int, std::size_t row) { return data.label[row]; };
  for (const std::vector<int>& features : {std::vector<int>{0}, {1}, {0, 1}, {1, 2}, {0, 1, 2}})
    expect_table(data, loss::logistic(), features, 1, target);
}

TEST(StatisticsRows, OfRealLabelsWithWeights) {
  RandomData data = categories_data(2, 120, {7, 4}, 0);
  for (int row = 0; row < data.rows(); ++row) data.weight.push_back(row % 4 * 0.5);
  expect_table(data, loss::squared(), {0, 1}, 1, [&](int, std::size_t row) { return data.label[row]; });
}

TEST(StatisticsRows, OfEachOfManyClasses) {
  const RandomData data = categories_data(3, 120, {7, 4}, 4);
  expect_table(data, loss::softmax(), {0}, 4, [&](int k, std::size_t row) { return data.label[row] == k ? 1.0 : 0.0; });
}

TEST(StatisticsRows, StandInAnOrderOfTheSeed) {
  const RandomData data = categories_data(4, 100, {5});
  const Dataset rows = data.dataset();
  const Labels labels = training_labels("test", rows, loss::logistic());
  const auto order = [&](std::uint64_t seed) { return StatisticsRows(rows, labels, {}, seed).order(); };
  EXPECT_EQ(order(1), order(1));
  EXPECT_NE(order(1), order(2));
  std::vector<std::uint32_t> sorted = order(5);
  std::ranges::sort(sorted);
  for (std::uint32_t i = 0; i < 100; ++i) EXPECT_EQ(sorted[i], i);
}

}  // namespace
}  // namespace linden
