// Scores of a validation set on a GPU: the metrics of every round are those of training on the CPU.
#include "boosting/train/validation.hpp"

#include "boosting/random_data.hpp"
#include "device/gpu.hpp"

namespace linden::device_test {
namespace {

class ValidationOnGpu : public OnGpu {
 protected:
  // Trains on the CPU, then gives the trees of each round to a Validation on the GPU.
  void expect_same_history(const Dataset& train, const Dataset& valid, const std::string& loss) {
    BoostingConfig config{.loss = loss::by_name(loss), .rounds = 4, .learning_rate = 0.4};
    config.min_rows_in_leaf = 3;
    const FitOptions options{.threads = 2, .valid = valid};
    const BoostedModel model = fit_boosted(train, config, options);
    BoostedModel::State state = model.state();
    state.trees.clear();
    Workers workers(2);
    DeviceContext context(gpu(), workers);
    const ValidationSet set{"", valid};
    Validation validation(backend_of(gpu()), context, state, set);
    validation.start(state);
    for (int round = 0; round < 4; ++round) {
      for (int k = 0; k < model.outputs(); ++k)
        state.trees.push_back(model.trees()[static_cast<std::size_t>(round * model.outputs() + k)]);
      std::vector<MetricValue> found;
      UndefinedMetrics undefined;
      validation.after_round(state, metric::defaults(model.loss()), found, undefined);
      const std::vector<MetricValue>& expected = model.history()[static_cast<std::size_t>(round)];
      ASSERT_EQ(found.size(), expected.size());
      for (std::size_t m = 0; m < found.size(); ++m)
        EXPECT_EQ(found[m].value, expected[m].value) << loss << ", round " << round;
    }
  }
};

TEST_F(ValidationOnGpu, ColumnsOfAllKinds) {
  Random random(1);
  for (const std::string loss : {"squared", "logistic", "softmax"}) {
    const RandomData data = random_data(random, 200, 6, loss);
    std::vector<int> rows(150);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<int>(i * 7 % 200);
    expect_same_history(data.dataset(), data.take(rows).dataset(), loss);
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
      if (!random.chance(0.3)) continue;
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
