// Models with linear leaves: what they learn, what they refuse, and what else can be done with them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "boosting/rows_and_modes.hpp"

namespace linden {
namespace {

BoostingConfig linear_config(int rounds = 20) {
  BoostingConfig config{.loss = loss::squared(), .rounds = rounds};
  config.linear_leaves.enabled = true;
  return config;
}

// y is linear in x0 on both sides of 0, and in x1 on both sides of 0.3; x2 says nothing.
Dataset piecewise(int rows, std::uint64_t seed, double scale = 1) {
  Random random(seed);
  std::vector<double> values, label;
  for (int row = 0; row < rows; ++row) {
    const double a = scale * (2 * random.uniform() - 1), b = scale * (2 * random.uniform() - 1);
    values.insert(values.end(), {a, b, random.uniform()});
    label.push_back((a <= 0 ? 3 * a : -a) + (b <= 0.3 ? -b : 2 * b - 0.9));
  }
  return Dataset::from_rows(values, 3, {.label = label});
}

double rmse(const BoostedModel& model, const Dataset& data) {
  return metric::rmse().evaluate({.prediction = model.predict(data), .label = data.label()});
}

TEST(LinearLeaves, RecoverAPiecewiseLinearFunction) {
  const Dataset train = piecewise(4000, 1), test = piecewise(1000, 2);
  BoostingConfig config = linear_config(60);
  config.learning_rate = 0.3;
  config.max_leaves = 8;
  const double linear = rmse(fit_boosted(train, config), test);
  config.linear_leaves = {};
  const double constant = rmse(fit_boosted(train, config), test);
  EXPECT_LT(linear, 0.03);
  EXPECT_GT(constant, 1.5 * linear);
}

// Far away from the rows a clamped model says about what it does at their edges; one that is not goes on in a line.
TEST(LinearLeaves, DoNotGoOnFarBeyondTheirRows) {
  const Dataset train = piecewise(2000, 3);
  const std::vector<double> far{1e6, 0, 0.5, 1, 0, 0.5, -1e6, 0, 0.5};
  BoostingConfig config = linear_config(50);
  const std::vector<double> kept = numbers_of(fit_boosted(train, config).predict(Dataset::from_rows(far, 3)));
  EXPECT_NEAR(kept[0], -1, 2);
  EXPECT_NEAR(kept[1], -1, 0.5);
  EXPECT_NEAR(kept[2], -3, 4);
  config.linear_leaves.clamp = false;
  const std::vector<double> open = numbers_of(fit_boosted(train, config).predict(Dataset::from_rows(far, 3)));
  EXPECT_LT(open[0], -1e5);
  EXPECT_LT(open[2], -1e5);
}

// A row without a value has what its leaf is worth at the mean of it, and the slopes of its other features.
TEST(LinearLeaves, AMissingValueCountsAsTheMean) {
  const BoostedModel model = fit_boosted(piecewise(2000, 4), linear_config(1));
  const Tree& tree = model.trees()[0];
  Random random(5);
  for (int i = 0; i < 200; ++i) {
    std::vector<double> row{2 * random.uniform() - 1, 2 * random.uniform() - 1, missing_value};
    row[random.below(2)] = missing_value;
    const Tensor leaf = model.predict(Dataset::from_rows(row, 3), {.output = Output::leaf});
    const TreeNode& node = *std::ranges::find(tree.nodes, leaf.at<std::int32_t>({0, 0}), &TreeNode::leaf);
    std::vector<double> filled = row;
    double expected = tree.value(node);
    for (const LeafTerm& term : tree.terms(node)) {
      double& x = filled[static_cast<std::size_t>(term.feature)];
      if (std::isnan(x)) x = term.centre;
      expected += term.slope * (std::clamp(x, term.low, term.high) - term.centre);
    }
    EXPECT_NEAR(numbers_of(model.predict(Dataset::from_rows(row, 3)))[0] - model.initial_score()[0], expected, 1e-12);
  }
}

TEST(LinearLeaves, BytesDoNotDependOnThreads) {
  for (const std::string loss : {"squared", "logistic", "softmax", "poisson", "tweedie"}) {
    const Dataset train = rows_for(loss, 20'000);
    BoostingConfig config = linear_config(3);
    config.loss = loss::by_name(loss);
    const std::string one = bytes_of(fit_boosted(train, config, {.threads = 1}));
    EXPECT_NE(one.find("leaf_terms"), one.npos) << loss;
    for (const int threads : {2, 5}) EXPECT_EQ(bytes_of(fit_boosted(train, config, {.threads = threads})), one) << loss;
  }
}

// As all else about rows; f32 columns and strided ones have the bytes of f64 ones.
TEST(LinearLeaves, BytesDependOnNeitherTheOrderOfRowsNorTheirMemory) {
  Random random(6);
  const RandomData data = random_data(random, 700, 5, "squared");
  const BoostingConfig config = linear_config(5);
  const std::string bytes = bytes_of(fit_boosted(data.dataset(), config));
  EXPECT_EQ(bytes_of(fit_boosted(data.take(shuffled_rows(random, 700)).dataset(), config)), bytes);
  std::vector<float> by_row, by_column(2100);
  std::vector<double> label;
  for (std::size_t row = 0; row < 700; ++row) {
    for (std::size_t f = 0; f < 3; ++f)
      by_row.push_back(by_column[f * 700 + row] = static_cast<float>(random.normal()));
    label.push_back(by_row[3 * row] * std::abs(by_row[3 * row + 1]));
  }
  const std::vector<double> doubles(by_row.begin(), by_row.end());
  const std::string of_rows = bytes_of(fit_boosted(Dataset::from_rows(by_row, 3, {.label = label}), config));
  EXPECT_EQ(bytes_of(fit_boosted(Dataset::from_rows(doubles, 3, {.label = label}), config)), of_rows);
  EXPECT_EQ(bytes_of(fit_boosted(Dataset::from_columns(by_column, 3, {.label = label}), config)), of_rows);
}

TEST(LinearLeaves, ScoresDuringTrainingAreThoseOfPredictions) {
  for (const std::string loss : {"squared", "softmax"}) {
    const Dataset all = rows_for(loss, 900);
    std::vector<std::int64_t> numbers(900);
    std::iota(numbers.begin(), numbers.end(), 0);
    const Dataset train = all.take(std::span(numbers).first(600)), valid = all.take(std::span(numbers).last(300));
    BoostingConfig config = linear_config(30);
    config.loss = loss::by_name(loss);
    const Metric metric = metric::defaults(config.loss).front();
    const BoostedModel model = fit_boosted(
        train, config,
        {.valid = valid, .metrics = {metric}, .callbacks = {early_stopping({.patience = 3})}, .train_metrics = true});
    const auto value = [&](const Dataset& data) {
      return metric.evaluate({.prediction = model.predict(data), .label = model.labels_of(data)});
    };
    const std::vector<MetricValue>& last = model.history()[static_cast<std::size_t>(model.rounds()) - 1];
    EXPECT_EQ(last[0].value, value(valid)) << loss;
    EXPECT_EQ(last[1].value, value(train)) << loss;
  }
}

// Trees of one split have one split a level: their leaves are found by it, and have slopes all the same.
TEST(LinearLeaves, OfTreesOfOneSplitAddTheirSlopes) {
  const Dataset train = piecewise(600, 8);
  BoostingConfig config = linear_config(6);
  config.max_leaves = 2;
  const BoostedModel model = fit_boosted(train, config);
  const Tensor scores = model.predict(train);
  for (std::int64_t row = 0; row < train.rows(); ++row) {
    double score = model.initial_score()[0];
    std::vector<double> values;
    for (const Column& column : train.columns()) values.push_back(column.values.at<double>({row}));
    for (const Tree& tree : model.trees()) {
      ASSERT_EQ(tree.leaves(), 2);
      const TreeNode& root = tree.nodes[0];
      const bool left = values[static_cast<std::size_t>(root.feature)] <= root.threshold;
      const TreeNode& leaf = tree.nodes[static_cast<std::size_t>(left ? root.left : root.right)];
      ASSERT_FALSE(tree.leaf_terms.empty());
      score += tree.value(leaf);
      for (const LeafTerm& term : tree.leaf_terms)
        if (term.leaf == leaf.leaf) {
          const double value = values[static_cast<std::size_t>(term.feature)];
          score += term.slope * (std::clamp(value, term.low, term.high) - term.centre);
        }
    }
    EXPECT_NEAR(scores.at<double>({row}), score, 1e-12);
    double one = 0;
    model.predict_row(values, {&one, 1});
    EXPECT_EQ(one, scores.at<double>({row}));
  }
}

TEST(LinearLeaves, GoOnFromAModelAsInOneGo) {
  const Dataset train = rows_for("squared", 500);
  const BoostedModel all = fit_boosted(train, linear_config(7));
  BoostedModel part = fit_boosted(train, linear_config(3));
  part = fit_boosted(train, linear_config(4), {.start = part});
  EXPECT_EQ(dump(part.trees()), dump(all.trees()));
  EXPECT_EQ(dump(all.first_rounds(3).trees()), dump(fit_boosted(train, linear_config(3)).trees()));
}

TEST(LinearLeaves, SumsOfModelsAreSumsOfTheirScores) {
  const Dataset train = rows_for("squared", 500);
  BoostingConfig plain = linear_config(4);
  plain.linear_leaves = {};
  const BoostedModel a = fit_boosted(train, linear_config(5)), b = fit_boosted(train, plain);
  const std::vector<double> x = numbers_of(a.predict(train)), y = numbers_of(b.predict(train));
  const std::vector<double> sum = numbers_of(merge_models({{a, 0.25}, {b, 3}}).predict(train));
  const std::vector<double> mean = numbers_of(average_models({a, b}).predict(train));
  for (std::size_t row = 0; row < 500; ++row) {
    EXPECT_NEAR(sum[row], 0.25 * x[row] + 3 * y[row], 1e-9 * (1 + std::abs(sum[row])));
    EXPECT_NEAR(mean[row], (x[row] + y[row]) / 2, 1e-9 * (1 + std::abs(mean[row])));
  }
}

TEST(LinearLeaves, WhatCannotHaveThemIsRefused) {
  const std::vector<std::int64_t> offsets{0, 1, 2};
  const std::vector<std::int32_t> columns{0, 1};
  const std::vector<double> values{1, 2}, label{0.5, 1.5};
  const Dataset sparse = Dataset::from_csr(offsets, columns, values, 2, {.label = label});
  EXPECT_EQ(refusal<DataError>([&] { fit_boosted(sparse, linear_config()); }),
            "fit_boosted: BoostingConfig.linear_leaves.enabled is true, but the data is sparse; leaves are linear in "
            "dense columns alone. Hint: pass columns, or leave it out.");
  const Dataset train = piecewise(200, 7);
  const BoostedModel model = fit_boosted(train, linear_config(2));
  EXPECT_EQ(refusal<ArgumentError>([&] { refit_leaves(model, train); }),
            "refit_leaves: the leaves of the model are linear, and only constant ones are fitted anew. Hint: go on "
            "from it with .start = model.");
  EXPECT_EQ(refusal<ArgumentError>([&] { model.trees()[0].terms(model.trees()[0].nodes[0]); }),
            "Tree::terms: the node is no leaf of this tree, but a split. Hint: leaves are the nodes whose leaf is 0 or "
            "more.");
}

TEST(LinearLeaves, AWarningSaysThatThereAreNoSlopes) {
  Random random(8);
  RandomData data;
  add_codes(data, random_codes(random, 300, 4, 0), 4);
  for (int row = 0; row < 300; ++row)
    data.label.push_back(data.features[0].values[static_cast<std::size_t>(row)] + random.normal());
  const BoostedModel model = fit_boosted(data.dataset(), linear_config(2));
  ASSERT_EQ(model.warnings().size(), 1u);
  EXPECT_EQ(model.warnings()[0],
            "no leaf has a slope (.linear_leaves): no split is by a number that varies in a leaf.");
}

}  // namespace
}  // namespace linden
