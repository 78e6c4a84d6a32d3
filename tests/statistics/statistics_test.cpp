// Statistics of fits against closed forms, brute force and what they must not depend on.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <linden/ops.hpp>
#include <linden/statistics.hpp>
#include <sstream>

#include "refusal.hpp"
#include "statistics/distributions.hpp"
#include "statistics/small_data.hpp"

namespace linden {
namespace {

const LinearConfig squares{.loss = loss::squared(), .tolerance = 1e-14};
const LinearConfig logits{.loss = loss::logistic(), .tolerance = 1e-14};
const LinearConfig poissons{.loss = loss::poisson(), .tolerance = 1e-14};

StatisticsOptions by(Covariance covariance, NumberList clusters = {}) {
  StatisticsOptions options;
  options.covariance = covariance;
  options.clusters = std::move(clusters);
  return options;
}

/// Inverse of a small symmetric matrix, by Gauss and Jordan in long double.
using Real = long double;
using Square = std::vector<std::vector<Real>>;
Square inverse(Square a) {
  const std::size_t n = a.size();
  Square result(n, std::vector<Real>(n));
  for (std::size_t i = 0; i < n; ++i) result[i][i] = 1;
  for (std::size_t k = 0; k < n; ++k) {
    const Real pivot = a[k][k];
    for (std::size_t j = 0; j < n; ++j) a[k][j] /= pivot, result[k][j] /= pivot;
    for (std::size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      const Real factor = a[i][k];
      for (std::size_t j = 0; j < n; ++j) a[i][j] -= factor * a[k][j], result[i][j] -= factor * result[k][j];
    }
  }
  return result;
}
Square product(const Square& a, const Square& b) {
  Square c(a.size(), std::vector<Real>(b[0].size()));
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t k = 0; k < b.size(); ++k)
      for (std::size_t j = 0; j < b[0].size(); ++j) c[i][j] += a[i][k] * b[k][j];
  return c;
}

/// Rows (1, x) of a data set.
Square rows_of(const Dataset& data) {
  Square rows;
  const Tensor x = data.matrix();
  for (std::int64_t i = 0; i < data.rows(); ++i) {
    std::vector<Real>& row = rows.emplace_back(1, 1);
    for (int j = 0; j < data.features(); ++j)
      row.push_back(x.span<const double>()[static_cast<std::size_t>(i * data.features() + j)]);
  }
  return rows;
}
/// X' diag(w) X
Square gram(const Square& x, const std::vector<Real>& w) {
  Square g(x[0].size(), std::vector<Real>(x[0].size()));
  for (std::size_t r = 0; r < x.size(); ++r)
    for (std::size_t i = 0; i < g.size(); ++i)
      for (std::size_t j = 0; j < g.size(); ++j) g[i][j] += w[r] * x[r][i] * x[r][j];
  return g;
}

void expect_covariance(const FitStatistics& fit, const Square& expected, double within = 1e-9) {
  const std::size_t n = expected.size();
  ASSERT_EQ(fit.covariance.size(), n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      EXPECT_NEAR(fit.covariance[i * n + j], static_cast<double>(expected[i][j]),
                  within * static_cast<double>(std::sqrt(expected[i][i] * expected[j][j])))
          << i << " " << j;
}

TEST(Statistics, SandwichesOfTheSquaredLossAreTheirFormulas) {
  const Dataset data = small::numbers(40);
  const LinearModel model = fit_linear(data, squares);
  const Square x = rows_of(data);
  const std::vector<Real> ones(x.size(), 1);
  const Square v = inverse(gram(x, ones));
  const Tensor means = model.predict(data);
  std::vector<Real> e, h, groups;
  for (std::size_t r = 0; r < x.size(); ++r) {
    e.push_back(data.label().span<const double>()[r] - means.span<const double>()[r]);
    Real leverage = 0;
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t j = 0; j < 4; ++j) leverage += x[r][i] * v[i][j] * x[r][j];
    h.push_back(leverage);
  }
  const auto sandwich = [&](auto weight) {
    std::vector<Real> w;
    for (std::size_t r = 0; r < x.size(); ++r) w.push_back(weight(e[r], h[r]));
    return product(product(v, gram(x, w)), v);
  };
  const auto scaled = [](Square a, Real factor) {
    for (auto& row : a)
      for (Real& value : row) value *= factor;
    return a;
  };
  Real rss = 0;
  for (const Real residual : e) rss += residual * residual;
  expect_covariance(statistics(model, data), scaled(v, rss / 36));
  const Square hc0 = sandwich([](Real r, Real) { return r * r; });
  expect_covariance(statistics(model, data, by(Covariance::hc0)), hc0);
  expect_covariance(statistics(model, data, by(Covariance::hc1)), scaled(hc0, Real(40) / 36));
  expect_covariance(statistics(model, data, by(Covariance::hc2)),
                    sandwich([](Real r, Real l) { return r * r / (1 - l); }));
  expect_covariance(statistics(model, data, by(Covariance::hc3)),
                    sandwich([](Real r, Real l) { return r * r / ((1 - l) * (1 - l)); }));
  // Clusters of four rows: sums of scores.
  std::vector<double> clusters;
  Square sums(10, std::vector<Real>(4));
  for (std::size_t r = 0; r < x.size(); ++r) {
    clusters.push_back(static_cast<double>(r % 10));
    for (std::size_t i = 0; i < 4; ++i) sums[r % 10][i] += e[r] * x[r][i];
  }
  const Square meat = gram(sums, std::vector<Real>(10, 1));
  const FitStatistics clustered = statistics(model, data, by(Covariance::clustered, clusters));
  expect_covariance(clustered, scaled(product(product(v, meat), v), Real(10) / 9 * 39 / 36));
  EXPECT_EQ(clustered.degrees_of_freedom, 9);
  // Clusters alone say which covariance is meant.
  const FitStatistics implied = statistics(model, data, by(Covariance::classical, clusters));
  EXPECT_EQ(implied.covariance_kind, Covariance::clustered);
  EXPECT_EQ(implied.covariance, clustered.covariance);
  EXPECT_EQ(implied.degrees_of_freedom, 9);
  EXPECT_EQ(refusal<ArgumentError>([&] { statistics(model, data, by(Covariance::hc1, clusters)); }),
            "statistics: there are clusters, and covariance hc1 knows none. Hint: covariance clustered.");
  EXPECT_EQ(refusal<ArgumentError>([&] { profile_intervals(model, data, {}, by(Covariance::classical, clusters)); }),
            "profile_intervals: covariance clustered has no likelihood. Hint: classical, or the intervals of "
            "statistics().");
  EXPECT_EQ(row_statistics(model, data, by(Covariance::classical, clusters)).leverage,
            row_statistics(model, data).leverage);
  clusters[7] = std::nan("");
  EXPECT_EQ(refusal<ArgumentError>([&] { statistics(model, data, by(Covariance::clustered, clusters)); }),
            "statistics: the cluster of row 7 is nan. Hint: a number of its own for a row of no cluster.");
}

TEST(Statistics, AWeightIsSoManyRows) {
  const Dataset data = small::numbers(30, true);
  std::vector<std::int64_t> copies;
  for (std::int64_t i = 0; i < data.rows(); ++i)
    for (int k = 0; k < data.weight().span<const double>()[static_cast<std::size_t>(i)]; ++k) copies.push_back(i);
  const Dataset rows = data.take(copies).with_weight({});
  for (const Covariance kind : {Covariance::classical, Covariance::hc0, Covariance::hc1, Covariance::hc3}) {
    const FitStatistics weighted = statistics(fit_linear(data, squares), data, by(kind));
    const FitStatistics copied = statistics(fit_linear(rows, squares), rows, by(kind));
    EXPECT_EQ(weighted.rows, copied.rows);
    EXPECT_NEAR(weighted.log_likelihood, copied.log_likelihood, 1e-9);
    EXPECT_NEAR(weighted.bic, copied.bic, 1e-9);
    for (std::size_t i = 0; i < weighted.coefficients.size(); ++i) {
      EXPECT_NEAR(weighted.coefficients[i].standard_error / copied.coefficients[i].standard_error, 1, 1e-9);
      EXPECT_NEAR(weighted.coefficients[i].p_value, copied.coefficients[i].p_value, 1e-9);
      EXPECT_NEAR(weighted.coefficients[i].upper, copied.coefficients[i].upper, 1e-8);
    }
  }
}

TEST(Statistics, SharesOfTrialsAreTheirRows) {
  // 30 of 100 and 45 of 60, as two rows and as 160.
  const Dataset shares = Dataset::from_rows({0.0, 1.0}, 1, {.label = {0.3, 0.75}, .weight = {100, 60}});
  const Dataset classes =
      Dataset::from_rows({0.0, 0.0, 1.0, 1.0}, 1, {.label = {1, 0, 1, 0}, .weight = {30, 70, 45, 15}});
  const LinearConfig share_config{.loss = loss::cross_entropy(), .tolerance = 1e-14};
  const StatisticsOptions trials{.weights = WeightMeaning::precisions};
  const FitStatistics of_shares = statistics(fit_linear(shares, share_config), shares, trials);
  const FitStatistics of_classes = statistics(fit_linear(classes, logits), classes);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(of_shares.coefficients[i].estimate, of_classes.coefficients[i].estimate, 1e-10);
    EXPECT_NEAR(of_shares.coefficients[i].standard_error, of_classes.coefficients[i].standard_error, 1e-10);
  }
  // The odds ratio's error is the root of the sum of 1 / n over the table.
  EXPECT_NEAR(of_shares.coefficients[1].standard_error, std::sqrt(1. / 30 + 1. / 70 + 1. / 45 + 1. / 15), 1e-10);
  EXPECT_EQ(of_shares.residual_df, 0);
  EXPECT_NEAR(of_shares.deviance, 0, 1e-10);
  // log of the binomial probabilities.
  const auto log_binomial = [](double n, double k) {
    return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(k / n) +
           (n - k) * std::log(1 - k / n);
  };
  EXPECT_NEAR(of_shares.log_likelihood, log_binomial(100, 30) + log_binomial(60, 45), 1e-9);
}

TEST(Statistics, TrialsBecomeSharesWithWeights) {
  const Dataset counts = Dataset::from_rows({0.0, 1.0, 2.0}, 1, {.label = {30, 0, 0}, .weight = {1, 2, 1}});
  const Dataset shares = with_trials(counts, {100, 4, 0});
  EXPECT_EQ(shares.label().span<const double>()[0], 0.3);
  EXPECT_EQ(shares.weight().span<const double>()[0], 100);
  EXPECT_EQ(shares.weight().span<const double>()[1], 8);
  EXPECT_EQ(shares.weight().span<const double>()[2], 0);
  EXPECT_EQ(refusal<DataError>([&] {
              with_trials(counts, {10, 4, 0});
            }),
            "with_trials: 30 successes of 10 trials at row 0. Hint: the label counts successes, from 0 to the row's "
            "trials.");
  EXPECT_EQ(refusal<ArgumentError>([&] { with_trials(counts, {10}); }), "with_trials: 1 numbers of trials for 3 rows.");
}

TEST(Statistics, UnitsAndThreadsDoNotMatter) {
  const Dataset data = small::counts(500);
  const LinearModel model = fit_linear(data, poissons);
  const FitStatistics one = statistics(model, data, {.threads = 1});
  StatisticsOptions threads = by(Covariance::hc3);
  for (const int count : {1, 2, 7}) {
    threads.threads = count;
    EXPECT_EQ(statistics(model, data, threads).covariance, statistics(model, data,
                                                                      [&] {
                                                                        StatisticsOptions o = threads;
                                                                        o.threads = 3;
                                                                        return o;
                                                                      }())
                                                               .covariance);
  }
  // A column times 1e6 and shifted.
  std::vector<double> moved;
  for (const double a : small::column_of(data, "a")) moved.push_back(1e6 * (a + 50));
  const Dataset other = data.with_column("a", moved);
  const FitStatistics two = statistics(fit_linear(other, poissons), other);
  EXPECT_NEAR(two.coefficient("a").statistic, one.coefficient("a").statistic, 1e-7);
  EXPECT_NEAR(two.coefficient("b").standard_error, one.coefficient("b").standard_error, 1e-9);
  EXPECT_NEAR(two.deviance, one.deviance, 1e-8);
  EXPECT_NEAR(two.vif[0], one.vif[0], 1e-8);
}

TEST(Statistics, SparseRowsHaveTheSameAsDenseOnes) {
  const Dataset dense = small::classes(80);
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  for (int i = 0; i < 80; ++i) {
    columns.insert(columns.end(), {0, 1});
    offsets.push_back(offsets.back() + 2);
  }
  const Tensor values = dense.matrix();
  const auto span = values.span<const double>();
  const Dataset sparse = Dataset::from_csr(offsets, columns, std::vector<double>(span.begin(), span.end()), 2,
                                           {.label = dense.label(), .names = {"a", "b"}});
  const FitStatistics a = statistics(fit_linear(dense, logits), dense);
  const FitStatistics b = statistics(fit_linear(sparse, logits), sparse);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(a.coefficients[i].standard_error, b.coefficients[i].standard_error, 1e-9);
}

TEST(Statistics, DependentColumnsAreLeftOutAsInR) {
  const Dataset data = small::numbers(30);
  std::vector<double> sum, five(30, 5.0);
  for (std::size_t i = 0; i < 30; ++i) sum.push_back(small::column_of(data, "a")[i] + small::column_of(data, "b")[i]);
  const Dataset more = data.with_column("sum", sum).with_column("five", five);
  const FitStatistics fit = statistics(fit_linear(more, squares), more);
  const FitStatistics plain = statistics(fit_linear(data, squares), data);
  EXPECT_TRUE(fit.coefficient("sum").is_left_out);
  EXPECT_TRUE(fit.coefficient("five").is_left_out);
  EXPECT_TRUE(std::isnan(fit.coefficient("sum").standard_error));
  EXPECT_EQ(fit.rank, 4);
  EXPECT_NEAR(fit.coefficient("a").standard_error, plain.coefficient("a").standard_error, 1e-10);
  std::ostringstream text;
  text << fit;
  EXPECT_NE(text.str().find("(2 columns left out: constant, or sums of others)"), std::string::npos) << text.str();
}

TEST(Statistics, InflationIsThatOfAFitOfTheColumn) {
  const Dataset data = small::numbers(50);
  const FitStatistics fit = statistics(fit_linear(data, squares), data);
  const Dataset column = data.without({"a"}).with_label(small::column_of(data, "a"));
  const double r2 = statistics(fit_linear(column, squares), column).deviance_explained;
  EXPECT_NEAR(fit.vif[0], 1 / (1 - r2), 1e-9);
  EXPECT_EQ(statistics(fit_linear(data, squares), data, by(Covariance::hc3)).vif, fit.vif);
}

TEST(Statistics, RobustLossesHaveSandwiches) {
  const Dataset data = small::numbers(200);
  const LinearModel model = fit_linear(data, {.loss = loss::huber({.delta = 0.7}), .tolerance = 1e-14});
  EXPECT_EQ(refusal<ArgumentError>([&] { statistics(model, data); }),
            "statistics: loss \"huber\" has no likelihood, hence no classical errors. Hint: covariance hc0, hc1 or "
            "clustered.");
  const FitStatistics fit = statistics(model, data, by(Covariance::hc0));
  EXPECT_TRUE(std::isnan(fit.aic));
  // The bread is the share of small residuals, the meat that of clipped ones.
  const Square x = rows_of(data);
  std::vector<Real> small, clipped;
  const Tensor means = model.predict(data);
  for (std::size_t r = 0; r < x.size(); ++r) {
    const Real e = data.label().span<const double>()[r] - means.span<const double>()[r];
    small.push_back(std::abs(e) <= 0.7L ? 1 : 0);
    clipped.push_back(std::min(std::abs(e), Real(0.7)) * std::min(std::abs(e), Real(0.7)));
  }
  const Square v = inverse(gram(x, small));
  expect_covariance(fit, product(product(v, gram(x, clipped)), v), 1e-6);
}

TEST(Statistics, CustomLossesHaveSandwiches) {
  const Dataset data = small::numbers(60, true);
  const Loss own = loss::custom("own", [](const Tensor& score, const Tensor& label) { return square(score - label); });
  const LinearModel model = fit_linear(data, {.loss = own, .tolerance = 1e-14});
  EXPECT_EQ(refusal<ArgumentError>([&] { statistics(model, data); }),
            "statistics: loss \"own\" has no likelihood, hence no classical errors. Hint: covariance hc0, hc1 or "
            "clustered.");
  const FitStatistics found = statistics(model, data, by(Covariance::hc0));
  const FitStatistics wanted = statistics(fit_linear(data, squares), data, by(Covariance::hc0));
  for (std::size_t i = 0; i < wanted.coefficients.size(); ++i)
    EXPECT_NEAR(found.coefficients[i].standard_error / wanted.coefficients[i].standard_error, 1, 1e-6);
  // Where rows are not on their own nobody knows what one costs.
  const Dataset plain = data.with_weight({});
  const Loss mixed = loss::custom("mixed", [](const Tensor& score, const Tensor& label) {
    return square(score - label) + 0.001 * square(score - sum(score) / 60);
  });
  const LinearModel other = fit_linear(plain, {.loss = mixed});
  EXPECT_EQ(refusal<ArgumentError>([&] { statistics(other, plain, by(Covariance::hc0)); }),
            "Loss::evaluate: mixed mixes rows, so one row has no loss of its own.");
}

TEST(Statistics, LossesWithCornersAreRefused) {
  const Dataset data = small::numbers(40), classes = small::classes(40);
  const auto message = [](const Dataset& rows, const Loss& loss, Covariance covariance) {
    const LinearModel model = fit_linear(rows, {.loss = loss});
    return refusal<ArgumentError>([&] { statistics(model, rows, by(covariance)); });
  };
  const auto expected = [](const std::string& name) {
    return "statistics: loss \"" + name +
           "\" has no curvature, and its errors want a density that no formula here estimates. Hint: a bootstrap.";
  };
  EXPECT_EQ(message(data, loss::quantile({.level = 0.3}), Covariance::hc0), expected("quantile"));
  EXPECT_EQ(message(data, loss::absolute(), Covariance::classical), expected("absolute"));
  EXPECT_EQ(message(data, loss::mape(), Covariance::hc1), expected("mape"));
  EXPECT_EQ(message(data, loss::epsilon_insensitive(), Covariance::hc0), expected("epsilon_insensitive"));
  EXPECT_EQ(message(classes, loss::sharp_hinge(), Covariance::hc0), expected("sharp_hinge"));
}

TEST(NestedTests, AgreeWithOneAnotherAndWithF) {
  const Dataset data = small::numbers(60);
  const LinearModel large = fit_linear(data, squares), smaller = fit_linear(data.without({"b", "c"}), squares);
  const FitStatistics of_large = statistics(large, data), of_small = statistics(smaller, data);
  const TestResult lr = likelihood_ratio_test(smaller, large, data), wald = wald_test(of_large, {"b", "c"});
  EXPECT_NEAR(lr.statistic, wald.statistic, 1e-9);
  EXPECT_NEAR(lr.p_value, wald.p_value, 1e-9 * lr.p_value);
  EXPECT_EQ(lr.degrees_of_freedom, 2);
  EXPECT_EQ(lr.degrees_of_freedom2, 56);
  const double f = (of_small.deviance - of_large.deviance) / 2 / (of_large.deviance / 56);
  EXPECT_NEAR(lr.statistic, f, 1e-9);
  // Of the squared loss the score statistic is n times the gain in R2 over what the smaller one leaves.
  const TestResult score = score_test(smaller, data, {"b", "c"});
  EXPECT_NEAR(score.statistic, (1 - of_large.deviance / of_small.deviance) * 58, 1e-9);
  EXPECT_EQ(score.degrees_of_freedom, 2);
  EXPECT_NEAR(wald_test(of_large, {"a"}).statistic, std::pow(of_large.coefficient("a").statistic, 2), 1e-9);
}

TEST(NestedTests, OfClasses) {
  const Dataset data = small::classes(400);
  const LinearModel large = fit_linear(data, logits), smaller = fit_linear(data.without({"b"}), logits);
  const TestResult lr = likelihood_ratio_test(smaller, large, data);
  EXPECT_NEAR(lr.statistic, 2 * (statistics(large, data).log_likelihood - statistics(smaller, data).log_likelihood),
              1e-9);
  const TestResult score = score_test(smaller, data, {"b"}), wald = wald_test(statistics(large, data), {"b"});
  EXPECT_NEAR(score.statistic / lr.statistic, 1, 0.15);  // alike for many rows
  EXPECT_NEAR(wald.statistic / lr.statistic, 1, 0.15);
  std::ostringstream text;
  text << TestResult{"Wald", 4.5, 1, INFINITY, 0.0339};
  EXPECT_EQ(text.str(), "Wald test: chi-square = 4.5, df = 1, p-value = 0.0339\n");
  EXPECT_EQ(refusal<ArgumentError>([&] { likelihood_ratio_test(large, smaller, data); }),
            "likelihood_ratio_test: the smaller model has column \"b\", which the larger one does not have.");
  EXPECT_EQ(refusal<ArgumentError>([&] { score_test(smaller, data, {"bb"}); }),
            "score_test: no column \"bb\". Did you mean \"b\"? ");
}

TEST(NestedTests, RefuseHypothesesThatDependOnOneAnother) {
  const Dataset data = small::numbers(20);
  const FitStatistics fit = statistics(fit_linear(data, squares), data);
  const std::vector<double> twice{0, 1, 0, 0, 0, 2, 0, 0}, zeros(2);
  EXPECT_EQ(refusal<ArgumentError>([&] { wald_test(fit, twice, zeros); }),
            "wald_test: row 1 of the matrix depends on those before it, or on columns that are left out.");
}

TEST(Intervals, ProfilesAreWhereTheDevianceIsThatMuchWorse) {
  const Dataset data = small::classes(60);
  const LinearModel model = fit_linear(data, logits);
  const double best = statistics(model, data).deviance, wanted = 3.841458820694124;  // chi-square, 95 %
  const std::vector<ProfileInterval> intervals = profile_intervals(model, data);
  ASSERT_EQ(intervals.size(), 3u);
  EXPECT_EQ(intervals[0].name, "(Intercept)");
  for (const double end : {intervals[1].lower, intervals[1].upper}) {
    std::vector<double> offset;
    for (const double a : small::column_of(data, "a")) offset.push_back(end * a);
    const Dataset held = data.without({"a"}).with_offset(offset);
    EXPECT_NEAR(statistics(fit_linear(held, logits), held).deviance - best, wanted, 1e-6);
  }
  LinearConfig through = logits;
  through.intercept = false;
  for (const double end : {intervals[0].lower, intervals[0].upper}) {
    const Dataset held = data.with_offset(std::vector<double>(60, end));
    EXPECT_NEAR(statistics(fit_linear(held, through), held).deviance - best, wanted, 1e-6);
  }
}

TEST(Intervals, ProfilesOfTheSquaredLossAreWalds) {
  const Dataset data = small::numbers(25);
  LinearConfig config = squares;
  config.penalty.factors = {{"a", 2}};  // of no penalty
  const LinearModel model = fit_linear(data, config);
  const FitStatistics fit = statistics(model, data);
  for (const ProfileInterval& interval : profile_intervals(model, data)) {
    EXPECT_NEAR(interval.lower, fit.coefficient(interval.name).lower, 1e-6 * std::abs(interval.lower));
    EXPECT_NEAR(interval.upper, fit.coefficient(interval.name).upper, 1e-6 * std::abs(interval.upper));
  }
}

TEST(Intervals, ProfilesHoldColumnsThatWereLeftOutAtZero) {
  const Dataset data = small::classes(60);
  std::vector<double> sum = small::column_of(data, "a");
  const std::vector<double> b = small::column_of(data, "b");
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += b[i];
  // A column that is a sum of others, one that is constant, and one that the model does not have.
  const Dataset more = data.with_column("sum", sum).with_column("one", std::vector<double>(60, 1.0));
  const LinearModel model = fit_linear(more, logits);
  const FitStatistics fit = statistics(model, more);
  const std::vector<ProfileInterval> found =
      profile_intervals(model, more.with_column("other", small::column_of(small::counts(60), "a")));
  ASSERT_EQ(found.size(), 5u);
  std::vector<std::string> left_out;
  for (const ProfileInterval& interval : found)
    if (fit.coefficient(interval.name).is_left_out) {
      left_out.push_back(interval.name);
      EXPECT_TRUE(std::isnan(interval.lower) && std::isnan(interval.upper)) << interval.name;
    }
  ASSERT_EQ(left_out.size(), 2u);
  const Dataset rest = more.without(left_out);
  for (const ProfileInterval& wanted : profile_intervals(fit_linear(rest, logits), rest)) {
    const auto same = std::ranges::find(found, wanted.name, &ProfileInterval::name);
    ASSERT_NE(same, found.end());
    EXPECT_TRUE(std::isfinite(wanted.lower) && std::isfinite(wanted.upper)) << wanted.name;
    EXPECT_NEAR(same->lower, wanted.lower, 1e-6) << wanted.name;
    EXPECT_NEAR(same->upper, wanted.upper, 1e-6) << wanted.name;
  }
  // Of the intercept alone.
  const Dataset constant = data.without({"a", "b"}).with_column("one", std::vector<double>(60, 1.0));
  const std::vector<ProfileInterval> alone = profile_intervals(fit_linear(constant, logits), constant);
  ASSERT_EQ(alone.size(), 2u);
  EXPECT_TRUE(std::isfinite(alone[0].lower) && std::isfinite(alone[0].upper));
  EXPECT_LT(alone[0].lower, alone[0].upper);
  EXPECT_TRUE(std::isnan(alone[1].lower));
}

TEST(Intervals, OfPredictionsAreTheirFormulas) {
  const Dataset data = small::numbers(40);
  const LinearModel model = fit_linear(data, squares);
  const FitStatistics fit = statistics(model, data);
  const Square x = rows_of(data), v = inverse(gram(x, std::vector<Real>(40, 1)));
  const std::vector<Interval> means = predict_intervals(model, fit, data);
  const std::vector<Interval> labels = predict_intervals(model, fit, data, {.observation = true, .level = 0.9});
  for (std::size_t r = 0; r < 40; ++r) {
    Real leverage = 0;
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t j = 0; j < 4; ++j) leverage += x[r][i] * v[i][j] * x[r][j];
    const double h = static_cast<double>(leverage);
    EXPECT_NEAR(means[r].upper - means[r].value, student_quantile(0.975, 36) * std::sqrt(fit.dispersion * h), 1e-8);
    EXPECT_NEAR(labels[r].value - labels[r].lower, student_quantile(0.95, 36) * std::sqrt(fit.dispersion * (1 + h)),
                1e-8);
  }
  const Dataset classes = small::classes(50);
  const LinearModel logit = fit_linear(classes, logits);
  const FitStatistics of_logit = statistics(logit, classes);
  for (const Interval& i : predict_intervals(logit, of_logit, classes)) {
    EXPECT_GT(i.lower, 0);
    EXPECT_LT(i.lower, i.value);
    EXPECT_LT(i.value, i.upper);
    EXPECT_LT(i.upper, 1);
  }
  EXPECT_EQ(
      refusal<ArgumentError>([&] { predict_intervals(logit, of_logit, classes, {.observation = true}); }),
      "predict_intervals: intervals of new labels are of the squared loss, and this is \"logistic\". Hint: those of "
      "means.");
}

TEST(Effects, AreDerivativesOfTheMeanPrediction) {
  const Dataset data = small::counts(80);
  const LinearModel model = fit_linear(data, poissons);
  const std::vector<Coefficient> effects = marginal_effects(model, data);
  const auto mean_with = [&](double step) {
    std::vector<double> moved;
    for (const double a : small::column_of(data, "a")) moved.push_back(a + step);
    double sum = 0;
    const Tensor means = model.predict(data.with_column("a", moved));
    for (const double m : means.span<const double>()) sum += m / 80;
    return sum;
  };
  EXPECT_NEAR(effects[0].estimate, (mean_with(1e-4) - mean_with(-1e-4)) / 2e-4, 1e-7);
  // By the tape: the effect as a function of the coefficients.
  const FitStatistics fit = statistics(model, data);
  const Tensor x = data.matrix();
  const Coefficient delta = delta_method(fit, [&](const Tensor& b) {
    const Tensor score = b.slice(0, 0, 1) + sum(x * b.slice(0, 1, 3), 1);
    return mean(exp(score)) * sum(b.slice(0, 1, 2));
  });
  EXPECT_NEAR(delta.estimate, effects[0].estimate, 1e-12);
  EXPECT_NEAR(delta.standard_error, effects[0].standard_error, 1e-10);
}

TEST(Statistics, RefusalsSayWhatToDo) {
  const Dataset data = small::classes(60);
  const LinearModel ridge = fit_linear(data, {.loss = loss::logistic(), .l2 = 0.1});
  EXPECT_EQ(refusal<ArgumentError>([&] { statistics(ridge, data); }),
            "statistics: the model was fitted with l1 = 0 and l2 = 0.1, and penalties shrink weights, whose errors no "
            "formula here gives. Hint: a fit with l1 = 0 and l2 = 0.");
  for (const WeightConstraints& bounds :
       {WeightConstraints{.nonnegative = true}, WeightConstraints{.lower = {{"b", 0}}},
        WeightConstraints{.upper = {{"a", 0}}}})
    EXPECT_EQ(
        refusal<ArgumentError>(
            [&] { statistics(fit_linear(data, {.loss = loss::logistic(), .constraints = bounds}), data); }),
        "statistics: the model was fitted with constraints, and bounds stop weights, whose errors no formula here "
        "gives. Hint: a fit without constraints.");
  const LinearModel model = fit_linear(data, logits);
  EXPECT_EQ(refusal<ArgumentError>([&] { statistics(model, data, {.level = 1}); }),
            "statistics: level is 1; it must be in (0, 1).");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              statistics(model, data, by(Covariance::clustered, {1, 2}));
            }),
            "statistics: covariance clustered wants a cluster for each of the 60 rows, and there are 2.");
  EXPECT_EQ(refusal<ArgumentError>([] { statistics(LinearModel(), Dataset()); }),
            "statistics: the model is empty. Hint: fit_linear and LinearModel::load make one.");
  EXPECT_EQ(refusal<ArgumentError>([] { covariance_named("hc4"); }),
            "covariance: no kind \"hc4\". Did you mean \"hc0\"? Kinds: classical, hc0, hc1, hc2, hc3, clustered.");
  EXPECT_EQ(refusal<ArgumentError>([&] { statistics(model, data).coefficient("aa"); }),
            "FitStatistics::coefficient: no coefficient \"aa\". Did you mean \"a\"? Coefficients: (Intercept), a, b.");
  const Dataset few = small::numbers(4);
  EXPECT_EQ(refusal<DataError>([&] { statistics(fit_linear(few, squares), few); }),
            "statistics: 4 rows and 4 weights leave no degree of freedom for the dispersion. Hint: fewer columns.");
  std::vector<double> other;
  for (const double y : data.label().span<const double>()) other.push_back(1 - y);
  const FitStatistics strange = statistics(model, data.with_label(other));
  ASSERT_EQ(strange.warnings.size(), 1u);
  EXPECT_EQ(strange.warnings[0],
            "the weights are not the optimum for these rows: statistics are of the rows that a model was fitted to.");
}

TEST(Statistics, PrintLikeR) {
  const std::vector<double> counts{18, 17, 15, 20, 10, 20, 25, 13, 12};
  std::vector<double> x;
  for (int i = 0; i < 9; ++i)
    for (const double value : {i % 3 == 1, i % 3 == 2, i / 3 == 1, i / 3 == 2}) x.push_back(value);
  const Dataset data = Dataset::from_rows(
      std::move(x), 4, {.label = counts, .names = {"outcome2", "outcome3", "treatment2", "treatment3"}});
  std::ostringstream table;
  table << statistics(fit_linear(data, poissons), data);
  std::istringstream lines(table.str());
  std::string text;
  for (std::string line; std::getline(lines, line);)  // treatments have estimates of rounding alone
    if (!line.starts_with("treatment")) text += line + '\n';
  // Dobson (1990), as R prints it in example(glm).
  EXPECT_EQ(text, R"(linear model: loss poisson, link log

Deviance residuals:
        Min         1Q     Median         3Q        Max
    -0.9666    -0.6712    -0.1696     0.8472      1.049

Coefficients:
                Estimate   Std. Error   z value  Pr(>|z|)
(Intercept)       3.0445       0.1709    17.815    <2e-16 ***
outcome2        -0.45426      0.20217    -2.247   0.02465 *
outcome3        -0.29299      0.19274    -1.520   0.12849
---
Signif. codes:  0 '***' 0.001 '**' 0.01 '*' 0.05 '.' 0.1 ' ' 1

(Dispersion parameter for poisson taken to be 1)

    Null deviance: 10.581  on 8  degrees of freedom
Residual deviance: 5.1291  on 4  degrees of freedom
AIC: 56.761,  BIC: 57.747,  log-likelihood: -23.3807
)");
}

}  // namespace
}  // namespace linden
