// A loss that the user wrote, on real data: focal, with no line of derivative code.
#include <gtest/gtest.h>

#include <filesystem>
#include <linden/boosting.hpp>
#include <linden/ops.hpp>
#include <vector>

namespace linden {
namespace {

TEST(CustomLossData, FocalLearnsAdult) {
  const auto file = std::filesystem::path(LINDEN_SOURCE_DIR) / "../shared/data/adult/adult-train.csv";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no folder of real data";
  const Dataset all = Dataset::from_csv(file, {.label = "14", .header = false, .missing = {"?"}});
  std::vector<std::int64_t> rows[2];
  for (std::int64_t row = 0; row < all.rows(); ++row) rows[row % 5 == 4].push_back(row);
  const Dataset train = all.take(rows[0]), test = all.take(rows[1]);
  const Loss focal =
      loss::custom("my focal",
                   [](const Tensor& score, const Tensor& y) {
                     const Tensor p = sigmoid(score);
                     return -y * square(1 - p) * log_sigmoid(score) - (1 - y) * square(p) * log_sigmoid(-score);
                   },
                   {.link = Link::sigmoid});
  const BoostedModel model = fit_boosted(train, {.loss = focal, .rounds = 200});
  EXPECT_GT(metric::auc().evaluate(model.predict(test), model.labels_of(test)), 0.92);
}

}  // namespace
}  // namespace linden
