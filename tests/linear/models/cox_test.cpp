// Cox's partial likelihood in linear models: closed forms of Therneau and Grambsch (2000), R's figures, the definition
// summed over pairs in long double, strata, and what is refused.
#include <gtest/gtest.h>

#include <cmath>
#include <linden/linear.hpp>
#include <linden/linear_path.hpp>
#include <linden/metric.hpp>
#include <linden/statistics.hpp>
#include <random>
#include <string>
#include <vector>

#include "refusal.hpp"

namespace linden {
namespace {

using Real = long double;

/// Rows whose times have ties where `whole`, a third of them lost from sight.
struct Lives {
  int rows, features;
  std::vector<double> x, time, weight;
  std::vector<std::int64_t> strata;  // sizes

  Lives(unsigned seed, int count, int columns, bool whole) : rows(count), features(columns) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    for (int i = 0; i < rows; ++i) {
      double score = 0;
      for (int j = 0; j < features; ++j) {
        x.push_back(2 + 3 * normal(random));
        score += (j % 2 == 0 ? 0.2 : -0.1) * (x.back() - 2);
      }
      double t = std::exp(1.5 - score + 0.7 * normal(random));
      if (whole) t = std::ceil(t);
      time.push_back(random() % 3 == 0 ? -t : t);
    }
  }
  Dataset dataset() const {
    const Dataset data = Dataset::from_rows(x, features, {.label = time, .weight = weight});
    return strata.empty() ? data : data.with_groups(GroupList::sizes(strata));
  }
  double w(std::size_t i) const { return weight.empty() ? 1 : weight[i]; }
  std::size_t stratum(std::size_t row) const {
    std::size_t s = 0, end = 0;
    while (s < strata.size() && row >= (end += static_cast<std::size_t>(strata[s]))) ++s;
    return s;
  }

  /// Minus the partial likelihood over the sum of weights, by its definition, and its gradient.
  Real value(const std::vector<Real>& at, bool efron, std::vector<Real>& gradient) const {
    const auto n = static_cast<std::size_t>(rows), p = static_cast<std::size_t>(features);
    std::vector<Real> risk(n);
    for (std::size_t i = 0; i < n; ++i) {
      Real s = 0;
      for (std::size_t j = 0; j < p; ++j) s += at[j] * x[i * p + j];
      risk[i] = w(i) * std::exp(s);
    }
    Real sum = 0, weights = 0;
    gradient.assign(p, 0);
    for (std::size_t i = 0; i < n; ++i) {
      weights += w(i);
      if (!(time[i] > 0) || w(i) == 0) continue;
      // Which of the tied events this is, and their mean weight.
      Real before = 0, ties = 0, weight_of_ties = 0;
      for (std::size_t k = 0; k < n; ++k) {
        if (time[k] != time[i] || stratum(k) != stratum(i) || w(k) == 0) continue;
        ++ties;
        weight_of_ties += w(k);
        if (k < i) ++before;
      }
      const Real share = efron ? before / ties : 0, mean = weight_of_ties / ties;
      Real all = 0;
      std::vector<Real> means(p);
      for (std::size_t k = 0; k < n; ++k) {
        if (std::abs(time[k]) < time[i] || stratum(k) != stratum(i)) continue;
        const Real part = risk[k] * (time[k] == time[i] ? 1 - share : Real(1));
        all += part;
        for (std::size_t j = 0; j < p; ++j) means[j] += part * x[k * p + j];
      }
      sum += mean * std::log(all) - w(i) * std::log(risk[i] / w(i));
      for (std::size_t j = 0; j < p; ++j) gradient[j] += mean * means[j] / all - w(i) * x[i * p + j];
    }
    for (Real& g : gradient) g /= weights;
    return sum / weights;
  }
};

std::vector<Real> as_real(const std::vector<double>& values) { return {values.begin(), values.end()}; }

LinearConfig cox(loss::Ties ties = loss::Ties::efron) { return {.loss = loss::cox({.ties = ties})}; }

// Therneau and Grambsch, appendix E.1: the roots are log((3 + sqrt 33) / 2) for Breslow's, 1.676857 for Efron's ties;
// minus the log partial likelihoods there 3.824750 and 3.358975.
TEST(LinearCox, SixRowsAreThoseOfTheBook) {
  const std::vector<double> x{1, 1, 1, 0, 0, 0}, time{1, -1, 6, 6, -8, 9};
  const Dataset data = Dataset::from_rows(x, 1, {.label = time});
  for (const Solver solver :
       {Solver::automatic, Solver::newton_cholesky, Solver::newton_cg, Solver::lbfgs, Solver::coordinate_descent}) {
    LinearConfig breslow = cox(loss::Ties::breslow), efron = cox();
    breslow.solver = efron.solver = solver;
    breslow.tolerance = efron.tolerance = 1e-12;
    const LinearModel a = fit_linear(data, breslow), b = fit_linear(data, efron);
    EXPECT_NEAR(a.weight(0), std::log((3 + std::sqrt(33.0)) / 2), 1e-7) << name_of(solver);
    EXPECT_NEAR(6 * a.certificate().objective, 3.824750, 1e-6);
    EXPECT_NEAR(b.weight(0), 1.676857, 1e-6) << name_of(solver);
    EXPECT_NEAR(6 * b.certificate().objective, 3.358975, 1e-6);
    EXPECT_EQ(a.intercept()[0], 0);
    EXPECT_FALSE(a.config().intercept);
    EXPECT_TRUE(a.certificate().is_optimal() && b.certificate().is_optimal());
  }
}

// The first example of coxph in R's package survival: coef 0.802.
TEST(LinearCox, StrataAreThoseOfR) {
  const std::vector<double> x{0, 2, 1, 1, 1, 0, 0}, time{4, 3, 1, -1, 2, 2, -3};
  const Dataset data = Dataset::from_rows(x, 1, {.label = time});
  EXPECT_NEAR(fit_linear(data.with_groups(GroupList::sizes({4, 3})), cox()).weight(0), 0.802, 5e-4);
  EXPECT_GT(std::abs(fit_linear(data, cox()).weight(0) - 0.802), 0.01);
}

TEST(LinearCox, TheOptimumIsThatOfTheDefinition) {
  for (const bool efron : {false, true})
    for (const bool strata : {false, true})
      for (const bool weighted : {false, true}) {
        Lives lives(efron ? 3 : 4, 60, 3, true);
        if (strata) lives.strata = {25, 35};
        for (int i = 0; i < 60 && weighted; ++i) lives.weight.push_back(i % 4 * 0.5);
        std::vector<Real> gradient;
        const LinearModel model =
            fit_linear(lives.dataset(), cox(efron ? loss::Ties::efron : loss::Ties::breslow), {.threads = 2});
        const Certificate& c = model.certificate();
        const Real value = lives.value(as_real(model.weights()), efron, gradient);
        ASSERT_TRUE(c.is_optimal()) << c;
        EXPECT_NEAR(c.objective, static_cast<double>(value), 1e-12);
        for (const Real g : gradient) EXPECT_NEAR(static_cast<double>(g), 0, 1e-8);
      }
}

TEST(LinearCox, TheGapIsNoLessThanTheDistance) {
  const Lives lives(5, 80, 4, true);
  for (const Solver solver : {Solver::newton_cholesky, Solver::newton_cg, Solver::lbfgs, Solver::coordinate_descent})
    for (const double l2 : {0.0, 0.05})
      for (const double l1 : {0.0, 0.02}) {
        if (l1 > 0 && (solver == Solver::newton_cholesky || solver == Solver::newton_cg)) continue;
        LinearConfig config = cox();
        config.l1 = l1;
        config.l2 = l2;
        config.tolerance = 1e-13;
        const double least = fit_linear(lives.dataset(), config).certificate().objective;
        config.solver = solver;
        for (const int steps : {1, 2, 3, 0}) {
          config.tolerance = steps == 0 ? 1e-6 : 1e-8;
          config.max_iterations = steps;
          const Certificate c = fit_linear(lives.dataset(), config).certificate();
          if (steps == 0 || c.gap_kind == GapKind::bound) {
            EXPECT_LE(c.objective - least, c.gap * (1 + 1e-9) + 1e-14) << c;
          }
          if (steps > 0) continue;
          EXPECT_TRUE(c.is_optimal()) << c;
          EXPECT_EQ(c.gap_kind, l1 + l2 > 0 ? GapKind::bound : GapKind::estimate) << c;
        }
      }
}

TEST(LinearCox, ThreadsDoNotShowAndFilesKeepAll) {
  const Lives lives(6, 1000, 20, false);
  const LinearModel one = fit_linear(lives.dataset(), cox(), {.threads = 1});
  EXPECT_EQ(fit_linear(lives.dataset(), cox(), {.threads = 3}).to_string(), one.to_string());
  const LinearModel loaded = LinearModel::from_string(one.to_string());
  EXPECT_EQ(loaded.to_string(), one.to_string());
  const Tensor risk = loaded.predict(lives.dataset());
  EXPECT_GT(metric::risk_concordance().evaluate(risk, lives.dataset().label()), 0.6);
  EXPECT_EQ(fit_linear(lives.dataset()).loss().name(), "squared");  // no events are named
}

TEST(LinearCox, Refusals) {
  const Lives lives(7, 30, 2, false);
  EXPECT_EQ(refusal<ArgumentError>([&] { statistics(fit_linear(lives.dataset(), cox()), lives.dataset()); }),
            "statistics: loss \"cox\" compares rows, and no formula here gives its errors. Hint: bounds by refitting "
            "resampled rows.");
  EXPECT_EQ(
      refusal<ArgumentError>([&] { fit_path(lives.dataset(), cox()); }),
      "fit_path: loss cox has labels that are times, which paths do not take. Hint: fit_linear at each strength.");
  Lives lost = lives;
  for (double& t : lost.time) t = -std::abs(t);
  EXPECT_EQ(refusal<DataError>([&] { fit_linear(lost.dataset(), cox()); }),
            "fit_linear: no row has an event, and loss cox compares rows that have one with others. Hint: of labels "
            "that are one time, those with a minus have none.");
}

}  // namespace
}  // namespace linden
