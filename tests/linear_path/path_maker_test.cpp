// Points of a path against fits of their own, and against what is known in closed form.
#include "linear_path/path_maker.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <linden/linear_choice.hpp>
#include <linden/linear_path.hpp>
#include <linden/statistics.hpp>
#include <vector>

#include "linear/random_rows.hpp"
#include "linear/small_fit.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

RandomRows rows_for(const Loss& loss, RowShape shape, unsigned seed = 3) {
  shape.informative = shape.features;
  return RandomRows(loss, shape, seed);
}

/// The objective at a point's weights, of the raw data in long double, with `standardize` off.
long double objective_of(const RandomRows& rows, const Loss& loss, const LinearPathPoint& point) {
  reference::Problem p;
  p.kind = loss.definition().spec.kind;
  p.parameter = loss.definition().spec.parameter[0];
  p.rows = static_cast<std::size_t>(rows.rows);
  p.outputs = point.intercept.size();
  p.width = static_cast<std::size_t>(rows.features) + 1;
  long double total = 0;
  for (std::size_t i = 0; i < p.rows; ++i) {
    for (int j = 0; j < rows.features; ++j) p.a.push_back(rows.values[i * (p.width - 1) + static_cast<std::size_t>(j)]);
    p.a.push_back(1);
    p.label.push_back(rows.labels[i]);
    p.weight.push_back(rows.weights.empty() ? 1 : rows.weights[i]);
    total += p.weight.back();
  }
  for (reference::Real& w : p.weight) w /= total;
  p.l1.assign(p.width, point.l1);
  p.l2.assign(p.width, point.l2);
  p.l1.back() = p.l2.back() = 0;
  std::vector<reference::Real> u(p.size());
  for (const PathWeight& w : point.weights)
    u[static_cast<std::size_t>(w.output) * p.width + static_cast<std::size_t>(w.feature)] = w.weight;
  for (std::size_t k = 0; k < p.outputs; ++k) u[(k + 1) * p.width - 1] = point.intercept[k];
  const auto lowest = reference::minimise(p);
  EXPECT_LE(p.objective(u) - p.objective(lowest), point.certificate.gap) << point.strength;
  return p.objective(u);
}

TEST(PathMaker, PointsAreOptimaOfTheirOwn) {
  struct Case {
    Loss loss;
    RowShape shape;
    double l1_share;
  };
  const std::vector<Case> cases = {
      {loss::squared(), {.rows = 24, .features = 5}, 1},
      {loss::squared(), {.rows = 24, .features = 5, .weighted = true}, 0.5},
      {loss::squared(), {.rows = 12, .features = 30}, 1},  // wider than long
      {loss::squared(), {.rows = 30, .features = 6, .entries = 3}, 1},
      {loss::logistic(), {.rows = 30, .features = 4, .weighted = true}, 1},
      {loss::poisson(), {.rows = 24, .features = 4}, 0.7},
      {loss::huber(), {.rows = 24, .features = 4}, 1},
      {loss::softmax({.classes = 3}), {.rows = 30, .features = 3}, 1},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.loss.name());
    const RandomRows rows = rows_for(c.loss, c.shape);
    const LinearConfig config{.loss = c.loss, .standardize = false};
    const LinearPath path =
        fit_path(rows.dataset(), config, {.count = 5, .least = 0.02, .l1_share = c.l1_share, .threads = 2});
    ASSERT_EQ(path.size(), 5u);
    for (std::size_t i = 0; i < path.size(); ++i) {
      const LinearPathPoint& point = path[i];
      EXPECT_TRUE(point.certificate.is_optimal()) << i << ": " << name_of(point.certificate.status);
      EXPECT_EQ(point.certificate.gap_kind, GapKind::bound);
      EXPECT_LE(point.certificate.relative_gap, 1e-8);
      if (c.shape.features < 30) {
        EXPECT_NEAR(static_cast<double>(objective_of(rows, c.loss, point)), point.certificate.objective,
                    1e-12 * point.certificate.objective);
      }
      LinearConfig alone = config;
      alone.l1 = point.l1;
      alone.l2 = point.l2;
      const Certificate other = fit_linear(rows.dataset(), alone).certificate();
      EXPECT_NEAR(point.certificate.objective, other.objective, 2e-8 * other.objective) << i;
    }
    EXPECT_EQ(path[0].nonzero, 0);
    EXPECT_GT(path[4].nonzero, 1);
    EXPECT_GT(path[4].deviance_explained, path[1].deviance_explained);
  }
}

TEST(PathMaker, TheFirstStrengthIsTheLeastThatKeepsAllOut) {
  for (const Loss& loss : {loss::squared(), loss::logistic(), loss::poisson()}) {
    const RandomRows rows = rows_for(loss, {.rows = 50, .features = 6});
    const double first = fit_path(rows.dataset(), {.loss = loss}, {.count = 2})[0].strength;
    const LinearPath around = fit_path(rows.dataset(), {.loss = loss, .tolerance = 1e-14},
                                       {.strengths = {first * (1 + 1e-9), first, first * (1 - 1e-6)}});
    EXPECT_EQ(around[0].nonzero, 0) << loss.name();
    EXPECT_EQ(around[1].nonzero, 0) << loss.name();
    EXPECT_EQ(around[2].nonzero, 1) << loss.name();
  }
}

// Columns at right angles, of mean 0 and mean square 1: weights are slopes drawn to 0 by l1, over 1 + l2.
TEST(PathMaker, OrthogonalColumnsHaveTheirWeightsInClosedForm) {
  const std::vector<double> values{1, 1, 1, 1, -1, -1, -1, 1, -1, -1, -1, 1};  // rows of three
  const std::vector<double> labels{5, 2, -1, 0.5};
  const Dataset data = Dataset::from_rows(values, 3, {.label = labels});
  const LinearPath path = fit_path(data, {.loss = loss::squared(), .tolerance = 1e-14}, {.count = 12, .l1_share = 0.8});
  for (const LinearPathPoint& point : path.points()) {
    std::vector<double> weight(3);
    for (const PathWeight& w : point.weights) weight[static_cast<std::size_t>(w.feature)] = w.weight;
    for (std::size_t j = 0; j < 3; ++j) {
      double slope = 0;
      for (std::size_t i = 0; i < 4; ++i) slope += values[3 * i + j] * labels[i] / 4;
      const double expected = std::copysign(std::max(std::abs(slope) - point.l1, 0.0), slope) / (1 + point.l2);
      EXPECT_NEAR(weight[j], expected, 1e-14);
    }
    EXPECT_NEAR(point.intercept[0], 6.5 / 4, 1e-14);
  }
  EXPECT_EQ(path[0].l1, 0.8 * path[0].strength);
}

TEST(PathMaker, FactorsBoundsAndOffsetsAreThoseOfFits) {
  RandomRows rows = rows_for(loss::squared(), {.rows = 60, .features = 5});
  const Dataset data = rows.dataset();
  const auto name = [&](int j) { return data.feature_names()[static_cast<std::size_t>(j)]; };
  const LinearConfig free_column{.loss = loss::squared(), .penalty = {.factors = {{name(1), 0}, {name(2), 3}}}};
  const LinearPath path = fit_path(data, free_column, {.count = 6});
  EXPECT_EQ(path[0].nonzero, 1);
  ASSERT_EQ(path[0].weights.size(), 1u);
  EXPECT_EQ(path[0].weights[0].feature, 1);
  const LinearConfig bounded{.loss = loss::poisson(), .constraints = {.nonnegative = true, .upper = {{name(0), 0.01}}}};
  RandomRows counts = rows_for(loss::poisson(), {.rows = 60, .features = 5});
  std::vector<double> exposure;
  for (int i = 0; i < 60; ++i) exposure.push_back(0.1 * (i % 7));
  const Dataset offset = counts.dataset().with_offset(exposure);
  for (const auto& [config, train] : {std::pair{free_column, data}, {bounded, offset}}) {
    const LinearPath fits = fit_path(train, config, {.count = 6, .least = 0.01});
    for (std::size_t i = 0; i < fits.size(); ++i) {
      LinearConfig alone = config;
      alone.l1 = fits[i].l1;
      const LinearModel model = fit_linear(train, alone);
      EXPECT_NEAR(fits[i].certificate.objective, model.certificate().objective, 2e-8 * model.certificate().objective);
      for (int j = 0; j < 5; ++j) EXPECT_NEAR(fits.model(i).weight(j), model.weight(j), 1e-3) << i << " " << j;
    }
  }
}

// A matrix of all features, one of some, and Hessians of working sets: one optimum.
TEST(PathMaker, WideDataIsLookedAtInParts) {
  const RandomRows rows = rows_for(loss::squared(), {.rows = 40, .features = 900});
  const LinearPathOptions options{.count = 30, .least = 0.01};
  const LinearPath kept = fit_path(rows.dataset(), {.loss = loss::squared()}, options);
  const LinearPath other = fit_path(rows.dataset(), {.loss = loss::squared(), .solver = Solver::lbfgs},
                                    {.strengths = {kept[10].strength, kept[20].strength}});
  EXPECT_NEAR(kept[10].certificate.objective, other[0].certificate.objective, 2e-8 * kept[10].certificate.objective);
  EXPECT_NEAR(kept[20].certificate.objective, other[1].certificate.objective, 2e-8 * kept[20].certificate.objective);
  int screened = 0;
  for (const LinearPathPoint& point : kept.points()) {
    EXPECT_TRUE(point.certificate.is_optimal()) << point.strength;
    EXPECT_LE(point.nonzero, 40);
    screened += point.screened;
  }
  EXPECT_GT(screened, 900 * 5);
  const RandomRows classes = rows_for(loss::logistic(), {.rows = 60, .features = 700});
  const LinearPath logits = fit_path(classes.dataset(), {.loss = loss::logistic()}, {.count = 12, .least = 0.1});
  for (const LinearPathPoint& point : logits.points()) EXPECT_TRUE(point.certificate.is_optimal()) << point.strength;
}

// Fits of a squared loss are begun several at a time, which share a pass over the rows: whichever others there are.
TEST(PathMaker, PointsThatShareAPassAreThoseOfShorterPaths) {
  const RandomRows rows = rows_for(loss::squared(), {.rows = 400, .features = 30, .weighted = true});
  std::vector<double> offsets;
  for (int i = 0; i < 400; ++i) offsets.push_back(0.1 * (i % 5));
  const Dataset data = rows.dataset().with_offset(offsets);
  const LinearConfig config{.loss = loss::squared(), .tolerance = 1e-12};
  const LinearPath path = fit_path(data, config, {.count = 40, .least = 1e-3, .l1_share = 0.9});
  for (const std::size_t i : {1u, 15u, 16u, 17u, 39u}) {
    const LinearPath alone = fit_path(data, config, {.strengths = {path[i].strength}, .l1_share = 0.9});
    const LinearPath few =
        fit_path(data, config,
                 {.strengths = {2 * path[0].strength, path[i].strength, 0.5 * path[39].strength}, .l1_share = 0.9});
    EXPECT_TRUE(path[i].certificate.is_optimal());
    EXPECT_TRUE(few[1].certificate.is_optimal());
    EXPECT_NEAR(path[i].certificate.objective, alone[0].certificate.objective, 1e-11);
    EXPECT_NEAR(few[1].certificate.objective, alone[0].certificate.objective, 1e-11);
    for (int j = 0; j < 30; ++j) EXPECT_NEAR(path.model(i).weight(j), alone.model(0).weight(j), 1e-5) << i << " " << j;
    EXPECT_EQ(path[i].certificate.iterations, 1) << i;
  }
}

// A step so wide that the rule knows nothing.
TEST(PathMaker, TheRuleKeepsAllWhereStrengthsFallFar) {
  const RandomRows rows = rows_for(loss::squared(), {.rows = 60, .features = 20});
  const LinearPath path = fit_path(rows.dataset(), {.loss = loss::squared()}, {.count = 2, .least = 0.3});
  EXPECT_EQ(path[1].screened, 0);
  EXPECT_TRUE(path[1].certificate.is_optimal());
}

TEST(PathMaker, ThreadsAndSparseRowsChangeNothing) {
  const RandomRows rows = rows_for(loss::squared(), {.rows = 300, .features = 12, .entries = 3});
  const LinearPathOptions one{.count = 10, .threads = 1}, three{.count = 10, .threads = 3};
  for (const Loss& loss : {loss::squared(), loss::huber()}) {
    const LinearPath a = fit_path(rows.dataset(), {.loss = loss}, one),
                     b = fit_path(rows.dataset(), {.loss = loss}, three);
    EXPECT_EQ(a.weights_csv(), b.weights_csv());
    const LinearPath dense = fit_path(rows.dense<double>(), {.loss = loss}, one);
    for (std::size_t i = 0; i < a.size(); ++i)
      EXPECT_NEAR(a[i].certificate.objective, dense[i].certificate.objective, 2e-8 * a[i].certificate.objective);
  }
}

TEST(PathMaker, DeviancesAndLikelihoodsAreThoseOfStatistics) {
  for (const Loss& loss :
       {loss::squared(), loss::logistic(), loss::poisson(), loss::gamma(), loss::softmax({.classes = 3})}) {
    SCOPED_TRACE(loss.name());
    const RandomRows rows = rows_for(loss, {.rows = 80, .features = 3, .weighted = true});
    const LinearPath path = fit_path(rows.dataset(), {.loss = loss, .tolerance = 1e-12}, {.count = 5, .least = 1e-9});
    const FitStatistics fit =
        statistics(fit_linear(rows.dataset(), {.loss = loss, .tolerance = 1e-12}), rows.dataset());
    EXPECT_NEAR(path.null_deviance(), fit.null_deviance, 1e-9 * fit.null_deviance);
    EXPECT_NEAR(path[0].log_likelihood, fit.null_log_likelihood, 1e-9 * std::abs(fit.null_log_likelihood));
    EXPECT_NEAR(path[4].deviance, fit.deviance, 1e-6 * fit.deviance);
    EXPECT_NEAR(path[4].log_likelihood, fit.log_likelihood, 1e-6 * std::abs(fit.log_likelihood));
    EXPECT_NEAR(path[4].deviance_explained, fit.deviance_explained, 1e-6);
    EXPECT_EQ(path[4].df, fit.rank) << path[4].weights.size();
    EXPECT_EQ(path.rows(), fit.rows);
  }
  const RandomRows rows = rows_for(loss::huber(), {.rows = 30});
  EXPECT_TRUE(std::isnan(fit_path(rows.dataset(), {.loss = loss::huber()}, {.count = 2})[1].log_likelihood));
}

// Of columns at right angles, whose matrix is n: 1 / (1 + l2) each.
TEST(PathMaker, L2LowersDegreesOfFreedomWhereThatIsAskedFor) {
  const Dataset data = Dataset::from_rows({1, 1, 1, 1, -1, -1, -1, 1, -1, -1, -1, 1}, 3, {.label = {5, 2, -1, 0.5}});
  const LinearPathOptions ridge{.strengths = {2, 0.5}, .l1_share = 0, .effective_df = true};
  const LinearPath path = fit_path(data, {.loss = loss::squared()}, ridge);
  EXPECT_NEAR(path[0].df, 1 + 3 / (1 + 2.0), 1e-12);
  EXPECT_NEAR(path[1].df, 1 + 3 / (1 + 0.5), 1e-12);
  EXPECT_EQ(fit_path(data, {.loss = loss::squared()}, {.strengths = {2}, .l1_share = 0})[0].df, 4);
}

TEST(PathMaker, EndsBehindTheFirstPointOfMoreColumns) {
  const RandomRows rows = rows_for(loss::squared(), {.rows = 60, .features = 20});
  const LinearPath path = fit_path(rows.dataset(), {.loss = loss::squared()}, {.most_nonzero = 4});
  EXPECT_GT(path.points().back().nonzero, 4);
  for (std::size_t i = 0; i + 1 < path.size(); ++i) EXPECT_LE(path[i].nonzero, 4);
}

TEST(PathMaker, WhatMakesNoPathIsRefused) {
  const RandomRows rows = rows_for(loss::squared(), {});
  const Dataset data = rows.dataset();
  const auto refused = [&](const LinearConfig& config, const LinearPathOptions& options) {
    return refusal<ArgumentError>([&] { fit_path(data, config, options); });
  };
  EXPECT_EQ(refused({}, {.count = 1}), "fit_path: .count is 1; it must be from 2 to 100000.");
  EXPECT_EQ(refused({}, {.least = 1}), "fit_path: .least is 1; it must be above 0 and below 1.");
  EXPECT_EQ(refused({}, {.l1_share = 1.5}), "fit_path: .l1_share is 1.5; it must be from 0 to 1.");
  EXPECT_EQ(refused({}, {.most_nonzero = -1}), "fit_path: .most_nonzero is -1; it must be 0 (no limit) or more.");
  EXPECT_EQ(refused({}, {.l1_share = 0}),
            "fit_path: .l1_share is 0, and without l1 there is no strength at which all weights are 0, for the path to "
            "begin at. Hint: .strengths.");
  EXPECT_EQ(refused({}, {.strengths = {1, -2}}), "fit_path: .strengths has -2 at place 1; strengths must be above 0.");
  EXPECT_EQ(refused({}, {.strengths = {1, 2}}), "fit_path: .strengths has 2 behind 1; strengths must fall.");
  EXPECT_EQ(refused({.l1 = 0.5}, {}),
            "fit_path: l1 is 0.5, and a path has its own. Hint: leave l1 at 0, or .strengths = {...}.");
  EXPECT_EQ(refused({.loss = loss::quantile()}, {}),
            "fit_path: loss quantile has corners, and its fits do not start from one another. Hint: fit_linear at each "
            "strength, or a loss that is smooth.");
  EXPECT_EQ(refused({.loss = loss::expectile({.level = {0.1, 0.9}})}, {}),
            "fit_path: loss expectile has 2 levels, and a path is of one. Hint: a path for each level.");
  EXPECT_EQ(refused({.penalty = {.groups = {{"x0", "x1"}}, .group = 0.1}}, {}),
            "fit_path: there is a penalty of groups, and the strong rule is one of columns. Hint: fit_linear at each "
            "strength.");
  EXPECT_EQ(refused({.penalty = {.shape = PenaltyShape::mcp}}, {}),
            "fit_path: the penalty is concave, and points of a path are optima. Hint: fit_linear at each strength.");
  EXPECT_EQ(refused({.link = Link::exp}, {}),
            "fit_path: there is a link, log, and a path has the loss's own. Hint: leave it out, or fit_linear at each "
            "strength.");
  for (const LinearConfig& config :
       {LinearConfig{.formula = "x0"}, LinearConfig{.missing_values = MissingValues::drop}})
    EXPECT_EQ(
        refusal<ArgumentError>([&] { ridge_leave_one_out(data, config, {1}); }),
        "ridge_leave_one_out: the closed form is that of columns as they are, without groups, a link, a formula or "
        "a policy for missing values. Hint: cross_validate_path with folds.");
  EXPECT_EQ(refused({.solver = Solver::qr}, {}),
            "LinearConfig.solver is qr, which does not take l1, and l1 is 1. Hint: coordinate_descent or lbfgs, or "
            "leave the choice to automatic.");
  const Dataset flat = Dataset::from_rows({1, 1, 1}, 1, {.label = {1, 2, 4}});
  EXPECT_EQ(refusal<DataError>([&] { fit_path(flat, {.loss = loss::squared()}); }),
            "fit_path: no column with a penalty has a slope where its weight is 0, so that no strength keeps one out. "
            "Hint: .strengths, or a column that varies with the label.");
}

}  // namespace
}  // namespace linden
