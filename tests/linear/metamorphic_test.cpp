// What does not change a model, for every model and penalty: one table of configurations, one test a property.
#include <gtest/gtest.h>

#include <cmath>
#include <linden/linear.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "linear/random_rows.hpp"

namespace linden {
namespace {

constexpr int features = 6;

struct Row {
  std::string name;
  LinearConfig config;
  /// Of predictions: the square root of the gap where the optimum is flat, little more than rounding at a vertex.
  double within = 1e-4;

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

/// Bounds are on the first three columns, whose units stay.
std::vector<Row> table() {
  const WeightConstraints bounds{.lower = {{"f0", -0.02}, {"f2", 0}}, .upper = {{"f0", 0.05}, {"f1", 0}}};
  const ColumnPenalties factors{{{"f0", 0}, {"f1", 3}, {"f4", 0.5}}};
  const ColumnPenalties groups{.groups = {{"f0", "f3"}, {"f1", "f2", "f4"}}, .group = 0.03};
  const ColumnPenalties matrix{.tikhonov = 0.1, .differences = {{{"f0", 1}, {"f3", -1}}, {{"f1", 2}, {"f4", 1}}}};
  const ColumnPenalties slope{.slope = 0.02, .sequence = {3, 2, 1.5, 1}};
  const WeightConstraints equations{.equal = {{{{"f0", 1}, {"f1", 1}}, 0.1}, {{{"f1", 1}, {"f2", -2}}, 0}}};
  return {
      {"squared_factors", {.loss = loss::squared(), .l2 = 0.1, .penalty = factors}, 1e-8},
      {"squared_l1_factors", {.loss = loss::squared(), .l1 = 0.05, .penalty = factors}, 1e-8},
      {"logistic_factors", {.loss = loss::logistic(), .l1 = 0.01, .l2 = 0.01, .penalty = factors}, 1e-6},
      {"squared_nonnegative", {.loss = loss::squared(), .constraints = {.nonnegative = true}}, 1e-8},
      {"squared_bounds", {.loss = loss::squared(), .constraints = bounds}, 1e-8},
      {"logistic_bounds", {.loss = loss::logistic(), .l1 = 0.01, .constraints = bounds}, 1e-6},
      {"poisson_nonnegative", {.loss = loss::poisson(), .l2 = 0.01, .constraints = {.nonnegative = true}}, 1e-6},
      {"softmax_bounds", {.loss = loss::softmax({.classes = 3}), .l2 = 0.01, .constraints = bounds}, 1e-5},
      {"squared_hinge", {.loss = loss::squared_hinge(), .l2 = 0.05}, 1e-6},
      {"squared_hinge_l1", {.loss = loss::squared_hinge(), .l1 = 0.02}, 1e-5},
      {"sharp_hinge", {.loss = loss::sharp_hinge(), .l2 = 0.05}},
      {"sharp_hinge_l1_l2", {.loss = loss::sharp_hinge(), .l1 = 0.02, .l2 = 0.01}},
      {"epsilon_insensitive", {.loss = loss::epsilon_insensitive(), .l2 = 0.05}},
      {"squared_epsilon_insensitive", {.loss = loss::squared_epsilon_insensitive(), .l2 = 0.05}, 1e-6},
      {"quantile", {.loss = loss::quantile({.level = 0.3})}, 1e-8},
      {"quantile_l1", {.loss = loss::quantile({.level = 0.3}), .l1 = 0.02}, 1e-8},
      {"quantile_levels", {.loss = loss::quantile({.level = {0.3, 0.8}}), .l2 = 0.02}},
      {"quantile_bounds", {.loss = loss::quantile({.level = 0.3}), .l2 = 0.01, .constraints = bounds}},
      {"absolute", {.loss = loss::absolute(), .l2 = 0.02, .penalty = factors}},
      {"mape", {.loss = loss::mape(), .l2 = 0.02}},
      {"squared_groups", {.loss = loss::squared(), .penalty = groups}, 1e-8},
      {"logistic_sparse_groups", {.loss = loss::logistic(), .l1 = 0.01, .penalty = groups}, 1e-6},
      {"softmax_groups", {.loss = loss::softmax({.classes = 3}), .l2 = 0.01, .penalty = groups}, 1e-5},
      {"squared_matrix", {.loss = loss::squared(), .penalty = matrix}, 1e-8},
      {"logistic_matrix_l1", {.loss = loss::logistic(), .l1 = 0.01, .penalty = matrix}, 1e-6},
      {"softmax_matrix", {.loss = loss::softmax({.classes = 3}), .l2 = 0.01, .penalty = matrix}, 1e-5},
      {"squared_equations", {.loss = loss::squared(), .constraints = equations}, 1e-8},
      {"poisson_equations", {.loss = loss::poisson(), .l2 = 0.01, .penalty = matrix, .constraints = equations}, 1e-6},
      {"squared_slope", {.loss = loss::squared(), .penalty = slope}, 1e-7},
      {"logistic_slope", {.loss = loss::logistic(), .l2 = 0.01, .penalty = slope}, 1e-5},
      {"squared_mcp", {.loss = loss::squared(), .l1 = 0.1, .penalty = {.shape = PenaltyShape::mcp}}, 1e-5},
      {"logistic_scad", {.loss = loss::logistic(), .l1 = 0.02, .penalty = {.shape = PenaltyShape::scad}}, 1e-4},
  };
}

class Metamorphic : public testing::TestWithParam<Row> {
 protected:
  LinearModel fit(const Dataset& data, int threads = 2) const {
    const LinearModel model = fit_linear(data, GetParam().config, {.threads = threads});
    const Certificate& c = model.certificate();
    const bool is_there = GetParam().config.penalty.shape != PenaltyShape::absolute && c.gap_kind == GapKind::estimate
                              ? c.status == FitStatus::stationary_point
                              : c.is_optimal();
    EXPECT_TRUE(is_there) << c;
    return model;
  }
  RandomRows rows(unsigned seed, int count) const {
    return RandomRows(GetParam().config.loss,
                      {.rows = count, .features = features, .centre = 1, .deviation = 2, .informative = features},
                      seed);
  }
  void expect_same(const LinearModel& a, const Dataset& of_a, const LinearModel& b, const Dataset& of_b) const {
    const Certificate &x = a.certificate(), &y = b.certificate();
    EXPECT_NEAR(x.objective, y.objective, x.gap + y.gap + 1e-13 * std::abs(x.objective));
    EXPECT_EQ(x.gap_kind, y.gap_kind);
    const Tensor p = a.predict(of_a, {.output = Output::score}), q = b.predict(of_b, {.output = Output::score});
    const std::span<const double> u = p.span<const double>(), v = q.span<const double>();
    ASSERT_EQ(u.size(), v.size());
    for (std::size_t i = 0; i < u.size(); ++i) ASSERT_NEAR(u[i], v[i], GetParam().within * (1 + std::abs(v[i]))) << i;
  }
};

TEST_P(Metamorphic, UnitsAndShiftsOfColumnsDoNotShow) {
  const RandomRows plain = rows(21, 150);
  RandomRows changed = plain;
  for (std::int64_t i = 0; i < plain.rows; ++i) {
    changed.at(i, 3) *= 1e-6;
    changed.at(i, 4) *= 1e6;
    changed.at(i, 5) += 1e5;
    changed.at(i, 0) += 100;
  }
  expect_same(fit(plain.dataset()), plain.dataset(), fit(changed.dataset()), changed.dataset());
}

TEST_P(Metamorphic, TheOrderOfRowsDoesNotShow) {
  const Dataset data = rows(22, 150).dataset();
  std::vector<std::int64_t> order(150);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i * 37 % 150);
  expect_same(fit(data.take(order)), data, fit(data), data);
}

TEST_P(Metamorphic, AWeightIsAsManyCopies) {
  RandomRows weighted = rows(23, 120), copied = weighted;
  copied.values.clear();
  copied.labels.clear();
  for (std::int64_t i = 0; i < weighted.rows; ++i) {
    weighted.weights.push_back(static_cast<double>((i + 1) % 4));
    for (std::int64_t copy = 0; copy < (i + 1) % 4; ++copy) {
      for (int j = 0; j < features; ++j) copied.values.push_back(weighted.at(i, j));
      copied.labels.push_back(weighted.labels[static_cast<std::size_t>(i)]);
    }
  }
  copied.rows = static_cast<int>(copied.labels.size());
  expect_same(fit(weighted.dataset()), copied.dataset(), fit(copied.dataset()), copied.dataset());
}

TEST_P(Metamorphic, SparseRowsAreDenseOnes) {
  RandomRows dense = rows(24, 150);
  for (std::int64_t i = 0; i < dense.rows; ++i)
    for (int j = 0; j < features; ++j)
      if ((i + j) % 3 == 0) dense.at(i, j) = 0;
  RandomRows sparse = dense;
  sparse.is_sparse = true;
  expect_same(fit(sparse.dataset()), sparse.dataset(), fit(dense.dataset()), dense.dataset());
}

TEST_P(Metamorphic, ThreadsDoNotShow) {
  const Dataset data = rows(25, 5000).dataset();
  const std::string one = fit(data, 1).to_string();
  EXPECT_EQ(fit(data, 3).to_string(), one);
}

TEST_P(Metamorphic, ADuplicateOfAColumnChangesNoPredictions) {
  const LinearConfig& config = GetParam().config;
  if (config.l2 == 0 || config.l1 > 0 || !config.penalty.factors.empty() || config.penalty.group > 0 ||
      config.penalty.tikhonov > 0 || config.penalty.slope > 0 || !config.constraints.equal.empty() ||
      config.constraints.nonnegative || !config.constraints.lower.empty())
    GTEST_SKIP() << "only l2 shares a weight between two columns in a way that is known";
  // Two columns of l2 each bear half of the weight: one column under half of l2.
  const RandomRows plain = rows(26, 150);
  RandomRows twice = plain;
  for (std::int64_t i = 0; i < plain.rows; ++i) twice.at(i, 5) = twice.at(i, 0);
  RandomRows once = plain;
  for (std::int64_t i = 0; i < plain.rows; ++i) once.at(i, 5) = 3;  // constant: no weight
  LinearConfig half = config;
  half.penalty.factors = {{"f0", 0.5}};
  const LinearModel b = fit_linear(once.dataset(), half);
  expect_same(fit(twice.dataset()), twice.dataset(), b, once.dataset());
}

const auto name_of_row = [](const testing::TestParamInfo<Row>& row) { return row.param.name; };
INSTANTIATE_TEST_SUITE_P(All, Metamorphic, testing::ValuesIn(table()), name_of_row);

}  // namespace
}  // namespace linden
