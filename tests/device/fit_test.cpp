// Boosting on a GPU: the model has the bytes of the CPU's, whatever the data, the loss, the growth and the sampling.
#include <gtest/gtest.h>

#include <linden/ops.hpp>

#include "boosting/categories/statistics_data.hpp"
#include "boosting/monotone.hpp"
#include "boosting/random_config.hpp"
#include "boosting/random_rules.hpp"
#include "boosting/sparse_data.hpp"
#include "device/gpu.hpp"
#include "sanitizers.hpp"

namespace linden {
namespace {

using device_test::OnGpu;

class DeviceFit : public OnGpu {
 protected:
  /// Empty, or what differs between the model of the GPU and that of the CPU.
  std::string difference(const Dataset& train, const BoostingConfig& config, FitOptions options = {}) {
    options.threads = 2;
    const BoostedModel expected = fit_boosted(train, config, options);
    options.device = gpu();
    const BoostedModel model = fit_boosted(train, config, options);
    if (dump(model.trees()) != dump(expected.trees()))
      return "trees differ:\n" + dump(model.trees()) + "\non the CPU:\n" + dump(expected.trees());
    return bytes_of(model) == bytes_of(expected) ? "" : "files differ";
  }

  void check_many(const std::string& loss, std::uint64_t first_seed, int count, bool ruled = false,
                  bool oblivious = false) {
    for (std::uint64_t seed = first_seed; seed < first_seed + count; ++seed) {
      Random random(seed);
      const int rows = 5 + random.below(random.one_of({20, 100, 395}));
      RandomData data = random_data(random, rows, 1 + random.below(6), loss, random.one_of({4, 12, 40}));
      if (random.chance(0.4))
        for (int row = 0; row < rows; ++row) data.weight.push_back(random.one_of({0.0, 1.0, 0.3, 2.0, 5.5}));
      if (!data.weight.empty()) data.weight[0] = 1;
      BoostingConfig config = random_config(random, loss);
      config.loss = random_parameter(random, config.loss);
      config.rounds = 1 + random.below(2);
      config.row_fraction = random.one_of({1.0, 1.0, 0.6});
      config.feature_fraction = random.one_of({1.0, 1.0, 0.5});
      if (ruled && random.chance(0.4)) constrain(random, data, config);
      if (ruled) add_rules(random, data, config, loss == "quantile");
      if (oblivious) config = as_oblivious(random, config);
      std::string settings;
      for (const FieldInfo& field : fields(config)) settings += fmt::format(" {}={}", field.name, field.value);
      ASSERT_EQ(difference(data.dataset(), config), "") << "seed " << seed << "\n" << settings;
    }
  }
};

TEST_F(DeviceFit, SquaredLossGivesTheBytesOfTheCpu) { check_many("squared", 100, 12); }
TEST_F(DeviceFit, LogisticLossGivesTheBytesOfTheCpu) { check_many("logistic", 200, 12); }
TEST_F(DeviceFit, PoissonLossGivesTheBytesOfTheCpu) { check_many("poisson", 300, 8); }
TEST_F(DeviceFit, SoftmaxLossGivesTheBytesOfTheCpu) { check_many("softmax", 400, 6); }
TEST_F(DeviceFit, QuantileLossGivesTheBytesOfTheCpu) { check_many("quantile", 500, 10); }
TEST_F(DeviceFit, AbsoluteLossGivesTheBytesOfTheCpu) { check_many("absolute", 600, 8); }
TEST_F(DeviceFit, HuberLossGivesTheBytesOfTheCpu) { check_many("huber", 700, 8); }
TEST_F(DeviceFit, FocalLossGivesTheBytesOfTheCpu) { check_many("focal", 800, 8); }

TEST_F(DeviceFit, ObliviousTreesHaveTheBytesOfTheCpu) {
  check_many("squared", 4000, 8, false, true);
  check_many("quantile", 4100, 4, false, true);
  check_many("softmax", 4200, 3, false, true);
  check_many("squared", 4300, 8, true, true);
  check_many("quantile", 4400, 4, true, true);
}

TEST_F(DeviceFit, EveryLossGivesTheBytesOfTheCpu) {
  std::uint64_t seed = 900;
  for (const std::string& loss : row_losses()) check_many(loss, seed += 100, 3);
}

TEST_F(DeviceFit, RulesOfGrowthGiveTheBytesOfTheCpu) {
  check_many("squared", 3000, 10, true);
  check_many("logistic", 3100, 5, true);
  check_many("softmax", 3200, 3, true);
  check_many("quantile", 3300, 4, true);
}

TEST_F(DeviceFit, EncodingsOfCategoriesGiveTheBytesOfTheCpu) {
  const Dataset train = categories_data(1, 400, {60, 30, 5}).dataset();
  const Dataset valid = categories_data(2, 100, {60, 30, 5}).dataset();
  for (const CategoryEncoding encoding : {CategoryEncoding::one_hot, CategoryEncoding::statistics})
    EXPECT_EQ(difference(train, {.rounds = 3, .min_rows_in_leaf = 3, .categories = {.encoding = encoding}},
                         {.valid = valid, .metrics = {metric::logloss()}, .save_history = true}),
              "");
}

TEST_F(DeviceFit, SparseRowsUnderRulesGiveTheBytesOfTheCpu) {
  for (std::uint64_t seed = 50; seed < 50 + static_cast<std::uint64_t>(trials(8)); ++seed) {
    Random random(seed);
    const std::string loss = random.one_of({"squared", "logistic", "softmax"});
    RandomData data = random_sparse(random, 20 + random.below(400), 1 + random.below(60), loss);
    BoostingConfig config = random_config(random, loss);
    config.rounds = 2;
    config.feature_fraction = random.one_of({1.0, 0.5});
    if (random.chance(0.4)) constrain(random, data, config);
    add_rules(random, data, config);
    ASSERT_EQ(difference(both(data).sparse, config), "") << "seed " << seed;
  }
}

TEST_F(DeviceFit, SparseRowsGiveTheBytesOfTheCpu) {
  for (int seed = 1; seed <= trials(16); ++seed) {
    Random random(seed);
    const std::string loss = random.one_of({"squared", "logistic", "softmax", "quantile"});
    RandomData data = random_sparse(random, 20 + random.below(400), 1 + random.below(60), loss);
    if (random.chance(0.4))
      for (int row = 0; row < data.rows(); ++row) data.weight.push_back(random.one_of({0.5, 1.0, 1000.0}));
    BoostingConfig config = random_config(random, loss);
    config.rounds = 2;
    config.row_fraction = random.one_of({1.0, 0.6});
    config.feature_fraction = random.one_of({1.0, 0.5});
    ASSERT_EQ(difference(both(data).sparse, config), "") << "seed " << seed;
  }
}

// More values than a byte counts, in dense and in sparse rows, beside features of fewer.
TEST_F(DeviceFit, WideFeaturesGiveTheBytesOfTheCpu) {
  for (std::uint64_t seed = 1; seed <= static_cast<std::uint64_t>(trials(10)); ++seed) {
    Random random(seed);
    const std::string loss = random.one_of({"squared", "logistic", "softmax", "quantile"});
    const int rows = 400 + random.below(500);
    RandomData data = random_sparse(random, rows, 1 + random.below(6), loss);
    for (int f = 0; f < 1 + random.below(3); ++f)
      add_numbers(data, random_numbers(random, rows, 900, random.one_of({0.0, 0.1})));
    BoostingConfig config = random_config(random, loss);
    config.rounds = 2;
    config.max_bins = 5000;
    config.row_fraction = random.one_of({1.0, 0.6});
    config.feature_fraction = random.one_of({1.0, 0.5});
    if (random.chance(0.3)) constrain(random, data, config);
    if (random.chance(0.5)) add_rules(random, data, config, loss == "quantile");
    const SparsePair pair = both(data);
    ASSERT_EQ(difference(seed % 2 == 0 ? pair.dense : pair.sparse, config), "") << "seed " << seed;
  }
}

// Numbers with many bins and few features, for nodes of more than one tile and block.
RandomData large_data(std::uint64_t seed, int rows, int features) {
  Random random(seed);
  RandomData data;
  for (int f = 0; f < features; ++f)
    add_numbers(data, random_numbers(random, rows, f % 3 == 0 ? 300 : 9, f % 4 ? 0.0 : 0.1));
  for (int row = 0; row < rows; ++row) {
    const double x = data.features[0].values[row];
    data.label.push_back((std::isnan(x) ? 2 : std::sin(x)) + random.normal());
  }
  return data;
}

TEST_F(DeviceFit, LargeNodesTakeSeveralTilesAndBlocks) {
  const Dataset train = large_data(1, 12'000, 5).dataset();
  EXPECT_EQ(difference(train, {.rounds = 2, .max_leaves = 12, .min_rows_in_leaf = 30}), "");
  EXPECT_EQ(difference(train, {.rounds = 2, .growth = Growth::oblivious, .max_depth = 7}), "");
}

// The executor has two multiprocessors, for which partition takes 32 blocks of 2,048 rows.
TEST_F(DeviceFit, BlocksTakeSeveralTiles) {
  EXPECT_EQ(difference(large_data(11, 80'000, 1).dataset(), {.rounds = 1, .max_leaves = 3}), "");
}

TEST_F(DeviceFit, LevelsOfManyLeaves) {
  EXPECT_EQ(
      difference(large_data(2, 3'000, 3).dataset(),
                 {.rounds = 1, .growth = Growth::level_wise, .max_leaves = 200, .max_depth = 7, .min_rows_in_leaf = 3}),
      "");
}

// Their queue is of 24 bytes a leaf, and lies in shared memory up to the limits of a kernel (48 KB, 227 KB) or not.
TEST_F(DeviceFit, RoomForLeavesUpToTheLimitsOfSharedMemory) {
  const Dataset data = large_data(5, 10'000, 1).dataset();
  for (const int max_leaves : {2'047, 9'641, 9'642, 9'684, 9'685})
    EXPECT_EQ(
        difference(data, {.rounds = 1, .max_leaves = max_leaves, .min_child_weight = 3'000, .min_rows_in_leaf = 1}), "")
        << max_leaves;
}

TEST_F(DeviceFit, EveryWidthOfRows) {
  for (const int features : {1, 3, 4, 6, 8, 13, 16, 21, 32, 40, 75})
    EXPECT_EQ(difference(large_data(static_cast<std::uint64_t>(features), 500, features).dataset(),
                         {.rounds = 1, .max_leaves = 5}),
              "")
        << features << " features";
}

TEST_F(DeviceFit, RareClassesTakeTwentyFourBits) {
  RandomData data = large_data(3, 9'000, 3);
  Random random(4);
  for (double& label : data.label) label = random.chance(label > 2 ? 0.004 : 0.0005);
  data.label[5] = 1;
  EXPECT_EQ(difference(data.dataset(), {.loss = loss::logistic(), .rounds = 2, .max_leaves = 5}), "");
}

TEST_F(DeviceFit, SeveralLabels) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Random random(seed);
    const RandomData data = random_data(random, 150, 3, "squared", 12);
    std::vector<double> labels;
    for (const double y : data.label) labels.insert(labels.end(), {y, -y * y});
    const Dataset several = data.dataset().with_label(Tensor::copy_of(std::span(labels), {150, 2}));
    EXPECT_EQ(difference(several, {.loss = loss::squared(), .rounds = 2, .max_leaves = 5}), "");
  }
}

TEST_F(DeviceFit, ManyCategories) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Random random(seed);
    RandomData data;
    add_codes(data, random_codes(random, 800, 120, seed % 2 ? 0.05 : 0.0), 125);
    for (const double code : data.features[0].values) data.label.push_back(std::sin(code * 1.7) + random.normal() / 4);
    EXPECT_EQ(difference(data.dataset(), {.rounds = 2, .min_rows_in_leaf = 1 + random.below(10)}), "") << seed;
  }
}

// Rows whose curvature says little about their number have to be counted.
TEST_F(DeviceFit, RowsAreCountedWhereTheCurvatureProvesNothing) {
  RandomData data = large_data(6, 2'000, 3);
  Random random(7);
  for (int row = 0; row < data.rows(); ++row) data.weight.push_back(random.chance(0.01) ? 100 : 0.01);
  EXPECT_EQ(difference(data.dataset(), {.rounds = 2, .min_rows_in_leaf = 200}), "");
}

// Large nodes leave that to many blocks: first their best candidate is counted, then those that may still beat it. Few
// heavy rows have what is to be gained, so that it is cut from too few rows.
TEST_F(DeviceFit, RowsOfLargeNodesAreCountedByTiles) {
  RandomData data = large_data(12, 13'000, 4);
  Random random(13);
  for (int row = 0; row < data.rows(); ++row) data.weight.push_back(random.chance(0.01) ? 100 : 0.01);
  for (const int min_rows : {100, 4'000})
    EXPECT_EQ(difference(data.dataset(), {.rounds = 1, .max_leaves = 4, .min_rows_in_leaf = min_rows}), "") << min_rows;
  EXPECT_EQ(difference(data.dataset(), {.rounds = 1, .max_leaves = 3, .min_rows_in_leaf = 2'500, .row_fraction = 0.6}),
            "");
}

TEST_F(DeviceFit, CustomLossesRunAsRowProgramsWithTheSameBytes) {
  const RandomData data = large_data(8, 700, 3);
  const Loss cosh = loss::custom("log cosh", [](Tensor score, Tensor label) {
    const Tensor r = label - score;
    return r + softplus(-2 * r);
  });
  EXPECT_EQ(difference(data.dataset(), {.loss = cosh, .rounds = 2, .max_leaves = 6}), "");
}

TEST_F(DeviceFit, LossesThatNeedTheTapeTrainOnTheGpuToo) {
  const RandomData data = large_data(9, 300, 2);
  const Loss mixed = loss::custom(
      "centred", [](Tensor score, Tensor label) { return square(label - score) + 0.1 * square(score - mean(score)); });
  EXPECT_EQ(difference(data.dataset(), {.loss = mixed, .rounds = 2, .max_leaves = 6}), "");
}

TEST_F(DeviceFit, ValidationAndEarlyStoppingSeeTheSameMetrics) {
  RandomData data = large_data(10, 600, 4);
  for (double& label : data.label) label = label > 0.5;
  const auto [train, valid] = data.dataset().split({.test_fraction = 0.3});
  const BoostingConfig config{.loss = loss::logistic(), .rounds = 8, .max_leaves = 6};
  FitOptions options{.valid = valid, .callbacks = {early_stopping({.patience = 2})}};
  EXPECT_EQ(difference(train, config, options), "");
  const auto expected = fit_boosted(train, config, options).history();
  options.device = gpu();
  const auto found = fit_boosted(train, config, options).history();
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    for (std::size_t m = 0; m < found[i].size(); ++m) EXPECT_EQ(found[i][m].value, expected[i][m].value);
}

}  // namespace
}  // namespace linden
