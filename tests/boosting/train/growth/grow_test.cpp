// Trees against the oracle: on many small random data sets, every tree that fit_boosted grows is the one that brute
// force finds. Larger ones take the kernels through wide cells, 24-bit entries, parts and several partition chunks.
#include <gtest/gtest.h>

#include "boosting/monotone.hpp"
#include "boosting/oracle/one_output.hpp"
#include "boosting/random_config.hpp"
#include "sanitizers.hpp"

namespace linden {
namespace {

void check_many(const std::string& loss, std::uint64_t first_seed, int count, bool exact_values = false,
                bool ruled = false, bool oblivious = false) {
  int failures = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + trials(count); ++seed) {
    Random random(seed);
    const int rows = 5 + random.below(random.one_of({20, 100, 395}));
    RandomData data = random_data(random, rows, 1 + random.below(6), loss, random.one_of({4, 12, 40}));
    if (random.chance(0.4))
      for (int row = 0; row < rows; ++row)
        data.weight.push_back(random.one_of({0.0, 1.0, exact_values ? 0.25 : 0.3, 2.0, 5.5}));
    if (!data.weight.empty()) data.weight[0] = 1;
    BoostingConfig config = random_config(random, loss);
    config.loss = random_parameter(random, config.loss);
    if (!config.loss.parameters().empty() || loss == "absolute") config.row_fraction = random.one_of({1.0, 1.0, 0.6});
    if (!oblivious && random.chance(0.3)) constrain(random, data, config);
    if (ruled) add_rules(random, data, config, renewal_level(config.loss.definition().spec) > 0);
    if (ruled && seed % 2 == 0 && has_monotone(data)) config.constraints.monotone_method = MonotoneMethod::intermediate;
    if (ruled) choose_encoding(seed, data, config);
    if (oblivious) config = as_oblivious(random, config);
    const std::string found = oracle::check(data, config, exact_values ? 0 : 1e-12);
    if (found.empty()) continue;
    std::string settings;
    for (const FieldInfo& field : fields(config)) settings += fmt::format(" {}={}", field.name, field.value);
    ADD_FAILURE() << "seed " << seed << ", " << rows << " rows, " << data.features.size() << " features, "
                  << (data.weight.empty() ? "no weights" : "weights") << ": " << found << "\n " << settings;
    if (++failures == 5) return;
  }
}

TEST(Grow, SquaredLossGivesTheTreesOfBruteForce) { check_many("squared", 10000, 1500); }
TEST(Grow, LogisticLossGivesTheTreesOfBruteForce) { check_many("logistic", 20000, 1500); }
TEST(Grow, PoissonLossGivesTheTreesOfBruteForce) { check_many("poisson", 30000, 900); }
TEST(Grow, SoftmaxLossGivesTheTreesOfBruteForce) { check_many("softmax", 40000, 500); }

TEST(Grow, QuantileLossGivesTheTreesOfBruteForce) { check_many("quantile", 50000, 900, true); }
TEST(Grow, AbsoluteLossGivesTheTreesOfBruteForce) { check_many("absolute", 60000, 600, true); }
TEST(Grow, HuberLossGivesTheTreesOfBruteForce) { check_many("huber", 70000, 600); }
TEST(Grow, FocalLossGivesTheTreesOfBruteForce) { check_many("focal", 80000, 600); }

TEST(Grow, RulesOfGrowthGiveTheTreesOfBruteForce) {
  check_many("squared", 110000, 1200, false, true);
  check_many("logistic", 120000, 900, false, true);
  check_many("softmax", 130000, 300, false, true);
}
TEST(Grow, RulesOfGrowthGiveTheTreesOfBruteForceWhereLeavesAreRenewed) {
  check_many("quantile", 140000, 600, true, true);
}

TEST(Grow, ObliviousTreesAreThoseOfBruteForce) {
  check_many("squared", 210000, 700, false, false, true);
  check_many("logistic", 220000, 400, false, false, true);
  check_many("softmax", 230000, 150, false, false, true);
  check_many("absolute", 240000, 200, true, false, true);
}
TEST(Grow, ObliviousTreesUnderRulesAreThoseOfBruteForce) {
  check_many("squared", 250000, 700, false, true, true);
  check_many("poisson", 260000, 300, false, true, true);
  check_many("quantile", 270000, 200, true, true, true);
}

TEST(Grow, EveryLossGivesTheTreesOfBruteForce) {
  std::uint64_t seed = 90000;
  for (const std::string& loss : row_losses())
    check_many(loss, seed += 1000, 100, renewal_level(loss::by_name(loss).definition().spec) > 0);
}

// More values than a byte counts, beside features of fewer.
TEST(Grow, WideFeaturesGiveTheTreesOfBruteForce) {
  for (std::uint64_t seed = 1; seed <= static_cast<std::uint64_t>(trials(60)); ++seed) {
    Random random(seed);
    const std::string loss = random.one_of({"squared", "logistic", "quantile"});
    const int rows = 500 + random.below(600);
    RandomData data;
    for (int f = 0; f < 1 + random.below(3); ++f) {
      add_numbers(data, random_numbers(random, rows, 900, random.one_of({0.0, 0.1})));
      if (random.chance(0.3)) add_numbers(data, random_numbers(random, rows, 20, 0.1));
    }
    const RandomData labels = random_data(random, rows, 1, loss);
    data.label = labels.label;
    for (int row = 0; row < rows && loss != "logistic"; ++row)
      data.label[row] += std::isnan(data.features[0].values[row]) ? 2 : std::sin(data.features[0].values[row]);
    BoostingConfig config = random_config(random, loss);
    config.max_leaves = std::min(*config.max_leaves, 12);
    config.max_bins = random.one_of({65535, 3000});
    if (random.chance(0.3)) constrain(random, data, config);
    if (random.chance(0.6)) add_rules(random, data, config, loss == "quantile");
    std::string settings;
    for (const FieldInfo& field : fields(config)) settings += fmt::format(" {}={}", field.name, field.value);
    ASSERT_EQ(oracle::check(data, config), "") << "seed " << seed << settings;
  }
}

TEST(Grow, ManyCategoriesAreCutFromBothEndsOfTheirOrder) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Random random(seed);
    RandomData data;
    add_codes(data, random_codes(random, 800, 120, seed % 2 ? 0.05 : 0.0), 125);
    for (const double code : data.features[0].values) data.label.push_back(std::sin(code * 1.7) + random.normal() / 4);
    BoostingConfig config;
    config.rounds = 2;
    config.min_rows_in_leaf = 1 + random.below(10);
    EXPECT_EQ(oracle::check(data, config), "") << "seed " << seed;
    if (seed > 4) continue;
    EXPECT_EQ(oracle::check(data, as_oblivious(random, config)), "") << "oblivious, seed " << seed;
  }
}

TEST(Grow, EqualGainsGoToTheLowestFeatureBinAndToMissingLeft) {
  // Two equal columns whose cuts at 1 and 2 gain the same, since no row lies between them, nor has a missing value
  // among those that remain after the first split by x0.
  RandomData data;
  add_numbers(data, {0, 0, 0, 0, 9, 9, 9, 9});
  add_numbers(data, {1, 1, 3, 3, 2, 2, missing_value, missing_value});
  add_numbers(data, {1, 1, 3, 3, 2, 2, missing_value, missing_value});
  data.label = {0, 0, 1, 1, 50, 50, 50, 50};
  BoostingConfig config{.rounds = 1, .l2 = 0, .min_rows_in_leaf = 1};
  EXPECT_EQ(oracle::check(data, config), "");
  const Tree tree = fit_boosted(data.dataset(), config).trees().at(0);
  ASSERT_EQ(tree.nodes.size(), 5u);
  EXPECT_EQ(tree.nodes[0].feature, 0);
  EXPECT_EQ(tree.nodes[1].feature, 1);
  EXPECT_EQ(tree.nodes[1].threshold, 1.5);
  EXPECT_TRUE(tree.nodes[1].missing_left);
}

TEST(Grow, OneAgainstTheRestPrefersTheMostFrequentOfEqualCategories) {
  RandomData data;  // two categories: either one on the left gains the same
  add_codes(data, {0, 0, 0, 1, 1, 1, 1}, 2);
  data.label = {5, 5, 5, 1, 1, 1, 1};
  BoostingConfig config{.rounds = 1, .min_rows_in_leaf = 1};
  const TreeNode root = fit_boosted(data.dataset(), config).trees().at(0).nodes.at(0);
  EXPECT_EQ(root.left_categories, std::vector<int>{1});
}

// Larger data: few values and few leaves, so that brute force stays affordable.
RandomData large_data(Random& random, int rows, int features, int distinct) {
  RandomData data;
  for (int f = 0; f < features; ++f) {
    std::vector<double> values;
    for (int row = 0; row < rows; ++row)
      values.push_back(f == 1 && random.chance(0.2) ? missing_value : random.below(distinct));
    add_numbers(data, std::move(values));
  }
  for (int row = 0; row < rows; ++row)
    data.label.push_back(data.features[0].values[row] * (data.features[1].values[row] > 3 ? 1 : -1) + random.normal());
  return data;
}

TEST(Grow, LargeNodesTakeWideCellsPartsAndSeveralChunks) {
  Random random(7);
  const RandomData data = large_data(random, 150'000, 2, 8);  // beyond 2^17 rows a cell is wide
  EXPECT_EQ(oracle::check(data, {.rounds = 2, .max_leaves = 6, .min_rows_in_leaf = 1000}), "");
  EXPECT_EQ(oracle::check(data, {.rounds = 2, .growth = Growth::oblivious, .max_depth = 3}), "");
}

TEST(Grow, LargeLeavesAreRenewed) {
  Random random(12);
  RandomData data = large_data(random, 150'000, 2, 8);
  const BoostingConfig config{.loss = loss::quantile({.level = 0.8}), .rounds = 2, .max_leaves = 6};
  EXPECT_EQ(oracle::check(data, config, 0), "");
  for (int row = 0; row < data.rows(); ++row) data.weight.push_back(random.below(5) / 4.0);
  EXPECT_EQ(oracle::check(data, config, 0), "");
}

TEST(Grow, RareClassesTakeTwentyFourBits) {
  Random random(8);
  RandomData data = large_data(random, 70'000, 3, 6);
  for (int row = 0; row < data.rows(); ++row)
    data.label[row] = random.chance(data.features[2].values[row] == 4 ? 0.004 : 0.0005);
  EXPECT_EQ(oracle::check(data, {.loss = loss::logistic(), .rounds = 1, .max_leaves = 5}), "");
  EXPECT_EQ(oracle::check(data, {.loss = loss::logistic(), .rounds = 1, .growth = Growth::oblivious, .max_depth = 2}),
            "");
}

TEST(Grow, LogNormalLabelsTakeTwentyFourBits) {
  Random random(9);
  RandomData data = large_data(random, 80'000, 2, 10);
  for (int row = 0; row < data.rows(); ++row)
    data.label[row] = std::exp(3.5 * random.normal() + data.features[0].values[row] / 5);
  // Leaves sum in units of 2^-62 of the largest gradient times the rows: the largest is a million times the mean here.
  EXPECT_EQ(oracle::check(data, {.rounds = 1, .max_leaves = 6}, 1e-9), "");
}

TEST(Grow, ManyFeaturesAreSummedInGroups) {
  Random random(10);
  RandomData data;
  for (int f = 0; f < 75; ++f) add_numbers(data, random_numbers(random, 700, 6, f % 3 ? 0.0 : 0.1));
  for (int row = 0; row < 700; ++row) data.label.push_back(data.features[70].values[row] > 2 ? 1 : random.normal());
  EXPECT_EQ(oracle::check(data, {.rounds = 1, .max_leaves = 8}), "");
}

}  // namespace
}  // namespace linden
