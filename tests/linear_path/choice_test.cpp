// Which point of a path: criteria by hand, folds and rows that are left out by brute force.
#include <gtest/gtest.h>

#include <cmath>
#include <linden/linear_choice.hpp>
#include <linden/ops.hpp>
#include <sstream>

#include "linear/random_rows.hpp"
#include "linear_path/eigenvalues.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

RandomRows rows_for(const Loss& loss, RowShape shape, unsigned seed = 3) {
  if (shape.informative == 1) shape.informative = shape.features;
  return RandomRows(loss, shape, seed);
}

TEST(PathCriteria, AreTheirFormulas) {
  const RandomRows rows = rows_for(loss::squared(), {.rows = 40, .features = 6});
  const LinearPath path = fit_path(rows.dataset(), {.loss = loss::squared()}, {.count = 9});
  const LinearPathPoint& p = path[5];
  const double n = 40, variance = p.deviance / n, k = p.df + 1;
  const double likelihood = -n / 2 * (std::log(2 * std::acos(-1.0) * variance) + 1);
  EXPECT_NEAR(p.log_likelihood, likelihood, 1e-10);
  EXPECT_NEAR(criterion_value(path, 5, PathRule::aic), 2 * k - 2 * likelihood, 1e-9);
  EXPECT_NEAR(criterion_value(path, 5, PathRule::aicc), 2 * k - 2 * likelihood + 2 * k * (k + 1) / (n - k - 1), 1e-9);
  EXPECT_NEAR(criterion_value(path, 5, PathRule::bic), k * std::log(n) - 2 * likelihood, 1e-9);
  double ways = 1;
  for (int i = 0; i < p.nonzero; ++i) ways *= (6.0 - i) / (i + 1);
  EXPECT_NEAR(criterion_value(path, 5, PathRule::ebic), k * std::log(n) - 2 * likelihood + 2 * std::log(ways), 1e-9);
  EXPECT_NEAR(criterion_value(path, 5, PathRule::gcv), n * p.deviance / ((n - p.df) * (n - p.df)), 1e-9);
  const PathChoice bic = choose(path, PathRule::bic);
  for (std::size_t i = 0; i < path.size(); ++i) EXPECT_GE(criterion_value(path, i, PathRule::bic), bic.value);
  EXPECT_TRUE(bic.why.find(": the least bic of 9 strengths, ") != std::string::npos) << bic.why;
}

TEST(PathCriteria, WithoutALikelihoodThereAreNone) {
  const RandomRows rows = rows_for(loss::huber(), {.rows = 30});
  const LinearPath path = fit_path(rows.dataset(), {.loss = loss::huber()}, {.count = 3});
  EXPECT_EQ(refusal<ArgumentError>([&] { choose(path, PathRule::aic); }),
            "choose: aic has no value at any of 3 points: loss huber is no distribution with a likelihood. Hint: "
            "cross_validate_path.");
  EXPECT_EQ(refusal<ArgumentError>([&] { choose(path, PathRule::best); }),
            "criterion_value: rule best wants folds. Hint: cross_validate_path.");
  EXPECT_EQ(refusal<ArgumentError>([] { path_rule_named("biic"); }),
            "path rule: no rule \"biic\". Did you mean \"bic\"? Rules: best, one_standard_error, aic, aicc, bic, ebic, "
            "gcv.");
  EXPECT_EQ(path_rule_named("gcv"), PathRule::gcv);
}

// Each fold's points against fits of their own, and its metric by hand: also where the Gram matrix is that of all rows
// less the fold's.
TEST(PathFolds, AreFitsOfTheirOwn) {
  struct Case {
    Loss loss;
    RowShape shape;
    bool intercept;
  };
  const std::vector<Case> cases = {{loss::squared(), {.rows = 60, .features = 5, .weighted = true}, true},
                                   {loss::squared(), {.rows = 60, .features = 5}, false},
                                   {loss::squared(), {.rows = 40, .features = 8, .entries = 3}, true},
                                   {loss::logistic(), {.rows = 80, .features = 4}, true}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.loss.name());
    const Dataset data = rows_for(c.loss, c.shape).dataset();
    const LinearConfig config{.loss = c.loss, .intercept = c.intercept, .tolerance = 1e-12};
    const Metric metric = c.loss.name() == "logistic" ? metric::logloss() : metric::rmse();
    const LinearPathValidation cv = cross_validate_path(data, config, {.count = 5, .least = 0.05},
                                                        {.folds = data.folds({.count = 3}), .metric = metric});
    ASSERT_EQ(cv.curve.values.size(), 5u);
    for (std::size_t f = 0; f < 3; ++f) {
      const Dataset train = data.take(cv.folds[f].train), test = data.take(cv.folds[f].test);
      for (std::size_t i = 0; i < 5; ++i) {
        LinearConfig alone = config;
        alone.l1 = cv.path[i].l1;
        const LinearModel model = fit_linear(train, alone);
        EXPECT_NEAR(cv.curve.values[i][f], metric.evaluate(model.predict(test), model.labels_of(test), test.weight()),
                    1e-5)
            << i << " " << f;
      }
    }
  }
}

TEST(PathFolds, TheRulesTakeTheBestAndTheLargestWithinAnError) {
  const Dataset data = rows_for(loss::squared(), {.rows = 120, .features = 12, .informative = 6}).dataset();
  const LinearPathValidation cv = cross_validate_path(data, {.loss = loss::squared()}, {.count = 20});
  const PathChoice best = cv.choose(PathRule::best), sparse = cv.choose(PathRule::one_standard_error);
  const auto& spread = cv.curve.spread;
  for (const FoldSpread& s : spread) EXPECT_GE(s.mean, spread[best.index].mean);
  EXPECT_LT(sparse.index, best.index);
  const double most = spread[best.index].mean + spread[best.index].standard_error;
  EXPECT_LE(spread[sparse.index].mean, most);
  for (std::size_t i = 0; i < sparse.index; ++i) EXPECT_GT(spread[i].mean, most);
  EXPECT_NE(sparse.why.find(": the largest whose mean rmse, "), std::string::npos) << sparse.why;
  EXPECT_NE(best.why.find(": the best mean rmse of 20 strengths, "), std::string::npos) << best.why;
  const LinearChoice choice = fit_best(data, {.loss = loss::squared()}, PathRule::one_standard_error, {.count = 20});
  EXPECT_EQ(choice.why, sparse.why);
  EXPECT_EQ(choice.model.weights(), cv.path.model(sparse.index).weights());
  EXPECT_EQ(refusal<ArgumentError>([&] { cv.choose(PathRule::aic); }),
            "LinearPathValidation::choose: rule aic is of a path, not of folds. Hint: choose(path, rule).");
  std::ostringstream lines;
  lines << cv;
  EXPECT_NE(lines.str().find("one_standard_error  strength"), std::string::npos) << lines.str();
}

TEST(Eigenvalues, MakeTheMatrixAgain) {
  std::mt19937 random(5);
  std::normal_distribution<double> normal;
  for (const std::size_t n : {1u, 2u, 3u, 10u, 40u}) {
    for (const bool is_flat : {false, true}) {  // of rank 2 at most
      std::vector<double> a(n * n);
      std::vector<double> u(n), v(n);
      for (std::size_t i = 0; i < n; ++i) u[i] = normal(random), v[i] = normal(random);
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j <= i; ++j)
          a[i * n + j] = a[j * n + i] = is_flat ? u[i] * u[j] + 2 * v[i] * v[j] : normal(random);
      std::vector<double> q = a, values;
      ASSERT_TRUE(symmetric_eigenvalues(q, n, values));
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
          double sum = 0, along = 0;
          for (std::size_t k = 0; k < n; ++k) {
            sum += values[k] * q[k * n + i] * q[k * n + j];
            along += q[i * n + k] * q[j * n + k];
          }
          EXPECT_NEAR(sum, a[i * n + j], 1e-12 * static_cast<double>(n));
          EXPECT_NEAR(along, i == j ? 1 : 0, 1e-13 * static_cast<double>(n));
        }
    }
  }
}

// More rows than columns, and fewer: the fit without each row, one by one, under the same sum of penalties.
TEST(RidgeLeaveOneOut, IsEachRowLeftOut) {
  for (const int features : {3, 20})
    for (const bool weighted : {false, true})
      for (const bool intercept : {true, false}) {
        RandomRows rows = rows_for(loss::squared(), {.rows = 14, .features = features, .weighted = weighted});
        for (double& w : rows.weights) w = std::max(w, 0.5);
        const Dataset data = rows.dataset();
        const LinearConfig config{.loss = loss::squared(), .intercept = intercept, .standardize = false};
        const std::vector<double> strengths{3, 0.7, 0.1};
        const RidgeLeaveOneOut loo = ridge_leave_one_out(data, config, strengths);
        double total = 0;
        for (int i = 0; i < 14; ++i) total += weighted ? rows.weights[static_cast<std::size_t>(i)] : 1;
        for (std::size_t s = 0; s < strengths.size(); ++s) {
          double error = 0;
          for (std::int64_t i = 0; i < 14; ++i) {
            std::vector<std::int64_t> others;
            for (std::int64_t r = 0; r < 14; ++r)
              if (r != i) others.push_back(r);
            const double weight = weighted ? rows.weights[static_cast<std::size_t>(i)] : 1;
            LinearConfig without = config;
            without.l2 = strengths[s] * total / (total - weight);
            without.tolerance = 1e-14;
            const LinearModel model = fit_linear(data.take(others), without);
            const std::vector<std::int64_t> one{i};
            const double predicted = model.predict(data.take(one)).item();
            const double off = predicted - rows.labels[static_cast<std::size_t>(i)];
            error += weight / total * off * off;
            if (s == loo.best) {
              EXPECT_NEAR(loo.prediction[static_cast<std::size_t>(i)], predicted, 1e-8);
            }
          }
          EXPECT_NEAR(loo.mean_squared_error[s], error, 1e-8 * error) << features << " " << s;
        }
        EXPECT_NE(loo.why.find("the least mean squared error"), std::string::npos);
      }
}

TEST(RidgeLeaveOneOut, DegreesOfFreedomAndGcvAreThoseOfThePath) {
  const RandomRows rows = rows_for(loss::squared(), {.rows = 30, .features = 4});
  const std::vector<double> strengths{2, 0.2};
  const RidgeLeaveOneOut loo = ridge_leave_one_out(rows.dataset(), {.loss = loss::squared()}, strengths);
  const LinearPath path = fit_path(rows.dataset(), {.loss = loss::squared()},
                                   {.strengths = strengths, .l1_share = 0, .effective_df = true});
  for (std::size_t s = 0; s < 2; ++s) {
    EXPECT_NEAR(loo.df[s], path[s].df, 1e-9);
    EXPECT_NEAR(loo.gcv[s], criterion_value(path, s, PathRule::gcv), 1e-7 * loo.gcv[s]);
  }
}

TEST(RidgeLeaveOneOut, RefusesWhatHasNoClosedForm) {
  const Dataset data = rows_for(loss::squared(), {.rows = 10, .features = 2}).dataset();
  const auto refused = [&](const LinearConfig& config, const std::vector<double>& strengths) {
    return refusal<ArgumentError>([&] { ridge_leave_one_out(data, config, strengths); });
  };
  EXPECT_EQ(refused({.loss = loss::huber()}, {1}),
            "ridge_leave_one_out: the loss is huber, and the closed form is that of squared. Hint: cross_validate_path "
            "with folds.");
  EXPECT_EQ(refused({.loss = loss::squared(), .l2 = 1}, {1}),
            "ridge_leave_one_out: l1 is 0 and l2 is 1; the strengths are those of l2. Hint: leave both at 0.");
  EXPECT_EQ(refused({.loss = loss::squared(), .constraints = {.nonnegative = true}}, {1}),
            "ridge_leave_one_out: weights have bounds, and the closed form has none. Hint: cross_validate_path with "
            "folds.");
  EXPECT_EQ(refused({.loss = loss::squared()}, {}), "ridge_leave_one_out: there are no strengths.");
  EXPECT_EQ(refused({.loss = loss::squared()}, {1, -1}),
            "ridge_leave_one_out: strength -1; strengths must be above 0.");
  EXPECT_EQ(refused({.loss = loss::squared(), .penalty = {.factors = {{data.feature_names()[1], 0}}}}, {1}),
            "ridge_leave_one_out: column " + data.feature_names()[1] +
                " has a factor of 0, and the closed form wants a penalty on each.");
}

TEST(RefitSelected, IsAFitOfTheSelectedColumns) {
  const RandomRows rows = rows_for(loss::squared(), {.rows = 60, .features = 8, .informative = 5});
  const Dataset data = rows.dataset();
  const LinearPath path = fit_path(
      data, {.loss = loss::squared(), .constraints = {.upper = {{data.feature_names()[0], 9}}}}, {.count = 10});
  std::vector<std::string> others = data.feature_names();
  const LinearModel refit = refit_selected(data, path, 2);
  for (const PathWeight& w : path[2].weights)
    std::erase(others, data.feature_names()[static_cast<std::size_t>(w.feature)]);
  ASSERT_FALSE(others.empty());
  const LinearModel alone = fit_linear(data.without(others), {.loss = loss::squared()});
  EXPECT_NEAR(refit.certificate().objective, alone.certificate().objective, 1e-9 * alone.certificate().objective);
  int nonzero = 0;
  for (const double weight : refit.weights()) nonzero += weight != 0 ? 1 : 0;
  EXPECT_EQ(nonzero, path[2].nonzero);
  EXPECT_LT(refit.certificate().objective, path[2].certificate.objective);
  EXPECT_NE(refit.certificate().why.find(" that strength "), std::string::npos) << refit.certificate().why;
  EXPECT_EQ(refit_selected(data, path, 0).intercept(), path[0].intercept);
}

TEST(StabilitySelection, FindsTheColumnsThatMatter) {
  const RandomRows rows = rows_for(loss::squared(), {.rows = 600, .features = 20, .informative = 4});
  const Dataset data = rows.dataset();
  const Stability stable = stability_selection(data, {.loss = loss::squared()}, {.pairs = 10}, {.count = 20});
  ASSERT_GE(stable.stable.size(), 2u);
  const std::vector<int> first{std::min(stable.stable[0], stable.stable[1]),
                               std::max(stable.stable[0], stable.stable[1])};
  EXPECT_EQ(first, (std::vector<int>{0, 3}));  // every third of four has an effect
  EXPECT_EQ(stable.share[0], 1);
  EXPECT_LE(stable.picked, 4);
  EXPECT_NEAR(stable.most_false, stable.picked * stable.picked / (0.5 * 20), 1e-12);
  const Stability again =
      stability_selection(data, {.loss = loss::squared()}, {.pairs = 10}, {.count = 20, .threads = 1});
  EXPECT_EQ(again.share, stable.share);
  EXPECT_EQ(refusal<ArgumentError>([&] { stability_selection(data, {}, {.pairs = 0}); }),
            "stability_selection: .pairs is 0; it must be from 1 to 10000.");
  EXPECT_EQ(refusal<ArgumentError>([&] { stability_selection(data, {}, {.threshold = 0.5}); }),
            "stability_selection: .threshold is 0.5; it must be above 0.5, up to 1.");
  EXPECT_EQ(refusal<ArgumentError>([&] { stability_selection(data, {}, {.most_picked = -2}); }),
            "stability_selection: .most_picked is -2; it must be 0 (chosen) or more.");
}

}  // namespace
}  // namespace linden
