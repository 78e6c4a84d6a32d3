// Linear models of losses that users write: means over rows are least squares, losses that mix rows have a gap that is
// no less than the distance, and what has no curvature is said.
#include <gtest/gtest.h>

#include <cmath>
#include <linden/linear.hpp>
#include <linden/ops.hpp>
#include <string>
#include <vector>

#include "linear/random_rows.hpp"
#include "linear/reference.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using reference::Real;

Tensor squares(const Tensor& s, const Tensor& y) { return 0.5 * square(y - s); }

TEST(LinearCustomLoss, AMeanOverRowsIsItsRows) {
  RandomRows rows(loss_of(Kind::squared), false, 3, 120, 4);
  for (int i = 0; i < 120; ++i) rows.weights.push_back(1 + i % 3);
  for (const double l2 : {0.0, 0.01}) {
    const LinearModel known = fit_linear(rows.dataset(), {.l2 = l2});
    for (const bool is_mean : {true, false}) {
      const Loss loss = loss::custom("mine", [is_mean](const Tensor& s, const Tensor& y) {
        return is_mean ? mean(squares(s, y)) : sum(squares(s, y));
      });
      const LinearModel model = fit_linear(rows.dataset(), {.loss = loss, .l2 = l2});
      EXPECT_EQ(model.certificate().status, FitStatus::converged) << model.certificate();
      EXPECT_EQ(model.certificate().solver, known.certificate().solver);
      EXPECT_NEAR(model.certificate().objective, known.certificate().objective, 1e-12);
      for (int j = 0; j < 4; ++j) EXPECT_NEAR(model.weight(j), known.weight(j), 1e-9);
      EXPECT_TRUE(model.warnings().empty());
    }
  }
}

/// Breslow's partial likelihood of rows in order of their times, all of which are events, over the number of rows.
struct Cox {
  const RandomRows& rows;

  Real value(const std::vector<Real>& w) const {
    Real sum = 0, risk = 0;
    for (std::int64_t i = rows.rows; i-- > 0;) {
      const Real s = score(w, i);
      risk += std::exp(s);
      sum += std::log(risk) - s;
    }
    return sum / static_cast<Real>(rows.rows);
  }
  Real score(const std::vector<Real>& w, std::int64_t row) const {
    Real s = 0;
    for (int j = 0; j < rows.features; ++j) s += w[static_cast<std::size_t>(j)] * rows.at(row, j);
    return s;
  }
  /// By Newton steps on differences: exact to about 1e-16.
  std::vector<Real> minimise() const {
    const auto n = static_cast<std::size_t>(rows.features);
    std::vector<Real> w(n);
    for (int step = 0; step < 60; ++step) {
      std::vector<Real> g(n), h(n * n);
      std::vector<Real> first(n), second(n * n);
      Real risk = 0;
      for (std::int64_t i = rows.rows; i-- > 0;) {
        const Real e = std::exp(score(w, i));
        risk += e;
        const auto x = [&](std::size_t j) { return Real(rows.at(i, static_cast<int>(j))); };
        for (std::size_t j = 0; j < n; ++j) {
          first[j] += e * x(j);
          for (std::size_t k = 0; k < n; ++k) second[j * n + k] += e * x(j) * x(k);
        }
        for (std::size_t j = 0; j < n; ++j) {
          g[j] += first[j] / risk - x(j);
          for (std::size_t k = 0; k < n; ++k)
            h[j * n + k] += second[j * n + k] / risk - first[j] / risk * (first[k] / risk);
        }
      }
      for (std::size_t p = 0; p < n; ++p)  // Gauss and Jordan
        for (std::size_t i = 0; i < n; ++i) {
          if (i == p) continue;
          const Real by = h[i * n + p] / h[p * n + p];
          for (std::size_t k = 0; k < n; ++k) h[i * n + k] -= by * h[p * n + k];
          g[i] -= by * g[p];
        }
      for (std::size_t j = 0; j < n; ++j) w[j] -= g[j] / h[j * n + j];
    }
    return w;
  }
};

Tensor partial_likelihood(const Tensor& s, const Tensor&) {
  // Rows are in order: those at risk are a row and all after it.
  const std::int64_t rows = s.size(0);
  Tensor at_risk = Tensor::zeros({rows, rows});
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = i; j < rows; ++j) at_risk.span<double>()[static_cast<std::size_t>(i * rows + j)] = 1;
  const Tensor later = logsumexp(where(at_risk != 0, s.unsqueeze(0), Tensor(-1e300)), 1);
  return later - s;
}

TEST(LinearCustomLoss, TheGapOfALossThatMixesRowsIsNoLessThanTheDistance) {
  const RandomRows rows(loss_of(Kind::squared), false, 5, 40, 3);
  const Cox cox{rows};
  const Real least = cox.value(cox.minimise());
  for (const double tolerance : {1e-4, 1e-8}) {
    for (const bool is_mean : {true, false}) {
      const Loss loss = loss::custom("cox_likelihood", [is_mean](const Tensor& s, const Tensor& y) {
        const Tensor losses = partial_likelihood(s, y);
        return is_mean ? mean(losses) : sum(losses);
      });
      LinearConfig config{.loss = loss};
      config.intercept = false;
      config.tolerance = tolerance;
      const LinearModel model = fit_linear(rows.dataset(), config);
      const Certificate& c = model.certificate();
      EXPECT_EQ(c.status, FitStatus::converged) << c;
      EXPECT_EQ(c.solver, Solver::lbfgs);
      EXPECT_EQ(c.why, "the loss mixes rows, and the curvature between them is not known");
      EXPECT_EQ(c.gap_kind, GapKind::estimate);
      EXPECT_EQ(c.gap_source, "half the squared Newton decrement, by products of the tape");
      std::vector<Real> w;
      for (int j = 0; j < 3; ++j) w.push_back(model.weight(j));
      EXPECT_LE(static_cast<double>(cox.value(w) - least), c.gap) << c;
      EXPECT_NEAR(c.objective, static_cast<double>(least), c.gap + 1e-12);
      ASSERT_EQ(model.warnings().size(), 1u);
      EXPECT_EQ(model.warnings()[0],
                "loss \"cox_likelihood\" mixes rows: its gap is an estimate, from " + c.gap_source + ".");
    }
  }
}

TEST(LinearCustomLoss, AHessianThatIsNotKnownIsNotMadeUp) {
  const RandomRows rows(loss_of(Kind::squared), false, 6, 40, 3);
  const Loss cox =
      loss::custom("cox_likelihood", [](const Tensor& s, const Tensor& y) { return sum(partial_likelihood(s, y)); });
  for (const Solver solver : {Solver::newton_cholesky, Solver::newton_cg, Solver::coordinate_descent}) {
    LinearConfig config{.loss = cox};
    config.solver = solver;
    EXPECT_EQ(refusal<ArgumentError>([&] { fit_linear(rows.dataset(), config); }),
              std::string("fit_linear: solver ") + name_of(solver) +
                  " takes the Hessian, and of loss \"cox_likelihood\", which mixes rows, only slopes are known. Hint: "
                  "lbfgs, or "
                  "leave the choice to automatic.");
  }
}

TEST(LinearCustomLoss, ALossThatKnowsItsRowsIsFitted) {
  // An offset that the function captures: made-up rows have none.
  const RandomRows rows(loss_of(Kind::squared), false, 7, 60, 3);
  std::vector<double> offsets, rest;
  for (std::size_t i = 0; i < 60; ++i) {
    offsets.push_back(std::sin(static_cast<double>(i)));
    rest.push_back(rows.labels[i] - offsets[i]);
  }
  const Tensor offset = Tensor::copy_of(std::span<const double>(offsets), {60});
  const Loss loss = loss::custom("offset", [&](const Tensor& s, const Tensor& y) { return squares(s + offset, y); });
  const LinearModel model = fit_linear(rows.dataset(), {.loss = loss});
  RandomRows less = rows;
  less.labels = rest;
  const LinearModel known = fit_linear(less.dataset());
  EXPECT_EQ(model.certificate().status, FitStatus::converged) << model.certificate();
  for (int j = 0; j < 3; ++j) EXPECT_NEAR(model.weight(j), known.weight(j), 1e-7);
}

TEST(LinearCustomLoss, ALossWithoutCurvatureIsSaidToBe) {
  const RandomRows rows(loss_of(Kind::squared), false, 8, 60, 3);
  const auto warnings = [&](Curvature curvature) {
    const Loss loss =
        loss::custom("corner", [](const Tensor& s, const Tensor& y) { return abs(y - s); }, {.curvature = curvature});
    return fit_linear(rows.dataset(), {.loss = loss, .l2 = 0.01}).warnings();
  };
  ASSERT_EQ(warnings(Curvature::clamped).size(), 1u);
  EXPECT_EQ(warnings(Curvature::clamped)[0],
            "the curvature of loss \"corner\" is 0 in all rows: its optimum is at a corner, which no solver looks for. "
            "Hint: Curvature::majorising, or a loss that is smooth near its corners.");
  EXPECT_TRUE(warnings(Curvature::majorising).empty());
}

// Along the intercept, which has no penalty, and along a weight.
TEST(LinearCustomLoss, ALossWithoutALeastValueIsNotCertified) {
  const std::vector<double> x{1, 2, 2, 1, 4, 3, 3, 5}, y{1, 2, 3, 5};
  const Dataset data = Dataset::from_rows(x, 2, {.label = y});
  const Loss line = loss::custom("line", [](const Tensor& s, const Tensor& labels) { return labels * s; });
  for (const Solver solver : {Solver::automatic, Solver::lbfgs}) {
    const LinearModel model = fit_linear(data, {.loss = line, .l2 = 1, .solver = solver});
    const Certificate& c = model.certificate();
    EXPECT_EQ(c.status, FitStatus::separable) << c;
    EXPECT_EQ(c.gap, HUGE_VAL);
    EXPECT_EQ(c.relative_gap, HUGE_VAL);
    EXPECT_GE(c.kkt_distance, 2.75 - 1e-9);  // the mean label, which is the intercept's slope everywhere
    EXPECT_TRUE(c.separating_columns.empty()) << c;
    EXPECT_TRUE(model.warnings().empty()) << model.warnings()[0];
  }
  for (const Solver solver : {Solver::newton_cg, Solver::coordinate_descent}) {
    const Certificate c = fit_linear(data, {.loss = line, .l2 = 1, .solver = solver}).certificate();
    EXPECT_FALSE(c.is_optimal()) << c;
  }
  // With a penalty on all that is free there is a minimum: the weights are -(A' y) / rows.
  const LinearModel model = fit_linear(data, {.loss = line, .l2 = 1, .intercept = false, .standardize = false});
  EXPECT_EQ(model.certificate().status, FitStatus::converged) << model.certificate();
  EXPECT_NEAR(model.weight(0), -8.0, 1e-12);
  EXPECT_NEAR(model.weight(1), -9.5, 1e-12);
  EXPECT_TRUE(model.warnings().empty());
}

// Pairs of rows: the intercept does not matter, and its curvature is rounding.
TEST(LinearCustomLoss, ALossOfDifferencesOfScoresConverges) {
  const RandomRows rows(loss_of(Kind::squared), false, 9, 80, 3);
  const Loss pairs = loss::custom("pairs", [](const Tensor& s, const Tensor& y) {
    const Tensor ds = s.unsqueeze(1) - s.unsqueeze(0), dy = y.unsqueeze(1) - y.unsqueeze(0);
    return sum(where(dy > 0, softplus(-ds), 0.0));
  });
  for (const double l2 : {0.0, 1e-3}) {
    const LinearModel model = fit_linear(rows.dataset(), {.loss = pairs, .l2 = l2});
    const Certificate& c = model.certificate();
    EXPECT_EQ(c.status, FitStatus::converged) << c;
    EXPECT_LE(c.relative_gap, 1e-8);
    // The same without the intercept: a penalised one has no direction along which it could be lost.
    LinearConfig plain{.loss = pairs, .l2 = l2};
    plain.intercept = false;
    EXPECT_NEAR(c.objective, fit_linear(rows.dataset(), plain).certificate().objective, 1e-3 * c.objective);
  }
}

TEST(LinearCustomLoss, ALossThatIsNoNumberIsNamed) {
  const RandomRows rows(loss_of(Kind::squared), false, 10, 20, 2);
  const Loss log_loss = loss::custom("mine", [](const Tensor& s, const Tensor& y) { return log(-1 - square(s)) * y; });
  EXPECT_EQ(refusal<DataError>([&] { fit_linear(rows.dataset(), {.loss = log_loss}); }),
            "fit_linear: loss \"mine\" is nan where the fit starts, at the same score in all rows (0). Hint: its "
            "function must be finite for any score, whatever the label.");
}

}  // namespace
}  // namespace linden
