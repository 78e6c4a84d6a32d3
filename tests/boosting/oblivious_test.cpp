// Oblivious trees in whole fits: their shape, what must not change them, and that everything else that models can do
// goes with them.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <numeric>

#include "boosting/random_config.hpp"
#include "boosting/random_rules.hpp"
#include "boosting/sparse_data.hpp"

namespace linden {
namespace {

// Numbers with missing values, few categories and many.
RandomData mixed(std::uint64_t seed, int rows, const std::string& loss = "squared") {
  Random random(seed);
  RandomData data = random_data(random, rows, 5, loss, 200);
  add_numbers(data, random_numbers(random, rows, 300, 0.1));
  add_codes(data, random_codes(random, rows, 60, 0.1), 64);
  return data;
}

BoostingConfig some_config(int depth = 4) {
  return {.rounds = 5, .learning_rate = 0.3, .growth = Growth::oblivious, .max_depth = depth};
}

// Empty, or what is not as it is in an oblivious tree of at most so many levels.
std::string flaw(const Tree& tree, int most_levels) {
  const int leaves = tree.leaves(), levels = tree.depth();
  if (leaves != 1 << levels || levels > most_levels) return fmt::format("{} leaves, {} levels", leaves, levels);
  for (int i = 0; i < leaves - 1; ++i) {
    const TreeNode &node = tree.nodes[static_cast<std::size_t>(i)],
                   &first = tree.nodes[std::bit_floor(static_cast<std::size_t>(i) + 1) - 1];
    if (node.left != 2 * i + 1 || node.feature != first.feature || node.threshold != first.threshold ||
        node.missing_left != first.missing_left || node.left_categories != first.left_categories)
      return fmt::format("node {} is not that of its level", i);
  }
  for (const TreeNode& node : tree.nodes)
    if (node.feature < 0 && node.rows == 0 && tree.value(node) != 0) return "a leaf without rows has a value";
  return "";
}

TEST(Oblivious, EveryLevelHasOneSplit) {
  int empty = 0;
  for (const int depth : {1, 3, 6, 9}) {
    const BoostedModel model = fit_boosted(mixed(1, 400).dataset(), some_config(depth));
    for (const Tree& tree : model.trees()) {
      EXPECT_EQ(flaw(tree, depth), "");
      EXPECT_EQ(tree.depth(), depth);
      for (const TreeNode& node : tree.nodes) empty += node.feature < 0 && node.rows == 0;
    }
  }
  EXPECT_GT(empty, 100);
}

TEST(Oblivious, TreesAreOfSixLevelsByDefault) {
  BoostingConfig config = some_config(0);
  for (const Tree& tree : fit_boosted(mixed(2, 3000).dataset(), config).trees()) EXPECT_EQ(tree.depth(), 6);
}

TEST(Oblivious, GrowthEndsWhereNothingIsGained) {
  RandomData data;
  add_numbers(data, {0, 0, 1, 1});
  data.label = {1, 1, 5, 5};
  const BoostedModel model = fit_boosted(data.dataset(), {.rounds = 1, .growth = Growth::oblivious, .l2 = 0});
  EXPECT_EQ(model.trees()[0].leaves(), 2);
  data.label = {1, 1, 1, 1};
  EXPECT_EQ(fit_boosted(data.dataset(), {.rounds = 1, .growth = Growth::oblivious}).trees()[0].leaves(), 1);
}

TEST(Oblivious, BytesDoNotDependOnThreadsAndSurviveAFile) {
  const RandomData data = mixed(3, 20'000);
  const Dataset train = data.dataset();
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    Random random(seed);
    BoostingConfig config = some_config();
    config.rounds = 2;
    if (seed > 1) add_rules(random, data, config);
    config = as_oblivious(random, config);
    if (seed == 2) config.max_depth = 10;
    const BoostedModel one = fit_boosted(train, config, {.threads = 1});
    const std::string bytes = bytes_of(one);
    for (const int threads : {2, 5})
      EXPECT_EQ(bytes_of(fit_boosted(train, config, {.threads = threads})), bytes) << seed;
    const BoostedModel loaded = BoostedModel::from_string(bytes);
    EXPECT_EQ(bytes_of(loaded), bytes) << seed;
    EXPECT_EQ(numbers_of(loaded.predict(train)), numbers_of(one.predict(train))) << seed;
  }
}

// A level then has one node with most rows, which threads divide together, and others with none.
TEST(Oblivious, ANodeIsDividedAmongOthersWithoutRows) {
  Random random(10);
  RandomData data;
  std::vector<double> ramp;
  for (int row = 0; row < 60'000; ++row) ramp.push_back(row);
  add_numbers(data, std::move(ramp));
  for (int row = 0; row < 60'000; ++row) data.label.push_back(std::exp(row / 3000.0) + random.uniform());
  BoostingConfig config = some_config(6);
  config.rounds = 2;
  const BoostedModel one = fit_boosted(data.dataset(), config, {.threads = 1});
  for (const int threads : {2, 3, 7})
    EXPECT_EQ(bytes_of(fit_boosted(data.dataset(), config, {.threads = threads})), bytes_of(one)) << threads;
}

TEST(Oblivious, SparseRowsGiveTheModelOfDenseColumns) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Random random(seed);
    const SparsePair pair = both(random_sparse(random, 20 + random.below(600), 1 + random.below(30), "squared"));
    const BoostedModel dense = fit_boosted(pair.dense, some_config()), sparse = fit_boosted(pair.sparse, some_config());
    EXPECT_EQ(bytes_of(sparse), bytes_of(dense)) << seed;
    EXPECT_EQ(numbers_of(sparse.predict(pair.sparse)), numbers_of(dense.predict(pair.dense))) << seed;
  }
}

// Of which other trees keep the ones.
TEST(Oblivious, ManyFlagsAreColumnsLikeOthers) {
  Random random(9);
  RandomData data;
  for (int f = 0; f < 40; ++f) {
    std::vector<double> flags;
    for (int row = 0; row < 800; ++row) flags.push_back(random.chance(0.1) ? 1 : 0);
    add_numbers(data, std::move(flags));
  }
  for (int row = 0; row < 800; ++row)
    data.label.push_back(data.features[3].values[row] - 2 * data.features[30].values[row] + 0.1 * random.normal());
  RandomData shifted = data;  // kept as bytes in any case
  for (reference::Feature& feature : shifted.features)
    for (double& value : feature.values) value -= 1;
  const BoostedModel model = fit_boosted(data.dataset(), some_config());
  EXPECT_EQ(flaw(model.trees()[0], 4), "");
  EXPECT_EQ(numbers_of(model.predict(data.dataset())),
            numbers_of(fit_boosted(shifted.dataset(), some_config()).predict(shifted.dataset())));
  EXPECT_EQ(bytes_of(fit_boosted(both(data).sparse, some_config())), bytes_of(model));
}

TEST(Oblivious, AModelSaysWhatItIsTrainedBy) {
  const Dataset data = mixed(5, 20'000).dataset();
  BoostingConfig config = some_config();
  config.rounds = {};
  config.max_depth = 1;
  const BoostedModel model = fit_boosted(data, config);
  EXPECT_EQ(model.config().rounds, 100);
  EXPECT_FALSE(model.config().max_leaves.has_value());
  EXPECT_FALSE(model.config().min_rows_in_leaf.has_value());
  const BoostedModel again = fit_boosted(data, BoostedModel::from_string(bytes_of(model)).config());
  EXPECT_EQ(bytes_of(again), bytes_of(model));
}

TEST(Oblivious, RowsOfAValidationSetScoreAsPredictionsDo) {
  const RandomData all = mixed(4, 1200);
  std::vector<int> first(900), rest(300);
  std::iota(first.begin(), first.end(), 0);
  std::iota(rest.begin(), rest.end(), 900);
  const RandomData held_out = all.take(rest);
  const BoostedModel model =
      fit_boosted(all.take(first).dataset(), some_config(), {.valid = held_out.dataset(), .metrics = {metric::rmse()}});
  const std::vector<double> predicted = numbers_of(model.predict(held_out.dataset()));
  double sum = 0;
  for (std::size_t i = 0; i < predicted.size(); ++i) sum += std::pow(predicted[i] - held_out.label[i], 2);
  const double rmse = std::sqrt(sum / static_cast<double>(predicted.size()));
  EXPECT_NEAR(model.history().back().at(0).value, rmse, 1e-12 * rmse);
}

TEST(Oblivious, RowByRowIsAsAllAtOnce) {
  for (const std::string loss : {"squared", "softmax"}) {
    const RandomData data = mixed(6, 500, loss);
    BoostingConfig config = some_config();
    config.loss = loss == "softmax" ? loss::softmax({.classes = 3}) : loss::by_name(loss);
    for (const int depth : {5, 9}) {
      config.max_depth = depth;
      const BoostedModel model = fit_boosted(data.dataset(), config);
      const std::vector<double> all = numbers_of(model.predict(data.dataset()));
      const auto outputs = static_cast<std::size_t>(model.outputs());
      std::vector<double> values, out(outputs);
      for (int row = 0; row < data.rows(); ++row) {
        values.clear();
        for (const reference::Feature& feature : data.features) values.push_back(feature.values[row]);
        model.predict_row(values, out);
        EXPECT_TRUE(std::equal(out.begin(), out.end(), all.begin() + row * model.outputs())) << row;
      }
    }
  }
}

TEST(Oblivious, GoWithSamplesAndModes) {
  const Dataset train = mixed(7, 600).dataset();
  std::vector<BoostingConfig> configs(5, some_config(3));
  configs[0].sampling.kind = Sampling::goss;
  configs[1].mode.kind = Mode::dart;
  configs[2].mode.kind = Mode::forest;
  configs[2].learning_rate = 0.1;
  configs[2].row_fraction = 0.6;
  configs[3].feature_fraction = 0.5;
  configs[3].row_fraction = 0.3;
  configs[4].loss = loss::quantile({.level = 0.7});
  for (const BoostingConfig& config : configs) {
    const BoostedModel model = fit_boosted(train, config, {.threads = 1});
    EXPECT_EQ(bytes_of(fit_boosted(train, config, {.threads = 3})), bytes_of(model));
    for (const Tree& tree : model.trees()) EXPECT_EQ(flaw(tree, 3), "");
    EXPECT_GT(model.trees()[0].leaves(), 2);
  }
}

TEST(Oblivious, MissingValuesThatTrainingHadNotGoOneWayInALevel) {
  Random random(8);
  RandomData data;
  for (int f = 0; f < 3; ++f) add_numbers(data, random_numbers(random, 400, 50, 0));
  for (int row = 0; row < 400; ++row) data.label.push_back(data.features[0].values[row] + random.normal());
  for (const Tree& tree : fit_boosted(data.dataset(), some_config()).trees()) EXPECT_EQ(flaw(tree, 4), "");
}

}  // namespace
}  // namespace linden
