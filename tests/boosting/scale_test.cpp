// How the work grows with the numbers of features and of rows: as they do, and not faster.
#include <gtest/gtest.h>

#include <cmath>

#include "boosting/random_data.hpp"
#include "growth.hpp"

namespace linden {
namespace {

constexpr double limit = 1.2;  // of the exponent: what is quadratic has 2

/// The exponent of a fit on data of n, 2 n and 4 n features or rows.
template <class MakeData>
double growth_of_fit(int n, const BoostingConfig& config, const MakeData& make_data) {
  const Dataset data[] = {make_data(n), make_data(2 * n), make_data(4 * n)};
  return growth(limit, [&](int i) { fit_boosted(data[i], config, {.threads = 1}); });
}

/// Rows of ones at random places, and a label that some of the columns tell of.
Dataset sparse_ones(int rows, int features, double share) {
  Random random(1);
  struct Memory {
    std::vector<std::int64_t> offsets{0};
    std::vector<std::int32_t> columns;
    std::vector<double> values;
  };
  const auto memory = std::make_shared<Memory>();
  std::vector<double> label;
  for (int row = 0; row < rows; ++row) {
    double signal = 0;
    for (double at = random.uniform() / share; at < features; at += 2 * random.uniform() / share + 1) {
      memory->columns.push_back(static_cast<std::int32_t>(at));
      signal += memory->columns.back() % 7 - 3;
    }
    memory->values.resize(memory->columns.size(), 1);
    memory->offsets.push_back(static_cast<std::int64_t>(memory->columns.size()));
    label.push_back(signal + random.normal() > 0);
  }
  return Dataset::from_csr(std::span<const std::int64_t>(memory->offsets),
                           std::span<const std::int32_t>(memory->columns), std::span<const double>(memory->values),
                           features, {.label = label, .owner = memory});
}

/// Columns of numbers of which the label tells nothing, so that none is chosen early.
Dataset noise(int rows, int features) {
  Random random(2);
  std::vector<double> values, label;
  for (int i = 0; i < rows * features; ++i) values.push_back(random.normal());
  for (int row = 0; row < rows; ++row) label.push_back(random.chance(0.5));
  return Dataset::from_columns(values, features, {.label = label});
}

// Curvatures prove of few cuts of logistic loss that both sides have enough rows: most columns are counted.
TEST(Scale, SmallLeavesOfManyColumns) {
  EXPECT_LE(growth_of_fit(2500, {.loss = loss::logistic(), .rounds = 2},
                          [](int features) { return sparse_ones(1000, features, 0.02); }),
            limit);
}

TEST(Scale, FewRowsOfManyDenseColumns) {
  EXPECT_LE(growth_of_fit(1000, {.loss = loss::logistic(), .rounds = 2, .min_rows_in_leaf = 10},
                          [](int features) { return noise(40, features); }),
            limit);
}

// Of columns that differ in one row nearly all have the same gain.
TEST(Scale, ManyEqualColumns) {
  EXPECT_LE(growth_of_fit(5000, {.loss = loss::logistic(), .rounds = 2, .min_rows_in_leaf = 1},
                          [](int features) { return sparse_ones(200, features, 0.005); }),
            limit);
}

// What the others go by, on work that is counted: the steps of a loop, or of a loop in a loop, which others disturb at
// first.
TEST(Scale, TheExponentIsThatOfTheWork) {
  double steps = 0;
  int calls = 0;
  const auto count = [&](const auto& call) {
    steps = 0;
    call();
    return ++calls == 3 ? 100 * steps : steps;
  };
  EXPECT_NEAR(growth(
                  1.2, [&](int i) { steps += 10 << i; }, count),
              1, 1e-12);
  EXPECT_EQ(calls, 6);
  calls = 0;
  EXPECT_NEAR(growth(
                  1.2, [&](int i) { steps += (10 << i) * (10 << i); }, count),
              2, 1e-12);
  EXPECT_EQ(calls, 27);
}

// One split: nearly all of the time is that of cuts and bins, of rows as matrices have them.
TEST(Scale, BinsOfManyRows) {
  const auto rows_of = [](int rows) {
    Random random(2);
    std::vector<float> values;
    std::vector<double> label;
    for (int i = 0; i < 12 * rows; ++i) values.push_back(static_cast<float>(random.normal()));
    for (int row = 0; row < rows; ++row) label.push_back(values[12 * static_cast<std::size_t>(row)]);
    return Dataset::from_rows(std::move(values), 12, {.label = label});
  };
  EXPECT_LE(growth_of_fit(25'000, {.loss = loss::squared(), .rounds = 1, .max_leaves = 2}, rows_of), limit);
}

}  // namespace
}  // namespace linden
