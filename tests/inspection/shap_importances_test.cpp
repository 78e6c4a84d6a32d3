// Mean sizes of SHAP values against the explanation that they come of, and against what is known of planes.
#include <gtest/gtest.h>

#include <linden/explain.hpp>

#include "inspection/small_models.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

TEST(ShapImportances, OfAPlaneAreItsWeightsTimesTheSpread) {
  const Dataset data = plane(400, 2);
  const std::vector<ShapImportance> found = shap_importances(plane_model(), data);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].name, "a");
  const Tensor a = data.columns()[0].values;
  double mean = 0, size = 0;
  for (std::int64_t row = 0; row < 400; ++row) mean += a.at<double>({row}) / 400;
  for (std::int64_t row = 0; row < 400; ++row) size += 3 * std::abs(a.at<double>({row}) - mean) / 400;
  EXPECT_NEAR(found[0].mean, size, 1e-6);
  EXPECT_NEAR(found[2].mean, 0, 1e-6);
}

TEST(ShapImportances, OfTreesAreMeansOverRowsByTheirWeights) {
  const BoostedModel model = mixed_model();
  std::vector<double> weight;
  for (int row = 0; row < 60; ++row) weight.push_back(row % 3);
  const Dataset data = mixed(60).with_weight(weight);
  const std::vector<ShapImportance> found = shap_importances(model, data);
  const Explanation explanation = explain(model, data);
  for (const ShapImportance& one : found) {
    double sum = 0, total = 0;
    for (std::int64_t row = 0; row < 60; ++row) {
      const double w = weight[static_cast<std::size_t>(row)];
      sum += w * std::abs(explanation.values.at<double>({row, one.feature}));
      total += w;
    }
    EXPECT_NEAR(one.mean, sum / total, 1e-12);
  }
  EXPECT_EQ(found[0].name, "kind");
}

TEST(ShapImportances, Refusals) {
  EXPECT_EQ(refusal<ArgumentError>([] { shap_importances(mixed_model(), mixed(20), {.max_rows = -1}); }),
            "shap_importances: .max_rows is -1; it must be >= 0.");
}

}  // namespace
}  // namespace linden
