// fit_linear as a user meets it: statuses, refusals, what does not change the model.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <linden/error.hpp>
#include <linden/linear.hpp>
#include <linden/ops.hpp>
#include <memory>
#include <numeric>
#include <vector>

#include "linear/random_rows.hpp"

namespace linden {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

template <class Error, class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

void expect_near(const Tensor& a, const Tensor& b, double within) {
  const std::span<const double> x = a.span<const double>(), y = b.span<const double>();
  ASSERT_EQ(x.size(), y.size());
  for (std::size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(x[i], y[i], within * std::max(1.0, std::abs(y[i]))) << i;
}

class EveryKind : public testing::TestWithParam<Kind> {};
INSTANTIATE_TEST_SUITE_P(FitLinear, EveryKind,
                         testing::Values(Kind::squared, Kind::logistic, Kind::softmax, Kind::poisson));

TEST_P(EveryKind, UnitsAndShiftsOfColumnsDoNotChangePredictions) {
  RandomRows plain(loss_of(GetParam()), false, 1, 400, 6);
  RandomRows changed = plain;
  for (std::int64_t i = 0; i < plain.rows; ++i) {
    changed.at(i, 0) *= 1e-6;
    changed.at(i, 1) *= 1e6;
    changed.at(i, 2) += 1e6;
  }
  for (const LinearConfig& config : penalties(GetParam())) {
    const LinearModel a = fit_linear(plain.dataset(), config), b = fit_linear(changed.dataset(), config);
    EXPECT_EQ(a.certificate().status, FitStatus::converged) << a.certificate();
    EXPECT_EQ(b.certificate().status, FitStatus::converged) << b.certificate();
    expect_near(b.predict(changed.dataset()), a.predict(plain.dataset()), 1e-8);
  }
}

TEST_P(EveryKind, TheOrderOfRowsDoesNotChangePredictions) {
  const Dataset data = RandomRows(loss_of(GetParam()), false, 2, 500, 5).dataset();
  std::vector<std::int64_t> order(500);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i * 137 % 500);
  for (const LinearConfig& config : penalties(GetParam()))
    expect_near(fit_linear(data.take(order), config).predict(data), fit_linear(data, config).predict(data), 1e-8);
}

TEST_P(EveryKind, AWeightIsAsManyCopiesOfItsRow) {
  RandomRows weighted(loss_of(GetParam()), false, 3, 120, 4), copied = weighted;
  copied.values.clear();
  copied.labels.clear();
  for (std::int64_t i = 0; i < weighted.rows; ++i) {
    weighted.weights.push_back(static_cast<double>(i % 4));
    for (std::int64_t copy = 0; copy < i % 4; ++copy) {
      for (int j = 0; j < 4; ++j) copied.values.push_back(weighted.at(i, j));
      copied.labels.push_back(weighted.labels[static_cast<std::size_t>(i)]);
    }
  }
  for (const LinearConfig& config : penalties(GetParam())) {
    const LinearModel a = fit_linear(weighted.dataset(), config), b = fit_linear(copied.dataset(), config);
    EXPECT_NEAR(a.certificate().objective, b.certificate().objective, 1e-12);
    expect_near(a.predict(copied.dataset()), b.predict(copied.dataset()), 1e-10);
  }
}

TEST_P(EveryKind, AnyNumberOfThreadsGivesTheSameBytes) {
  const Dataset data = RandomRows(loss_of(GetParam()), false, 4, 3000, 7).dataset();
  for (const Solver solver : {Solver::automatic, Solver::newton_cg, Solver::lbfgs}) {
    for (LinearConfig config : penalties(GetParam())) {
      config.solver = config.l1 > 0 && solver == Solver::newton_cg ? Solver::coordinate_descent : solver;
      const LinearModel one = fit_linear(data, config, {.threads = 1});
      for (const int threads : {2, 7}) {
        const LinearModel other = fit_linear(data, config, {.threads = threads});
        EXPECT_EQ(other.weights(), one.weights()) << name_of(config.solver) << ", " << threads;
        EXPECT_EQ(other.intercept(), one.intercept());
        EXPECT_EQ(other.certificate().gap, one.certificate().gap);
        EXPECT_EQ(other.to_string(), one.to_string());
      }
    }
  }
}

TEST_P(EveryKind, SolversAgree) {
  const Dataset data = RandomRows(loss_of(GetParam()), false, 5, 300, 5).dataset();
  for (const LinearConfig& config : penalties(GetParam())) {
    const LinearModel known = fit_linear(data, config);
    for (const Solver solver :
         {Solver::newton_cholesky, Solver::newton_cg, Solver::lbfgs, Solver::coordinate_descent}) {
      LinearConfig other = config;
      other.solver = solver;
      if (config.l1 > 0 && (solver == Solver::newton_cholesky || solver == Solver::newton_cg)) continue;
      const LinearModel model = fit_linear(data, other);
      EXPECT_EQ(model.certificate().status, FitStatus::converged) << model.certificate();
      EXPECT_EQ(model.certificate().solver, solver);
      EXPECT_NEAR(model.certificate().objective, known.certificate().objective,
                  2e-8 * std::abs(known.certificate().objective))
          << name_of(solver);
    }
  }
}

TEST_P(EveryKind, EveryLayoutOfTheSameNumbersGivesTheSameModel) {
  const RandomRows rows(loss_of(GetParam()), false, 6, 257, 5);
  const Dataset by_row = rows.dataset();
  std::vector<double> turned;
  std::vector<float> narrow;
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  for (int j = 0; j < 5; ++j)
    for (std::int64_t i = 0; i < 257; ++i) turned.push_back(rows.at(i, j));
  for (std::int64_t i = 0; i < 257; ++i) {
    for (int j = 0; j < 5; ++j) columns.push_back(j);
    offsets.push_back((i + 1) * 5);
  }
  std::vector<double> rounded;
  for (const double x : rows.values) narrow.push_back(static_cast<float>(x)), rounded.push_back(static_cast<float>(x));
  const RowOptions labelled{.label = rows.labels};
  for (const LinearConfig& config : penalties(GetParam())) {
    const Tensor expected = fit_linear(by_row, config).predict(by_row);
    const Dataset by_column = Dataset::from_columns(std::span<const double>(turned), 5, labelled);
    expect_near(fit_linear(by_column, config).predict(by_column), expected, 1e-9);
    const Dataset sparse =
        Dataset::from_csr(std::span<const std::int64_t>(offsets), std::span<const std::int32_t>(columns),
                          std::span<const double>(rows.values), 5, labelled);
    expect_near(fit_linear(sparse, config).predict(sparse), expected, 1e-9);
    const Dataset f32 = Dataset::from_rows(std::span<const float>(narrow), 5, labelled);
    const Dataset f64 = Dataset::from_rows(std::span<const double>(rounded), 5, labelled);
    expect_near(fit_linear(f32, config).predict(f32), fit_linear(f64, config).predict(f64), 1e-9);
  }
}

TEST(FitLinear, CustomLossesHaveTheBuiltInsOptimum) {
  const Dataset data = RandomRows(loss_of(Kind::logistic), false, 7, 400, 4).dataset();
  const Loss spelt = loss::custom("mine", [](const Tensor& s, const Tensor& y) { return softplus(s) - y * s; },
                                  {.link = Link::sigmoid});
  const Loss taped = loss::custom(
      "taped", [](const Tensor& s, const Tensor& y) { return (softplus(s) - y * s) * Tensor(1.0 + 0.0 * s.size(0)); },
      {.link = Link::sigmoid});
  for (const double l1 : {0.0, 0.01})
    for (const Loss& custom : {spelt, taped}) {
      const LinearModel known = fit_linear(data, {.loss = loss::logistic(), .l1 = l1, .l2 = 0.01});
      const LinearModel model = fit_linear(data, {.loss = custom, .l1 = l1, .l2 = 0.01});
      EXPECT_EQ(model.certificate().status, FitStatus::converged) << model.certificate();
      EXPECT_EQ(model.certificate().gap_kind, GapKind::estimate);
      EXPECT_NEAR(model.certificate().objective, known.certificate().objective, 1e-8);
    }
}

TEST(FitLinear, ALossOfManyOutputsWithoutAFullHessianTakesLbfgs) {
  const Dataset data = RandomRows(loss_of(Kind::softmax), false, 8, 300, 4).dataset();
  const Loss mine = loss::custom(
      "mine", [](const Tensor& s, const Tensor& y) { return logsumexp(s, 1) - gather(s, 1, cast(y, DType::i64)); },
      {.link = Link::softmax, .outputs = 3});
  const LinearModel model = fit_linear(data, {.loss = mine, .l2 = 0.01});
  EXPECT_EQ(model.certificate().solver, Solver::lbfgs);
  EXPECT_EQ(model.certificate().why, "the curvature between the loss's outputs is not known");
  EXPECT_NEAR(model.certificate().objective,
              fit_linear(data, {.loss = loss::softmax(), .l2 = 0.01}).certificate().objective, 1e-8);
}

TEST(FitLinear, SeparableClassesAreSaidToBe) {
  const auto file = std::filesystem::path(LINDEN_SOURCE_DIR) / "examples/data/breast_cancer.csv";
  const Dataset data = Dataset::from_csv(file, {.label = "diagnosis"});
  for (const Solver solver : {Solver::automatic, Solver::newton_cg, Solver::lbfgs}) {
    const Certificate c = fit_linear(data, {.loss = loss::logistic(), .solver = solver}).certificate();
    EXPECT_EQ(c.status, FitStatus::separable) << c;
    EXPECT_FALSE(c.separating_columns.empty());
  }
}

TEST(FitLinear, ClassesThatTouchThePlaneAreSeparableToo) {
  // x > 0 is always class 1, x < 0 always class 0, and at x = 0 there are both: the slope grows for ever.
  const std::vector<double> x{-2, -1, 0, 0, 1, 2, 0, 0}, label{0, 0, 0, 1, 1, 1, 1, 0};
  const Dataset data = Dataset::from_rows(std::span<const double>(x), 1, {.label = label});
  const Certificate c = fit_linear(data, {.loss = loss::logistic()}).certificate();
  EXPECT_EQ(c.status, FitStatus::separable) << c;
  EXPECT_EQ(c.separating_columns, std::vector<std::string>{"f0"});
}

TEST(FitLinear, CountsThatAreAllZeroInAGroupHaveNoMinimum) {
  const std::vector<double> x{0, 0, 0, 1, 1, 1}, label{0, 0, 0, 3, 1, 2};
  const Dataset data = Dataset::from_rows(std::span<const double>(x), 1, {.label = label});
  EXPECT_EQ(fit_linear(data, {.loss = loss::poisson()}).certificate().status, FitStatus::separable);
  EXPECT_EQ(fit_linear(data, {.loss = loss::poisson(), .l2 = 1e-3}).certificate().status, FitStatus::converged);
}

TEST(FitLinear, OneClassAloneHasNoMinimum) {
  const std::vector<double> x{1, 2, 3}, label{1, 1, 1};
  const Dataset data = Dataset::from_rows(std::span<const double>(x), 1, {.label = label});
  EXPECT_EQ(fit_linear(data, {.loss = loss::logistic(), .l2 = 1}).certificate().status, FitStatus::separable);
  const Dataset zeros = Dataset::from_rows(std::span<const double>(x), 1, {.label = std::vector<double>{0, 0, 0}});
  EXPECT_EQ(fit_linear(zeros, {.loss = loss::poisson(), .l1 = 1}).certificate().status, FitStatus::separable);
  EXPECT_EQ(fit_linear(data, {.loss = loss::logistic(), .l2 = 1, .intercept = false}).certificate().status,
            FitStatus::converged);
}

TEST(FitLinear, CollinearColumnsAreNamedAndLeftOut) {
  for (const Kind kind : {Kind::squared, Kind::logistic, Kind::poisson, Kind::softmax}) {
    RandomRows rows(loss_of(kind), false, 9, 300, 5);
    RandomRows three = rows;
    three.values.clear();
    three.features = 3;
    for (std::int64_t i = 0; i < rows.rows; ++i) {
      rows.at(i, 2) = rows.at(i, 0);                          // a copy
      rows.at(i, 4) = rows.at(i, 1) - 2 * rows.at(i, 3) + 1;  // a sum
      for (const int j : {0, 1, 3}) three.values.push_back(rows.at(i, j));
    }
    const LinearModel model = fit_linear(rows.dataset(), {.loss = loss_of(kind)});
    const Certificate& c = model.certificate();
    EXPECT_EQ(c.status, FitStatus::collinear) << c;
    EXPECT_EQ(c.collinear_columns, (std::vector<std::string>{"f2", "f4"}));
    EXPECT_EQ(c.rank, 4);
    EXPECT_EQ(model.weight(2), 0);
    EXPECT_EQ(model.weight(4), 0);
    expect_near(model.predict(rows.dataset()),
                fit_linear(three.dataset(), {.loss = loss_of(kind)}).predict(three.dataset()), 1e-8);
  }
}

TEST(FitLinear, ConstantColumnsHaveNoWeight) {
  RandomRows rows(loss_of(Kind::squared), false, 10, 100, 3);
  for (std::int64_t i = 0; i < rows.rows; ++i) rows.at(i, 1) = 1e6 / 3;
  const LinearModel model = fit_linear(rows.dataset());
  EXPECT_EQ(model.certificate().status, FitStatus::converged) << model.certificate();
  EXPECT_EQ(model.certificate().constant_columns, std::vector<std::string>{"f1"});
  EXPECT_EQ(model.weight(1), 0);
}

TEST(FitLinear, WithoutAnInterceptAConstantColumnTakesItsPlace) {
  RandomRows rows(loss_of(Kind::logistic), false, 11, 200, 3);
  for (std::int64_t i = 0; i < rows.rows; ++i) rows.at(i, 1) = 4;
  const LinearModel model = fit_linear(rows.dataset(), {.loss = loss::logistic(), .intercept = false});
  EXPECT_EQ(model.certificate().status, FitStatus::converged) << model.certificate();
  EXPECT_EQ(model.intercept(), std::vector<double>{0});
  const LinearModel known = fit_linear(rows.dataset(), {.loss = loss::logistic()});
  EXPECT_NEAR(4 * model.weight(1), known.intercept()[0], 1e-8);
}

TEST(FitLinear, RowsThatLieOnALineAreFittedExactly) {
  const std::vector<double> x{1, 2, 3, 4}, label{3, 5, 7, 9};
  const Dataset data = Dataset::from_rows(std::span<const double>(x), 1, {.label = label});
  const LinearModel model = fit_linear(data);
  EXPECT_EQ(model.certificate().status, FitStatus::converged) << model.certificate();
  EXPECT_NEAR(model.weight(0), 2, 1e-14);
  EXPECT_NEAR(model.intercept()[0], 1, 1e-14);
}

TEST(FitLinear, TooFewIterationsAreSaidToBe) {
  const Dataset data = RandomRows(loss_of(Kind::logistic), false, 12, 200, 4).dataset();
  for (const Solver solver : {Solver::newton_cholesky, Solver::newton_cg, Solver::lbfgs, Solver::coordinate_descent}) {
    const Certificate c =
        fit_linear(data, {.loss = loss::logistic(), .l2 = 1e-3, .solver = solver, .max_iterations = 1}).certificate();
    EXPECT_EQ(c.status, FitStatus::iteration_limit) << c;
    EXPECT_GT(c.relative_gap, 1e-8);
  }
}

TEST(FitLinear, FarOutValuesAreNoTrouble) {
  RandomRows rows(loss_of(Kind::logistic), false, 13, 200, 3);
  RandomRows far = rows;
  for (std::int64_t i = 0; i < rows.rows; ++i) {
    far.at(i, 0) *= 1e200;
    far.at(i, 1) *= 1e-200;
  }
  const LinearModel model = fit_linear(far.dataset(), {.loss = loss::logistic(), .l2 = 0.01});
  EXPECT_EQ(model.certificate().status, FitStatus::converged) << model.certificate();
  expect_near(model.predict(far.dataset()),
              fit_linear(rows.dataset(), {.loss = loss::logistic(), .l2 = 0.01}).predict(rows.dataset()), 1e-8);
}

TEST(FitLinear, MissingValuesAreRefusedByName) {
  RandomRows rows(loss_of(Kind::squared), false, 14, 50, 4);
  rows.at(7, 1) = nan;
  rows.at(9, 3) = nan;
  EXPECT_EQ(message_of<DataError>([&] { fit_linear(rows.dataset()); }),
            "fit_linear: missing values in columns f1, f3 (first at row 7). Hint: a fit with .missing_values = "
            "mean_indicator takes the mean of the column and says where values are missing, one with "
            ".missing_values = drop leaves such rows out; boosted models take them as they are.");
  const LinearModel model = fit_linear(RandomRows(loss_of(Kind::squared), false, 14, 50, 4).dataset());
  EXPECT_EQ(message_of<DataError>([&] { model.predict(rows.dataset()); }).substr(0, 55),
            "LinearModel::predict: missing values in columns f1, f3 ");
}

// Of every layout, and beside nothing but zeros.
TEST(FitLinear, AColumnThatIsAllMissingIsRefusedByName) {
  const std::vector<double> label{3, 4, 7, 5};
  const auto refused = [](const std::vector<double>& values) {
    const auto row = std::ranges::find_if(values, [](double value) { return std::isnan(value); }) - values.begin();
    return "fit_linear: missing values in column f1 (first at row " + std::to_string(row) +
           "). Hint: a fit with .missing_values = mean_indicator takes the mean of the column and says where "
           "values are missing, one with .missing_values = drop leaves such rows out; boosted models take them "
           "as they are.";
  };
  const auto number = [](double x) { return static_cast<float>(x); };
  for (const std::vector<double>& second : {std::vector<double>(4, nan), {0, nan, 0, 0}, {nan, 1, 2, 3}}) {
    std::vector<double> by_column{1, 2, 3, 4}, by_row;
    by_column.insert(by_column.end(), second.begin(), second.end());
    std::vector<float> narrow;
    for (std::size_t i = 0; i < 4; ++i) {
      by_row.insert(by_row.end(), {by_column[i], second[i]});
      narrow.insert(narrow.end(), {number(by_column[i]), number(second[i])});
    }
    for (const Dataset& data :
         {Dataset::from_columns(by_column, 2, {.label = label}), Dataset::from_rows(by_row, 2, {.label = label}),
          Dataset::from_rows(narrow, 2, {.label = label}),
          Dataset::from_rows(by_row, 2, {.label = label, .weight = {1, 0, 2, 1}})})
      EXPECT_EQ(message_of<DataError>([&] { fit_linear(data); }), refused(second));
  }
}

TEST(FitLinear, ARelativeGapIsThatOfTheObjectiveForAnyTolerance) {
  const Dataset data = RandomRows(loss_of(Kind::squared), false, 17, 60, 3).dataset();
  for (const double tolerance : {1e-8, 1e-20, 1e-50, 1e-200}) {
    const Certificate c = fit_linear(data, {.tolerance = tolerance}).certificate();
    EXPECT_NEAR(c.relative_gap / (c.gap / c.objective), 1, 1e-12) << c;
    EXPECT_EQ(c.tolerance, tolerance);
  }
}

TEST(FitLinear, DataThatCannotBeFittedIsRefused) {
  RandomRows rows(loss_of(Kind::squared), false, 15, 20, 2);
  rows.weights.assign(20, 0.0);
  EXPECT_EQ(message_of<DataError>([&] { rows.dataset(); }), "Dataset: every weight is 0.");
  rows.weights[3] = 1;
  const std::vector<std::int64_t> others{0, 1, 2};
  const Dataset weightless = rows.dataset().take(others);
  EXPECT_EQ(message_of<DataError>([&] { fit_linear(weightless); }), "fit_linear: all weights are zero.");
  rows.weights.clear();
  rows.labels[0] = -0.5;
  EXPECT_EQ(
      message_of<DataError>([&] { fit_linear(rows.dataset(), {.loss = loss::poisson()}); }),
      "fit_linear: the label is -0.5 at row 0, but poisson wants numbers >= 0. Hint: use .loss = loss::squared() for "
      "labels of "
      "either sign.");
  EXPECT_EQ(message_of<DataError>([&] { fit_linear(rows.dataset(), {.loss = loss::logistic()}); }).substr(0, 25),
            "fit_linear: the label is ");
  EXPECT_EQ(message_of<DataError>([&] { fit_linear(Dataset()); }), "fit_linear: the data has no rows.");
  EXPECT_EQ(message_of<DeviceError>([&] { fit_linear(rows.dataset(), {}, {.device = Device::cuda(0)}); }).substr(0, 29),
            "Device::cuda(0): no usable GP");
}

}  // namespace
}  // namespace linden
