// Permutation importances against shuffles done by hand, and their properties.
#include <gtest/gtest.h>

#include "inspection/small_models.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

TEST(PermutationImportances, OfAPlaneAreThoseOfItsWeights) {
  const LinearModel model = plane_model();
  const PermutationImportances found = permutation_importances(model, plane(2000, 2), {.repeats = 4});
  EXPECT_EQ(found.metric, "rmse");
  EXPECT_NEAR(found.value, 0, 1e-6);
  ASSERT_EQ(found.features.size(), 3u);
  EXPECT_EQ(found.features[0].name, "a");
  EXPECT_EQ(found.features[1].name, "b");
  // Two independent draws from [0, 1) differ by 1 / sqrt(6) in square mean.
  EXPECT_NEAR(found.features[0].mean, 3 / std::sqrt(6.0), 0.05);
  EXPECT_NEAR(found.features[1].mean, 2 / std::sqrt(6.0), 0.05);
  EXPECT_GT(found.features[0].deviation, 0);
  EXPECT_NEAR(found.features[2].mean, 0, 1e-6);
  double mean = 0;
  for (const double drop : found.features[0].drops) mean += drop / 4;
  EXPECT_NEAR(found.features[0].mean, mean, 1e-12);
}

TEST(PermutationImportances, AreTheSameForAnyNumberOfThreadsAndAnyChoiceOfFeatures) {
  const BoostedModel model = mixed_model();
  const Dataset data = mixed(200);
  const PermutationImportances all = permutation_importances(model, data, {.repeats = 3, .seed = 5, .threads = 1});
  const PermutationImportances two = permutation_importances(model, data, {.repeats = 3, .seed = 5, .threads = 2});
  const PermutationImportances one =
      permutation_importances(model, data, {.repeats = 2, .seed = 5, .features = {"kind"}});
  ASSERT_EQ(one.features.size(), 1u);
  EXPECT_EQ(all.features[0].name, "kind");
  EXPECT_EQ(all.features[0].drops, two.features[0].drops);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(all.features[0].drops[i], one.features[0].drops[i]);
  EXPECT_NE(permutation_importances(model, data, {.seed = 6}).features[0].drops, all.features[0].drops);
}

TEST(PermutationImportances, OfAMetricWhoseHigherValuesAreBetterAreWhatItLoses) {
  const Dataset data = mixed(200).with_label(NumberList([] {
    std::vector<double> label;
    const Dataset rows = mixed(200);
    for (std::int64_t row = 0; row < 200; ++row)
      label.push_back(rows.column("x").values.at<double>({row}) > 0.5 ? 1 : 0);
    return label;
  }()));
  const BoostedModel model = fit_boosted(data, {.loss = loss::logistic(), .rounds = 20, .max_leaves = 4});
  const PermutationImportances found = permutation_importances(model, data, {.metric = metric::auc()});
  EXPECT_TRUE(found.higher_is_better);
  EXPECT_NEAR(found.value, 1, 1e-9);
  EXPECT_EQ(found.features[0].name, "x");
  EXPECT_NEAR(found.features[0].mean, 0.5, 0.1);  // shuffled it is chance
}

TEST(PermutationImportances, OfAFeatureThatNothingReadsIsExactlyZero) {
  const Dataset data = plane(100).with_column("constant", NumberList(std::vector<double>(100, 4.0)));
  const BoostedModel model = fit_boosted(data, {.rounds = 5, .max_leaves = 4, .min_rows_in_leaf = 5});
  for (const PermutationImportance& one : permutation_importances(model, data).features)
    if (one.name == "constant") {
      EXPECT_EQ(one.drops, std::vector<double>(5, 0.0));
      EXPECT_EQ(one.deviation, 0);
    }
}

TEST(PermutationImportances, Refusals) {
  const LinearModel model = plane_model();
  EXPECT_EQ(refusal<ArgumentError>([&] { permutation_importances(model, plane(20), {.repeats = 0}); }),
            "permutation_importances: .repeats is 0; it must be from 1 to 10,000.");
  EXPECT_EQ(refusal<ArgumentError>([&] { permutation_importances(model, plane(20), {.features = {"d"}}); }),
            "permutation_importances: the model has no feature \"d\". Features: a, b, c.");
}

}  // namespace
}  // namespace linden
