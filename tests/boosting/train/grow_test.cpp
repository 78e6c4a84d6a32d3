// Trees against the oracle: on many small random data sets, every tree that fit_boosted grows is the one that brute
// force finds. Larger ones take the kernels through wide cells, 24-bit entries, parts and several partition chunks.
#include <gtest/gtest.h>

#include <cmath>

#include "boosting/model/config.hpp"
#include "boosting/monotone.hpp"
#include "boosting/random_config.hpp"
#include "boosting/random_data.hpp"
#include "boosting/random_rules.hpp"
#include "boosting/train/gradients/drawn.hpp"
#include "loss/definition.hpp"
#include "sanitizers.hpp"

namespace linden {
namespace {

GrowthLimits limits_of(const BoostingConfig& c) {
  const bool oblivious = c.growth == Growth::oblivious;
  return {
      .level_wise = c.growth == Growth::level_wise,
      .oblivious = oblivious,
      .max_leaves = c.max_leaves.value_or(31),
      .max_depth = oblivious && c.max_depth == 0 ? 6 : c.max_depth,
      .l1 = c.l1,
      .l2 = l2_of(c),
      .min_gain = c.min_gain,
      .min_child_weight = oblivious ? 0 : c.min_child_weight,
      .min_rows_in_leaf = oblivious ? 0 : c.min_rows_in_leaf.value_or(20),
      .learning_rate = c.learning_rate,
      .max_delta_step = c.constraints.max_delta_step,
      .path_smooth = c.regularization.path_smooth,
      .extra_trees = c.regularization.extra_trees,
  };
}

bool goes_left(const BoostedModel& model, const TreeNode& node, int code) {
  const std::vector<int>& groups = model.category_groups(node.feature);
  return std::ranges::binary_search(node.left_categories, groups.empty() ? code : groups[code]);
}

// Empty, or where the trees differ.
std::string difference(const std::vector<reference::GrowNode>& wanted, const BoostedModel& model, const Tree& tree,
                       const RandomData& data, double tolerance) {
  if (wanted.size() != tree.nodes.size())
    return fmt::format("{} nodes, the oracle has {}", tree.nodes.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const reference::GrowNode& a = wanted[i];
    const TreeNode& b = tree.nodes[i];
    const std::string at = fmt::format("node {} (feature {}, oracle {}): ", i, b.feature, a.feature);
    if (a.feature != b.feature || a.left != b.left) return at + "another feature or child";
    if (static_cast<std::int64_t>(a.rows.size()) != b.rows)
      return at + fmt::format("{} rows, oracle {}", b.rows, a.rows.size());
    if (a.feature < 0) {
      if (const double value = tree.value(b); std::abs(a.value - value) > tolerance * (1 + std::abs(a.value)))
        return at + fmt::format("value {}, oracle {}", value, a.value);
      continue;
    }
    if (a.gain != b.gain) return at + fmt::format("gain {:a}, oracle {:a}", b.gain, a.gain);
    if (a.missing_left != b.missing_left) return at + fmt::format("missing_left {}", b.missing_left);
    if (b.right != b.left + 1) return at + "right child";
    if (b.categorical != data.features[a.feature].categorical) return at + "kind";
    if (!b.categorical && !(a.low <= b.threshold && b.threshold < a.high))
      return at + fmt::format("threshold {}, oracle [{}, {})", b.threshold, a.low, a.high);
    if (!b.categorical) continue;
    for (int code = 0; code < data.dictionary[a.feature]; ++code) {
      const bool seen = std::ranges::count(data.features[a.feature].values, code) > 0;
      const std::vector<int>& groups = model.category_groups(a.feature);
      if (seen != (groups.empty() || groups[code] >= 0)) return at + fmt::format("group of category {}", code);
      if (seen && std::ranges::binary_search(a.left_codes, code) != goes_left(model, b, code))
        return at + fmt::format("category {}", code);
    }
  }
  return "";
}

// What distributions are trained on in place of slopes and second derivatives: both over the information, the latter
// not below it.
void over_information(const Loss& loss, const std::vector<double>& scores, std::vector<double>& g,
                      std::vector<double>& h) {
  const double k = std::exp(scores[1]);
  for (const std::size_t output : {0, 1}) {
    double information = 0;
    visit_loss(loss.definition().spec, [&]<class Functor>(const Functor& functor) {
      if constexpr (is_distribution<Functor>)
        information = functor.information(scores[0], scores[1], static_cast<std::int64_t>(output));
    });
    if (output == 0) {
      EXPECT_NEAR(information / (loss.link() == Link::gamma ? k : 1 / (k * k)), 1, 1e-12);
    }
    const double unit = loss.parameters()[0].value > 0 ? information : 1;
    g[output] = g[output] / unit;
    h[output] = std::max(h[output], information) / unit;
  }
}

// Fits with 1 and 3 threads and compares tree by tree: the oracle gets the scores that the model's own leaves give, so
// that one difference does not make more.
std::string check(const RandomData& given, const BoostingConfig& config, double tolerance = 1e-12) {
  const BoostedModel model = fit_boosted(given.dataset(), config, {.threads = 1});
  if (dump(model.trees()) != dump(fit_boosted(given.dataset(), config, {.threads = 3}).trees()))
    return "threads differ";
  const RandomData data = given.counted();
  const Dataset train = data.dataset();
  const int rows = data.rows(), outputs = model.outputs();
  std::vector<std::vector<double>> scores(static_cast<std::size_t>(rows), model.initial_score());
  std::vector<float> gradients(static_cast<std::size_t>(rows)), curvatures(gradients);
  std::vector<double> residuals(static_cast<std::size_t>(rows));
  const double level = renewal_level(model.loss().definition().spec);
  Workers workers(1);
  std::vector<reference::Feature> features = data.features;
  const auto slopes_of = [&](int k) {
    std::vector<double> g(static_cast<std::size_t>(outputs)), h(g);
    for (int row = 0; row < rows; ++row) {
      model.loss().evaluate(scores[row], data.label[row], g, h);
      if (model.loss().parameters() != std::vector<LossParameter>{} &&
          model.loss().parameters()[0].name == "natural_gradient")
        over_information(model.loss(), scores[row], g, h);
      const double weight = data.weight.empty() ? 1 : data.weight[row];
      gradients[row] = static_cast<float>(g[k] * weight);
      curvatures[row] = static_cast<float>(std::max(h[k], 0.0) * weight);
      residuals[row] = data.label[row] - scores[row][k];
    }
  };
  for (int k = 0; k < outputs; ++k) {
    slopes_of(k);
    for (reference::Feature& feature : features)
      feature.trusted_rows = std::min(feature.trusted_rows, reference::trusted_rows(feature, gradients, curvatures));
  }
  std::vector<bool> used(features.size());  // by trees of earlier rounds
  for (int round = 0; round < *config.rounds; ++round) {
    const std::vector<bool> used_before = used;
    std::vector<std::vector<double>> next = scores;
    std::vector<std::uint32_t> sample;
    if (config.row_fraction.value_or(1) < 1)
      sample = drawn(rows, *config.row_fraction, config.seed, Draw::rows, static_cast<std::uint32_t>(round), workers);
    for (int k = 0; k < outputs; ++k) {
      slopes_of(k);
      const reference::Rules rules = rules_of(config, data, round, k, used_before);
      auto oracle = reference::grow(features, gradients, curvatures, limits_of(config), sample, rules);
      for (const reference::GrowNode& node : oracle)
        if (node.feature >= 0) used[static_cast<std::size_t>(node.feature)] = true;
      if (level > 0) {
        std::vector<double> weights = data.weight;
        if (config.loss.name() == "mape") {
          weights.resize(data.label.size(), 1.0);
          for (std::size_t i = 0; i < weights.size(); ++i) weights[i] /= std::max(1.0, std::abs(data.label[i]));
        }
        reference::renew(oracle, residuals, weights, level, config.learning_rate);
        const double most = config.constraints.max_delta_step * config.learning_rate;
        const ValueBounds bounds = most > 0 ? ValueBounds{-most, most} : ValueBounds{};
        if (!config.constraints.monotone.empty() || most > 0)
          reference::bound_renewed(oracle, features, oracle, 0, bounds);
      }
      const Tree& tree = model.trees().at(static_cast<std::size_t>(round * outputs + k));
      const std::string found = difference(oracle, model, tree, data, tolerance);
      if (!found.empty()) return fmt::format("round {}, output {}: {}", round, k, found);
      for (std::size_t i = 0; i < oracle.size(); ++i)
        if (oracle[i].feature < 0)
          for (const int row : oracle[i].rows) next[row][k] += tree.value(tree.nodes[i]);
    }
    if (!sample.empty()) {  // rows that were not drawn have a leaf too
      const std::vector<double> all =
          numbers_of(model.predict(train, {.output = Output::score, .rounds = round + 1, .threads = 1}));
      for (int row = 0; row < rows; ++row)
        for (int k = 0; k < outputs; ++k) next[row][k] = all[static_cast<std::size_t>(row * outputs + k)];
    }
    scores = next;
  }
  return "";
}

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
    if (oblivious) config = as_oblivious(random, config);
    const std::string found = check(data, config, exact_values ? 0 : 1e-12);
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
    ASSERT_EQ(check(data, config), "") << "seed " << seed << settings;
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
    EXPECT_EQ(check(data, config), "") << "seed " << seed;
    if (seed > 4) continue;
    EXPECT_EQ(check(data, as_oblivious(random, config)), "") << "oblivious, seed " << seed;
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
  EXPECT_EQ(check(data, config), "");
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
  EXPECT_EQ(check(data, {.rounds = 2, .max_leaves = 6, .min_rows_in_leaf = 1000}), "");
  EXPECT_EQ(check(data, {.rounds = 2, .growth = Growth::oblivious, .max_depth = 3}), "");
}

TEST(Grow, LargeLeavesAreRenewed) {
  Random random(12);
  RandomData data = large_data(random, 150'000, 2, 8);
  const BoostingConfig config{.loss = loss::quantile({.level = 0.8}), .rounds = 2, .max_leaves = 6};
  EXPECT_EQ(check(data, config, 0), "");
  for (int row = 0; row < data.rows(); ++row) data.weight.push_back(random.below(5) / 4.0);
  EXPECT_EQ(check(data, config, 0), "");
}

TEST(Grow, RareClassesTakeTwentyFourBits) {
  Random random(8);
  RandomData data = large_data(random, 70'000, 3, 6);
  for (int row = 0; row < data.rows(); ++row)
    data.label[row] = random.chance(data.features[2].values[row] == 4 ? 0.004 : 0.0005);
  EXPECT_EQ(check(data, {.loss = loss::logistic(), .rounds = 1, .max_leaves = 5}), "");
  EXPECT_EQ(check(data, {.loss = loss::logistic(), .rounds = 1, .growth = Growth::oblivious, .max_depth = 2}), "");
}

TEST(Grow, LogNormalLabelsTakeTwentyFourBits) {
  Random random(9);
  RandomData data = large_data(random, 80'000, 2, 10);
  for (int row = 0; row < data.rows(); ++row)
    data.label[row] = std::exp(3.5 * random.normal() + data.features[0].values[row] / 5);
  // Leaves sum in units of 2^-62 of the largest gradient times the rows: the largest is a million times the mean here.
  EXPECT_EQ(check(data, {.rounds = 1, .max_leaves = 6}, 1e-9), "");
}

TEST(Grow, ManyFeaturesAreSummedInGroups) {
  Random random(10);
  RandomData data;
  for (int f = 0; f < 75; ++f) add_numbers(data, random_numbers(random, 700, 6, f % 3 ? 0.0 : 0.1));
  for (int row = 0; row < 700; ++row) data.label.push_back(data.features[70].values[row] > 2 ? 1 : random.normal());
  EXPECT_EQ(check(data, {.rounds = 1, .max_leaves = 8}), "");
}

}  // namespace
}  // namespace linden
