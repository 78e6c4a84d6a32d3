// Scores on a GPU: the metrics of every round, of validation sets and of the training rows, are those of the CPU.
#include "boosting/random_data.hpp"
#include "device/gpu.hpp"

namespace linden::device_test {
namespace {

class ValidationOnGpu : public OnGpu {
 protected:
  void expect_same_history(const Dataset& train, const Dataset& valid, const std::string& loss) {
    const BoostingConfig config{
        .loss = loss::by_name(loss), .rounds = 4, .learning_rate = 0.4, .min_rows_in_leaf = 3, .row_fraction = 0.8};
    FitOptions options{.threads = 2, .valid = valid, .train_metrics = true};
    const BoostedModel expected = fit_boosted(train, config, options);
    options.device = gpu();
    const BoostedModel model = fit_boosted(train, config, options);
    EXPECT_EQ(dump(model.trees()), dump(expected.trees()));
    ASSERT_EQ(model.history().size(), 4u);
    for (std::size_t round = 0; round < 4; ++round)
      for (std::size_t m = 0; m < expected.history()[round].size(); ++m)
        EXPECT_EQ(model.history()[round][m].value, expected.history()[round][m].value) << loss << ", round " << round;
  }
};

TEST_F(ValidationOnGpu, ColumnsOfAllKinds) {
  Random random(1);
  for (const std::string loss : {"squared", "logistic", "softmax"}) {
    const RandomData data = random_data(random, 200, 6, loss);
    std::vector<int> rows(150);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<int>(i * 7 % 200);
    RandomData valid = data.take(rows);
    for (reference::Feature& feature : valid.features) feature.values[7] = feature.categorical ? -1 : missing_value;
    expect_same_history(data.dataset(), valid.dataset(), loss);
  }
}

TEST_F(ValidationOnGpu, RowsWithOffsets) {
  Random random(3);
  for (const std::string loss : {"squared", "logistic", "softmax", "quantile"}) {
    const Dataset data = random_data(random, 200, 4, loss).dataset();
    const auto outputs = loss == "softmax" ? static_cast<std::int64_t>(max(data.label()).item()) + 1 : 1;
    std::vector<double> offsets;
    for (std::int64_t i = 0; i < 200 * outputs; ++i) offsets.push_back(random.normal());
    const Dataset rows = data.with_offset(Tensor::copy_of(offsets, {200, outputs}));
    expect_same_history(rows, rows, loss);
    const BoostedModel model = fit_boosted(rows, {.loss = loss::by_name(loss), .rounds = 2}, {.device = gpu()});
    EXPECT_EQ(numbers_of(model.predict(rows, {.device = gpu()})), numbers_of(model.predict(rows))) << loss;
  }
}

TEST_F(ValidationOnGpu, SparseRows) {
  Random random(2);
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  std::vector<float> values;
  std::vector<double> label;
  for (int row = 0; row < 150; ++row) {
    for (std::int32_t c = 0; c < 20; ++c) {
      if (!random.chance(c % 2 == 0 ? 0.15 : 0.5)) continue;  // kept by entries, and as bytes
      columns.push_back(c);
      values.push_back(static_cast<float>(random.below(9) - 4));
    }
    offsets.push_back(static_cast<std::int64_t>(columns.size()));
    label.push_back(static_cast<double>(offsets[row + 1] - offsets[row]) + random.normal());
  }
  const Dataset rows = Dataset::from_csr(std::span<const std::int64_t>(offsets), std::span<const std::int32_t>(columns),
                                         std::span<const float>(values), 20, {.label = label});
  expect_same_history(rows, rows, "squared");
}

}  // namespace
}  // namespace linden::device_test
