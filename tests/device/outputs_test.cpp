// Losses of several outputs on a GPU: levels, labels whose leaves are order statistics, and distributions have the
// trees of the CPU.
#include "boosting/random_data.hpp"
#include "device/gpu.hpp"

namespace linden::device_test {
namespace {

class OutputsOnGpu : public OnGpu {
 protected:
  void expect_same(const Dataset& rows, const Loss& loss) {
    const BoostingConfig config{
        .loss = loss, .rounds = 4, .learning_rate = 0.4, .max_leaves = 7, .min_rows_in_leaf = 3};
    FitOptions options{.threads = 2, .valid = rows};
    const BoostedModel expected = fit_boosted(rows, config, options);
    options.device = gpu();
    const BoostedModel model = fit_boosted(rows, config, options);
    EXPECT_EQ(bytes_of(model), bytes_of(expected)) << loss.name();
    for (std::size_t m = 0; m < expected.history()[0].size(); ++m)
      EXPECT_EQ(model.history().back()[m].value, expected.history().back()[m].value) << loss.name();
    EXPECT_EQ(numbers_of(model.predict(rows, {.device = gpu()})), numbers_of(expected.predict(rows))) << loss.name();
  }
};

TEST_F(OutputsOnGpu, OfSeveralLevels) {
  Random random(1);
  for (const std::string name : {"quantile", "expectile"}) {
    RandomData data = random_data(random, 300, 5, name);
    for (int row = 0; row < 300; ++row) data.weight.push_back(random.below(3));
    expect_same(data.dataset(), loss::by_name(name, {{"level", 0.1}, {"level", 0.5}, {"level", 0.8}}));
  }
}

TEST_F(OutputsOnGpu, OfSeveralLabelsWithLeavesOfOrderStatistics) {
  Random random(2);
  std::vector<double> values, label, weight;
  for (int row = 0; row < 300; ++row) {
    const double a = random.normal(), b = random.normal();
    values.insert(values.end(), {a, b});
    label.insert(label.end(), {a + random.normal(), 5 * b, std::round(a * b)});
    weight.push_back(random.below(3));
  }
  const Dataset rows =
      Dataset::from_rows(values, 2, {.label = Tensor::copy_of(std::span(label), {300, 3}), .weight = weight});
  for (const Loss& loss : {loss::absolute(), loss::quantile({.level = 0.7}), loss::mape()}) expect_same(rows, loss);
}

TEST_F(OutputsOnGpu, OfDistributions) {
  Random random(3);
  for (const std::string name : {"normal_distribution", "log_normal_distribution", "gamma_distribution"})
    for (const double natural : {1.0, 0.0})
      expect_same(random_data(random, 300, 5, name).dataset(), loss::by_name(name, {{"natural_gradient", natural}}));
}

}  // namespace
}  // namespace linden::device_test
