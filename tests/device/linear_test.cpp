// Linear models on a GPU (or the executor in its place): the CPU's objective and status, for every model and solver.
#include <linden/random.hpp>
#include <gtest/gtest.h>

#include <cmath>
#include <linden/error.hpp>
#include <linden/linear.hpp>
#include <linden/online.hpp>
#include <linden/ops.hpp>
#include <string>

#include "device/gpu.hpp"
#include "linear/random_rows.hpp"
#include "linear/small_fit.hpp"

namespace linden {
namespace {

using device_test::expect_like;

class DeviceLinear : public device_test::OnGpu {
 protected:
  void TearDown() override {
    if (cuda_available()) set_memory_budget(gpu(), 0);
  }
  void expect_same_fit(const Dataset& data, const LinearConfig& config) {
    const LinearModel here = fit_linear(data, config), there = fit_linear(data, config, {.device = gpu()});
    const Certificate &a = here.certificate(), &b = there.certificate();
    const std::string what = std::string(config.loss.name()) + " by " + name_of(a.solver);
    EXPECT_EQ(a.status, b.status) << what << '\n' << b;
    EXPECT_EQ(a.solver, b.solver) << what;
    EXPECT_EQ(a.gap_kind, b.gap_kind) << what;
    EXPECT_EQ(a.collinear_columns, b.collinear_columns) << what;
    EXPECT_NEAR(b.objective, a.objective, 1e-10 * std::abs(a.objective)) << what;
    if (!a.is_optimal()) return;
    expect_like(what, there.predict(data, {.device = gpu()}), here.predict(data), {1e-6});
    expect_like(what, here.predict(data, {.device = gpu()}), here.predict(data), {1e-13});
  }

  void expect_same_fits(Kind kind) {
    const Dataset data = RandomRows(loss_of(kind), false, 1, 300, 4).dataset();
    for (LinearConfig config : penalties(kind))
      for (const Solver solver :
           {Solver::newton_cholesky, Solver::newton_cg, Solver::lbfgs, Solver::coordinate_descent}) {
        if (config.l1 > 0 && (solver == Solver::newton_cholesky || solver == Solver::newton_cg)) continue;
        config.solver = solver;
        expect_same_fit(data, config);
      }
  }
};

TEST_F(DeviceLinear, SquaredHasTheCpusOptimum) { expect_same_fits(Kind::squared); }
TEST_F(DeviceLinear, LogisticHasTheCpusOptimum) { expect_same_fits(Kind::logistic); }
TEST_F(DeviceLinear, SoftmaxHasTheCpusOptimum) { expect_same_fits(Kind::softmax); }
TEST_F(DeviceLinear, PoissonHasTheCpusOptimum) { expect_same_fits(Kind::poisson); }

TEST_F(DeviceLinear, CoxHasTheCpusOptimum) {
  RandomRows rows(loss::gamma(), true, 11, 200, 4);
  for (std::size_t row = 0; row < rows.labels.size(); ++row) {
    rows.labels[row] = std::ceil(4 * rows.labels[row]);
    if (row % 3 == 0) rows.labels[row] *= -1;
  }
  const Dataset data = rows.dataset();
  for (const Solver solver : {Solver::newton_cholesky, Solver::newton_cg, Solver::lbfgs, Solver::coordinate_descent}) {
    expect_same_fit(data, {.loss = loss::cox(), .l2 = 0.01, .solver = solver});
    expect_same_fit(data.with_groups(GroupList::sizes({120, 80})), {.loss = loss::cox(), .solver = solver});
  }
  expect_same_fit(data, {.loss = loss::cox(), .l1 = 0.02});
}

TEST_F(DeviceLinear, EveryConvexLossHasTheCpusOptimum) {
  for (const Loss& loss : convex_losses()) {
    const RandomRows rows(loss, true, 9, 120, 3);
    for (const auto& [l1, l2] : {std::pair(0.0, 0.0), std::pair(0.02, 0.0), std::pair(0.0, 0.01)})
      expect_same_fit(rows.dataset(), {.loss = loss, .l1 = l1, .l2 = l2});
  }
}

TEST_F(DeviceLinear, LossesWithCornersHaveTheCpusOptimum) {
  double l1 = 0;
  for (const Loss& loss : cornered_losses()) {
    const RandomRows rows(loss, true, 13, 40, 2);
    expect_same_fit(rows.dataset(), {.loss = loss, .l1 = l1, .l2 = 0.02, .tolerance = 1e-10});
    l1 = 0.01 - l1;
  }
}

TEST_F(DeviceLinear, BoundsAndFreeColumnsHaveTheCpusOptimum) {
  for (const Loss& loss : {loss::logistic(), loss::epsilon_insensitive()}) {
    const RandomRows rows(loss, true, 14, 60, 3);
    expect_same_fit(rows.dataset(), {.loss = loss,
                                     .l2 = 0.02,
                                     .tolerance = 1e-10,
                                     .penalty = {{{"f1", 0}}},
                                     .constraints = {.nonnegative = true, .lower = {{"f2", -1}}}});
  }
}

TEST_F(DeviceLinear, GroupsMcpAndScadHaveTheCpusOptimum) {
  const FeatureGroups groups{{"f0", "f2"}, {"f1"}};
  for (const Kind kind : {Kind::squared, Kind::softmax, Kind::poisson}) {
    const Dataset data = RandomRows(loss_of(kind), true, 15, 100, 4).dataset();
    for (const double l1 : {0.0, 0.02})
      expect_same_fit(data, {.loss = loss_of(kind), .l1 = l1, .penalty = {.groups = groups, .group = 0.05}});
    for (const PenaltyShape shape : {PenaltyShape::mcp, PenaltyShape::scad})
      expect_same_fit(data, {.loss = loss_of(kind), .l1 = 0.05, .tolerance = 1e-10, .penalty = {.shape = shape}});
  }
}

TEST_F(DeviceLinear, DualDescentRunsOnTheCpuAlone) {
  const Dataset data = RandomRows(loss::absolute(), false, 4, 50, 2).dataset();
  const LinearConfig config{.loss = loss::absolute(), .l2 = 1, .solver = Solver::dual_descent};
  try {
    fit_linear(data, config, {.device = gpu()});
    FAIL();
  } catch (const DeviceError& error) {
    EXPECT_EQ(std::string(error.what()),
              "fit_linear: solver dual_descent runs on the CPU alone. Hint: Device::cpu(), or interior_point on " +
                  gpu().name() + ".");
  }
}

TEST_F(DeviceLinear, OffsetsHaveTheCpusOptimum) {
  for (const Loss& loss : convex_losses()) {
    const RandomRows rows(loss, true, 11, 120, 3);
    const Tensor offset = Generator(2).normal({120, std::max(1, loss.outputs())});
    for (const auto& [l1, l2] : {std::pair(0.0, 0.01), std::pair(0.02, 0.01)})
      expect_same_fit(rows.dataset().with_offset(offset), {.loss = loss, .l1 = l1, .l2 = l2});
  }
}

TEST_F(DeviceLinear, CustomLossesHaveTheCpusOptimum) {
  const Dataset plain = RandomRows(loss_of(Kind::logistic), false, 2, 200, 3).dataset();
  const Dataset data = plain.with_offset(Generator(3).normal({200}));
  const Loss spelt = loss::custom("mine", [](const Tensor& s, const Tensor& y) { return softplus(s) - y * s; },
                                  {.link = Link::sigmoid});
  const Loss taped = loss::custom(
      "taped", [](const Tensor& s, const Tensor& y) { return (softplus(s) - y * s) * Tensor(1.0 + 0.0 * s.size(0)); },
      {.link = Link::sigmoid});
  for (const Loss& mine : {spelt, taped})
    for (const double l1 : {0.0, 0.01}) expect_same_fit(data, {.loss = mine, .l1 = l1, .l2 = 0.01});
}

// Neighbours depend on each other: conjugate gradients are slow, and take a sample of the rows for their
// preconditioner.
TEST_F(DeviceLinear, DependentColumnsHaveTheCpusOptimum) {
  for (const Kind kind : {Kind::squared, Kind::logistic, Kind::softmax}) {
    RandomRows rows(loss_of(kind), false, 3, 800, 8);
    for (std::int64_t i = 0; i < rows.rows; ++i)
      for (int j = 1; j < 8; ++j) rows.at(i, j) = rows.at(i, j - 1) + 0.2 * rows.at(i, j);
    expect_same_fit(rows.dataset(),
                    {.loss = loss_of(kind), .l2 = 1e-4, .solver = Solver::newton_cg, .tolerance = 1e-11});
  }
}

TEST_F(DeviceLinear, SparseRowsAndWeightsHaveTheCpusOptimum) {
  const int features = 6;
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  std::vector<float> values;
  std::vector<double> label, weight;
  for (std::int64_t i = 0; i < 200; ++i) {
    for (int j = 0; j < features; ++j)
      if ((i * 5 + j * 3) % 7 < 3) {
        columns.push_back(j);
        values.push_back(static_cast<float>(1 + (i * j) % 4));
      }
    offsets.push_back(static_cast<std::int64_t>(columns.size()));
    label.push_back((i * i + 3 * i) % 5 < 2 ? 1 : 0);
    weight.push_back(static_cast<double>(i % 3));
  }
  const Dataset data = Dataset::from_csr(std::span<const std::int64_t>(offsets), std::span<const std::int32_t>(columns),
                                         std::span<const float>(values), features, {.label = label, .weight = weight});
  for (const Solver solver : {Solver::newton_cholesky, Solver::newton_cg, Solver::lbfgs})
    expect_same_fit(data, {.loss = loss::logistic(), .l2 = 0.01, .solver = solver});
  expect_same_fit(data, {.loss = loss::logistic(), .l1 = 0.01});
}

// Of the rows a third would fit; where a Hessian is formed, that wants more than they do.
TEST_F(DeviceLinear, RowsBeyondTheMemoryHaveTheSameModelToTheByte) {
  constexpr std::int64_t count = 1200, features = 40, bytes = count * features * 8;
  const Dataset data = RandomRows(loss_of(Kind::logistic), false, 5, count, features).dataset();
  for (const Solver solver : {Solver::newton_cholesky, Solver::newton_cg, Solver::lbfgs, Solver::coordinate_descent}) {
    const bool has_hessian = solver != Solver::lbfgs;
    const double l1 = solver == Solver::coordinate_descent ? 0.02 : 0;
    const LinearConfig config{.loss = loss::logistic(), .l1 = l1, .l2 = 0.01, .solver = solver, .max_iterations = 2};
    const LinearModel whole = fit_linear(data, config, {.device = gpu()});
    set_memory_budget(gpu(), memory_use(gpu()).in_use + (has_hessian ? 8 << 20 : bytes * 4 / 5));
    const LinearModel parts = fit_linear(data, config, {.device = gpu()});
    set_memory_budget(gpu(), 0);
    EXPECT_TRUE(parts.weights() == whole.weights()) << name_of(solver);
    EXPECT_TRUE(parts.intercept() == whole.intercept());
  }
}

TEST_F(DeviceLinear, CollinearColumnsAreNamedAsOnTheCpu) {
  RandomRows rows(loss_of(Kind::logistic), false, 3, 200, 4);
  for (std::int64_t i = 0; i < rows.rows; ++i) rows.at(i, 2) = rows.at(i, 0) + rows.at(i, 1);
  expect_same_fit(rows.dataset(), {.loss = loss::logistic()});
  for (std::int64_t i = 0; i < rows.rows; ++i) rows.labels[static_cast<std::size_t>(i)] += rows.at(i, 3);
  expect_same_fit(rows.dataset(), {});
}

TEST_F(DeviceLinear, NoMinimumIsNoMinimum) {
  const std::vector<double> x{1, 2, 3, 4, 5, 6}, label{0, 0, 0, 1, 1, 1};
  const Dataset data = Dataset::from_rows(std::span<const double>(x), 1, {.label = label});
  EXPECT_EQ(fit_linear(data, {.loss = loss::logistic()}, {.device = gpu()}).certificate().status, FitStatus::separable);
}

TEST_F(DeviceLinear, OnlineLearnersRunOnTheCpuAlone) {
  try {
    OnlineLearner({}, {.device = gpu()});
    FAIL();
  } catch (const DeviceError& error) {
    EXPECT_EQ(std::string(error.what()),
              "OnlineLearner: each row waits for the one before, which is work for the CPU alone, and the device is " +
                  gpu().name() + ". Hint: Device::cpu(), or fit_linear on " + gpu().name() + ".");
  }
}

TEST_F(DeviceLinear, QrRunsOnTheCpuAlone) {
  const Dataset data = RandomRows(loss_of(Kind::squared), false, 4, 50, 2).dataset();
  try {
    fit_linear(data, {.solver = Solver::qr}, {.device = gpu()});
    FAIL();
  } catch (const DeviceError& error) {
    EXPECT_STREQ(error.what(),
                 "fit_linear: solver qr runs on the CPU alone. Hint: Device::cpu(), or newton_cholesky, newton_cg or "
                 "lbfgs on cuda:0.");
  }
}

}  // namespace
}  // namespace linden
