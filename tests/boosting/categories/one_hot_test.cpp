// Splits by one category against all others, also where there are many.
#include <gtest/gtest.h>

#include <map>

#include "boosting/categories/statistics_data.hpp"

namespace linden {
namespace {

BoostingConfig one_hot_config() {
  return {.loss = loss::squared(),
          .rounds = 4,
          .min_rows_in_leaf = 1,
          .categories = {.encoding = CategoryEncoding::one_hot}};
}

// The most that parting one category, or missing values, from all others gains at the mean of the labels.
double best_gain(const RandomData& data, std::size_t feature, double mean) {
  std::map<double, std::pair<double, double>> sums;  // gradient, rows
  for (int row = 0; row < data.rows(); ++row) {
    auto& [gradient, rows] = sums[data.features[feature].values[row]];
    gradient += mean - data.label[row];
    rows += 1;
  }
  double gradient = 0;
  for (const auto& [code, one] : sums) gradient += one.first;
  const auto score = [](double g, double h) { return g * g / (h + 1); };
  double best = 0;
  for (const auto& [code, one] : sums)
    best = std::max(best, score(one.first, one.second) + score(gradient - one.first, data.rows() - one.second) -
                              score(gradient, data.rows()));
  return best;
}

// The same of all nodes of a level.
BoostingConfig oblivious_config() {
  BoostingConfig config = one_hot_config();
  config.growth = Growth::oblivious;
  config.min_rows_in_leaf = {};
  return config;
}

TEST(OneHot, PartsOneCategoryFromTheOthers) {
  const RandomData data = categories_data(21, 700, {90, 40}, 0);
  for (const BoostingConfig& config : {one_hot_config(), oblivious_config()}) {
    const BoostedModel model = fit_boosted(data.dataset(), config);
    EXPECT_TRUE(model.derived_features().empty());
    int splits = 0;
    for (const Tree& tree : model.trees())
      for (const TreeNode& node : tree.nodes) {
        if (!node.categorical) continue;
        ++splits;
        EXPECT_EQ(node.left_categories.size() + (node.missing_left ? 1 : 0), 1u);
      }
    EXPECT_GT(splits, 10);
  }
}

TEST(OneHot, PartsTheCategoryThatGainsMost) {
  RandomData data;
  Random random(4);
  add_codes(data, random_codes(random, 900, 100, 0.05), 100);
  for (int row = 0; row < 900; ++row) data.label.push_back(std::sin(data.features[0].values[row]) + random.normal());
  for (const BoostingConfig& config : {one_hot_config(), oblivious_config()}) {
    const BoostedModel model = fit_boosted(data.dataset(), config);
    const double gain = model.trees()[0].nodes[0].gain;
    EXPECT_NEAR(gain, best_gain(data, 0, model.initial_score()[0]), 2e-3 * gain);
  }
}

TEST(OneHot, IsForAsManyCategoriesAsItIsAskedFor) {
  const RandomData data = categories_data(22, 700, {12}, 0);
  BoostingConfig config = one_hot_config();
  config.categories = {.one_hot_most = 13};
  const BoostedModel automatic = fit_boosted(data.dataset(), config);
  EXPECT_EQ(dump(automatic.trees()), dump(fit_boosted(data.dataset(), one_hot_config()).trees()));
  config.categories = {};
  EXPECT_NE(dump(automatic.trees()), dump(fit_boosted(data.dataset(), config).trees()));
}

}  // namespace
}  // namespace linden
