// Slopes of leaves against ridge regressions of the rows of each leaf, the constant among the unknowns.
#include "boosting/train/leaves/slope_fit.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "boosting/random_data.hpp"
#include "reference/solve.hpp"

namespace linden {
namespace {

struct LeafRow {
  std::vector<double> x;  // of the leaf's features
  double gradient, curvature;
};

// What a leaf adds: a constant and slopes, by one system of equations. Features are measured in standard deviations
// where they are penalised; missing values stand at the mean.
struct Expected {
  std::vector<long double> mean, deviation;
  std::vector<long double> solution;  // the constant, then a slope for each

  Expected(const std::vector<LeafRow>& rows, double l2, double slope_l2) {
    const std::size_t features = rows.front().x.size();
    for (std::size_t f = 0; f < features; ++f) {
      long double weight = 0, sum = 0, squares = 0;
      for (const LeafRow& row : rows) {
        if (!std::isfinite(row.x[f])) continue;
        weight += row.curvature;
        sum += static_cast<long double>(row.curvature) * row.x[f];
      }
      mean.push_back(sum / weight);
      for (const LeafRow& row : rows)
        if (std::isfinite(row.x[f])) squares += row.curvature * (row.x[f] - mean[f]) * (row.x[f] - mean[f]);
      deviation.push_back(std::sqrt(squares / weight));
    }
    std::vector<std::vector<long double>> equations(features + 1, std::vector<long double>(features + 2));
    for (const LeafRow& row : rows) {
      std::vector<long double> z{1};
      for (std::size_t f = 0; f < features; ++f) z.push_back(std::isfinite(row.x[f]) ? row.x[f] - mean[f] : 0);
      for (std::size_t i = 0; i <= features; ++i) {
        for (std::size_t j = 0; j <= features; ++j) equations[i][j] += row.curvature * z[i] * z[j];
        equations[i][features + 1] -= row.gradient * z[i];
      }
    }
    equations[0][0] += l2;
    for (std::size_t f = 0; f < features; ++f) equations[f + 1][f + 1] += slope_l2 * deviation[f] * deviation[f];
    solution = reference::solve(equations);
  }
};

// One round of a fit; gradients are those at the first score.
void expect_ridge(const RandomData& data, const BoostingConfig& config) {
  const BoostedModel model = fit_boosted(data.dataset(), config, {.threads = 2});
  const Tree& tree = model.trees().front();
  const Tensor found = model.predict(data.dataset(), {.output = Output::leaf});
  const double first = model.initial_score()[0], p = 1 / (1 + std::exp(-first));
  const bool is_logistic = config.loss.name() == "logistic";
  int slopes = 0;
  for (const TreeNode& leaf : tree.nodes) {
    if (leaf.leaf < 0 || tree.terms(leaf).empty()) continue;
    const std::span<const LeafTerm> terms = tree.terms(leaf);
    std::vector<LeafRow> rows;
    for (int row = 0; row < data.rows(); ++row) {
      const auto at = static_cast<std::size_t>(row);
      if (found.span<const std::int32_t>()[at] != leaf.leaf) continue;
      const double weight = data.weight.empty() ? 1 : data.weight[at];
      LeafRow& next = rows.emplace_back();
      next.gradient = weight * (is_logistic ? p - data.label[at] : first - data.label[at]);
      next.curvature = weight * (is_logistic ? p * (1 - p) : 1);
      for (const LeafTerm& term : terms)
        next.x.push_back(data.features[static_cast<std::size_t>(term.feature)].values[at]);
    }
    const Expected expected(rows, 1, config.linear_leaves.l2);
    EXPECT_NEAR(tree.value(leaf), config.learning_rate * static_cast<double>(expected.solution[0]), 1e-5);
    for (std::size_t f = 0; f < terms.size(); ++f) {
      const auto deviation = static_cast<double>(expected.deviation[f]);
      EXPECT_NEAR(terms[f].slope * deviation,
                  config.learning_rate * static_cast<double>(expected.solution[f + 1]) * deviation, 1e-5);
      EXPECT_NEAR(terms[f].centre, static_cast<double>(expected.mean[f]), 1e-5 * deviation);
      double low = INFINITY, high = -INFINITY;
      for (const LeafRow& row : rows) {
        if (!std::isfinite(row.x[f])) continue;
        low = std::min(low, row.x[f]);
        high = std::max(high, row.x[f]);
      }
      EXPECT_EQ(terms[f].low, low - (high - low));
      EXPECT_EQ(terms[f].high, high + (high - low));
      ++slopes;
    }
  }
  EXPECT_GT(slopes, 10);
}

RandomData smooth_data(std::uint64_t seed, int rows, const std::string& loss, double missing) {
  Random random(seed);
  RandomData data;
  for (int f = 0; f < 4; ++f) {
    std::vector<double> values;
    for (int row = 0; row < rows; ++row) values.push_back(random.chance(missing) ? missing_value : random.normal());
    add_numbers(data, std::move(values));
  }
  for (int row = 0; row < rows; ++row) {
    double sum = random.normal();
    for (const reference::Feature& feature : data.features) {
      const double x = feature.values[static_cast<std::size_t>(row)];
      sum += std::isfinite(x) ? x * std::abs(x) : 1;
    }
    data.label.push_back(loss == "logistic" ? sum > 0 : sum);
  }
  return data;
}

TEST(SlopeFit, IsTheRidgeOfTheRowsOfEachLeaf) {
  for (const std::string loss : {"squared", "logistic"})
    for (const double missing : {0.0, 0.2})
      for (const double l2 : {0.0, 1.0, 50.0}) {
        RandomData data = smooth_data(3, 1500, loss, missing);
        const BoostingConfig config{.loss = loss::by_name(loss),
                                    .rounds = 1,
                                    .learning_rate = 0.5,
                                    .max_leaves = 12,
                                    .linear_leaves = {.enabled = true, .l2 = l2, .max_features = 4}};
        expect_ridge(data, config);
        Random random(4);
        for (int row = 0; row < data.rows(); ++row) data.weight.push_back(random.one_of({0.5, 1.0, 4.0}));
        expect_ridge(data, config);
      }
}

TEST(SlopeFit, LeavesConstantsAsTheyAre) {
  const RandomData data = smooth_data(5, 800, "squared", 0.1);
  BoostingConfig config{.loss = loss::squared(), .rounds = 1};
  const Tree plain = fit_boosted(data.dataset(), config).trees().front();
  config.linear_leaves.enabled = true;
  Tree linear = fit_boosted(data.dataset(), config).trees().front();
  EXPECT_FALSE(linear.leaf_terms.empty());
  linear.leaf_terms.clear();
  EXPECT_EQ(dump({linear}), dump({plain}));
}

TEST(SlopeFit, UnitsAndOriginsOfColumnsDoNotMatter) {
  RandomData data = smooth_data(6, 900, "squared", 0.1);
  const BoostingConfig config{.loss = loss::squared(), .rounds = 4, .linear_leaves = {.enabled = true}};
  const std::vector<double> scores = numbers_of(fit_boosted(data.dataset(), config).predict(data.dataset()));
  for (double& value : data.features[0].values) value *= 0x1p40;
  for (double& value : data.features[1].values) value *= 0x1p-60;
  for (double& value : data.features[2].values) value += 16;
  const std::vector<double> again = numbers_of(fit_boosted(data.dataset(), config).predict(data.dataset()));
  for (std::size_t row = 0; row < scores.size(); ++row) EXPECT_NEAR(again[row], scores[row], 1e-4);
}

TEST(SlopeFit, FeaturesThatDoNotVaryAndCopiesOfOthersHaveNoSlope) {
  RandomData data = smooth_data(7, 600, "squared", 0);
  data.features[1] = data.features[0];
  for (double& value : data.features[2].values) value = value > 0 ? 1 : 0;  // constant below its split
  BoostingConfig config{.loss = loss::squared(), .rounds = 3, .linear_leaves = {.enabled = true, .l2 = 0}};
  config.constraints.forced_splits = {
      {.feature = "x0", .threshold = 0.3, .right = {{.feature = "x1", .threshold = 0.6}}}};
  const BoostedModel model = fit_boosted(data.dataset(), config);
  int slopes = 0;
  for (const Tree& tree : model.trees())
    for (const TreeNode& leaf : tree.nodes) {
      if (leaf.leaf < 0) continue;
      int copies = 0;
      for (const LeafTerm& term : tree.terms(leaf)) {
        EXPECT_NE(term.feature, 2);
        copies += term.feature < 2 ? 1 : 0;
        ++slopes;
      }
      EXPECT_LE(copies, 1);
    }
  EXPECT_GT(slopes, 0);
}

TEST(SlopeFit, ValuesBeyondAllMeasureDoNoHarm) {
  RandomData data = smooth_data(8, 400, "squared", 0);
  std::vector<double>& values = data.features[0].values;
  values[2] = 1e308;
  values[3] = -1e308;
  data.features[1].values[5] = 5e-324;
  for (const bool clamp : {true, false}) {
    const BoostedModel model = fit_boosted(
        data.dataset(), {.loss = loss::squared(), .rounds = 5, .linear_leaves = {.enabled = true, .clamp = clamp}});
    for (const double score : numbers_of(model.predict(data.dataset()))) EXPECT_TRUE(std::isfinite(score));
  }
}

}  // namespace
}  // namespace linden
