// Linear fits with an offset: the optimum of another problem without one, or where the slopes cancel.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <linden/error.hpp>
#include <linden/linear.hpp>
#include <linden/ops.hpp>

#include "linear/random_rows.hpp"

namespace linden {
namespace {

Tensor offsets(std::int64_t rows, double size, std::uint64_t seed = 9) {
  return (Generator(seed).normal({rows}) * size).contiguous();
}

void expect_near(const std::vector<double>& found, const std::vector<double>& wanted, double within,
                 const std::string& what) {
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], wanted[i], within * std::max(1.0, std::abs(wanted[i]))) << what << " " << i;
}

void expect_same(const LinearModel& a, const LinearModel& b, double within, const std::string& what) {
  EXPECT_EQ(a.certificate().status, FitStatus::converged) << what << a.certificate();
  expect_near(a.weights(), b.weights(), within, what);
  expect_near(a.intercept(), b.intercept(), within, what);
}

constexpr Solver solvers[] = {Solver::automatic, Solver::newton_cholesky,   Solver::newton_cg, Solver::lbfgs,
                              Solver::qr,        Solver::coordinate_descent};

// (o + s - y)^2 = (s - (y - o))^2.
TEST(LinearOffset, OfASquaredLossComesOffTheLabel) {
  const RandomRows rows(loss_of(Kind::squared), false, 1, 200, 5);
  const Tensor offset = offsets(200, 3), label = Tensor::copy_of(rows.labels) - offset;
  const Dataset data = rows.dataset().with_offset(offset), shifted = rows.dataset().with_label(label);
  for (const bool intercept : {true, false})
    for (const double l1 : {0.0, 0.05})
      for (const Solver solver : solvers) {
        if (l1 > 0 && (solver != Solver::automatic && solver != Solver::lbfgs && solver != Solver::coordinate_descent))
          continue;
        const LinearConfig config{.l1 = l1, .intercept = intercept, .solver = solver, .tolerance = 1e-13};
        const std::string what = std::string(name_of(solver)) + (l1 > 0 ? " l1" : "");
        const LinearModel model = fit_linear(data, config), other = fit_linear(shifted, config);
        expect_same(model, other, 1e-6, what);
        EXPECT_NEAR(model.certificate().objective, other.certificate().objective, 1e-12) << what;
        expect_near(model.predict(data).to_vector<double>(),
                    (other.predict(rows.dataset()) + offset).to_vector<double>(), 1e-6, what);
      }
}

// exp(o + s) - y s with o = log e is e (exp(s) - y / e s): rates with the exposure as weight.
TEST(LinearOffset, IsTheLogarithmOfAnExposure) {
  const RandomRows rows(loss_of(Kind::poisson), false, 2, 400, 4);
  const Tensor offset = offsets(400, 0.7), exposure = exp(offset);
  const Dataset data = rows.dataset().with_offset(offset);
  const Dataset rates = rows.dataset().with_label(Tensor::copy_of(rows.labels) / exposure).with_weight(exposure);
  const double share = mean(exposure).item();
  for (const double l2 : {0.0, 0.1})
    for (const double l1 : {0.0, 0.02}) {
      // The columns are standardised under other weights: penalties are on plain weights.
      LinearConfig config{.loss = loss::poisson(), .l1 = l1, .l2 = l2, .standardize = false, .tolerance = 1e-13};
      const LinearModel model = fit_linear(data, config);
      config.l1 /= share;
      config.l2 /= share;
      expect_same(model, fit_linear(rates, config), 1e-6, fmt::format("l1 {} l2 {}", l1, l2));
    }
}

// Of every loss, spelt as an expression and on the tape, too: the gradient at the optimum is that of the penalty.
TEST(LinearOffset, SlopesCancelAtTheOptimum) {
  const RandomRows rows(loss_of(Kind::logistic), false, 3, 300, 3);
  const Tensor offset = offsets(300, 1.5), y = Tensor::copy_of(rows.labels);
  const Dataset data = rows.dataset().with_offset(offset);
  const Tensor x = rows.dataset().matrix();
  const auto function = [](const Tensor& s, const Tensor& label) { return softplus(s) - label * s; };
  const Loss spelt = loss::custom("spelt", function, {.link = Link::sigmoid});
  const Loss taped = loss::custom(
      "taped", [&](const Tensor& s, const Tensor& label) { return function(s, label) * Tensor(1.0 + 0.0 * s.size(0)); },
      {.link = Link::sigmoid});
  for (const Loss& loss : {loss::logistic(), spelt, taped}) {
    const LinearModel model = fit_linear(data, {.loss = loss, .l2 = 0.05, .standardize = false, .tolerance = 1e-12});
    EXPECT_EQ(model.certificate().status, FitStatus::converged) << loss.name() << model.certificate();
    const Tensor off = model.predict(data) - y;
    EXPECT_NEAR(mean(off).item(), 0, 1e-7) << loss.name();
    for (int f = 0; f < 3; ++f)
      EXPECT_NEAR(mean(off * x.select(1, f)).item() + 0.05 * model.weight(f), 0, 1e-7) << loss.name() << " " << f;
    // As a column of weight 1: scores are those of its sum with the offset.
    expect_near(model.predict(data, {.output = Output::score}).to_vector<double>(),
                (offset + model.intercept()[0] + x.select(1, 0) * model.weight(0) + x.select(1, 1) * model.weight(1) +
                 x.select(1, 2) * model.weight(2))
                    .to_vector<double>(),
                1e-12, loss.name());
  }
}

TEST(LinearOffset, OfSoftmaxIsOneForEachClass) {
  const RandomRows rows(loss_of(Kind::softmax), false, 4, 300, 3);
  const Tensor offset = Generator(1).normal({300, 3}), x = rows.dataset().matrix();
  const Dataset data = rows.dataset().with_offset(offset);
  const LinearModel model =
      fit_linear(data, {.loss = loss::softmax({.classes = 3}), .l2 = 0.02, .standardize = false, .tolerance = 1e-12});
  EXPECT_EQ(model.certificate().status, FitStatus::converged) << model.certificate();
  const Tensor p = model.predict(data);
  for (int k = 0; k < 3; ++k) {
    const Tensor is_class = cast(Tensor::copy_of(rows.labels) == static_cast<double>(k), DType::f64);
    const Tensor off = p.select(1, k) - is_class;
    EXPECT_NEAR(mean(off).item(), 0, 1e-7) << k;
    for (int f = 0; f < 3; ++f)
      EXPECT_NEAR(mean(off * x.select(1, f)).item() + 0.02 * model.weight(f, k), 0, 1e-7) << k << f;
  }
}

// A bound is one with offsets, too: no other solver finds less than the objective less the gap.
TEST(LinearOffset, GapsAreTrue) {
  for (const Kind kind : {Kind::squared, Kind::logistic, Kind::poisson}) {
    const RandomRows rows(loss_of(kind), false, 5, 200, 6);
    const Dataset data = rows.dataset().with_offset(offsets(200, 1));
    for (const LinearConfig& penalised : penalties(kind)) {
      LinearConfig config = penalised;
      config.tolerance = 1e-13;
      const double least = fit_linear(data, config).certificate().objective;
      for (const int iterations : {1, 2, 4, 30}) {
        config.solver = Solver::lbfgs;
        config.max_iterations = iterations;
        const Certificate c = fit_linear(data, config).certificate();
        if (c.gap_kind != GapKind::bound) continue;
        EXPECT_GE(c.gap * (1 + 1e-9) + 1e-12, c.objective - least) << c;
      }
    }
  }
}

TEST(LinearOffset, ThreadsDoNotShow) {
  const Dataset data = RandomRows(loss_of(Kind::poisson), false, 6, 500, 4).dataset().with_offset(offsets(500, 1), "o");
  const LinearConfig config{.loss = loss::poisson(), .l2 = 1e-3};
  EXPECT_EQ(fit_linear(data, config, {.threads = 1}).to_string(), fit_linear(data, config, {.threads = 5}).to_string());
}

TEST(LinearOffset, RoundsAreOfBoostedModels) {
  const LinearModel model = fit_linear(RandomRows(loss_of(Kind::squared), false, 7, 20, 2).dataset());
  EXPECT_EQ(
      [&] {
        try {
          model.predict(RandomRows(loss_of(Kind::squared), false, 7, 20, 2).dataset(), {.rounds = 3});
        } catch (const ArgumentError& error) {
          return std::string(error.what());
        }
        return std::string();
      }(),
      "LinearModel::predict: .rounds is 3, and a linear model has none. Hint: leave it out.");
}

}  // namespace
}  // namespace linden
