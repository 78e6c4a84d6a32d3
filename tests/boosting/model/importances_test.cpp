// Importances against sums over the trees, and against data where one feature decides.
#include <gtest/gtest.h>

#include "boosting/random_data.hpp"

namespace linden {
namespace {

TEST(Importances, AreTheSumsOverTheSplits) {
  Random random(5);
  const RandomData data = random_data(random, 400, 6, "softmax");
  const BoostedModel model = fit_boosted(data.dataset(), {.loss = loss::softmax(), .rounds = 9, .min_rows_in_leaf = 5});
  std::vector<double> gain(6), cover(6);
  std::vector<std::int64_t> splits(6);
  for (const Tree& tree : model.trees())
    for (const TreeNode& node : tree.nodes)
      if (node.left >= 0) gain[node.feature] += node.gain, cover[node.feature] += node.cover, ++splits[node.feature];
  const std::vector<Importance> importances = model.importances();
  ASSERT_EQ(static_cast<std::ptrdiff_t>(importances.size()), 6 - std::ranges::count(splits, 0));
  for (std::size_t i = 0; i < importances.size(); ++i) {
    const Importance& importance = importances[i];
    EXPECT_EQ(importance.name, model.feature_names()[importance.feature]);
    EXPECT_EQ(importance.gain, gain[importance.feature]);
    EXPECT_EQ(importance.cover, cover[importance.feature]);
    EXPECT_EQ(importance.splits, splits[importance.feature]);
    EXPECT_LE(importance.gain, importances[i == 0 ? 0 : i - 1].gain);
  }
}

TEST(Importances, NameTheFeatureThatDecides) {
  RandomData data;
  add_numbers(data, std::vector<double>(100, 1));  // constant: no split
  add_numbers(data, {});
  for (int row = 0; row < 100; ++row) {
    data.features[1].values.push_back(row);
    data.label.push_back(row < 50 ? 0 : 1);
  }
  const std::vector<Importance> importances =
      fit_boosted(data.dataset({"flat", "step"}),
                  {.loss = loss::squared(), .rounds = 1, .learning_rate = 1, .max_leaves = 2, .l2 = 0})
          .importances();
  ASSERT_EQ(importances.size(), 1u);
  EXPECT_EQ(importances[0].name, "step");
  EXPECT_EQ(importances[0].splits, 1);
  EXPECT_EQ(importances[0].cover, 100);
  EXPECT_NEAR(importances[0].gain, 2 * 25.0 * 25.0 / 50, 1e-4);  // both halves: the squared sum of 50 gradients of 1/2
}

}  // namespace
}  // namespace linden
