// The area under the ROC curve on a GPU: the value of the CPU, to the bit, and in a fit, too.
#include "boosting/random_data.hpp"
#include "device/gpu.hpp"
#include "refusal.hpp"

namespace linden::device_test {
namespace {

using AucOnGpu = OnGpu;

// By definition: each pair of a row of class 1 and one of class 0 counts 1, 1/2 where predictions are equal, or 0.
double by_pairs(const std::vector<double>& prediction, const std::vector<double>& label) {
  double won = 0, pairs = 0;
  for (std::size_t i = 0; i < label.size(); ++i)
    for (std::size_t j = 0; j < label.size(); ++j)
      if (label[i] == 1 && label[j] == 0) {
        won += prediction[i] > prediction[j] ? 1 : prediction[i] == prediction[j] ? 0.5 : 0;
        pairs += 1;
      }
  return won / pairs;
}

TEST_F(AucOnGpu, IsThatOfAllPairs) {
  for (const int rows : {2, 3, 31, 64, 1000, 2500})
    for (const int distinct : {1, 2, 9, 100'000}) {
      Random random(static_cast<std::uint64_t>(rows + distinct));
      std::vector<double> prediction, label;
      for (int row = 0; row < rows; ++row) {
        prediction.push_back(random.below(distinct) / 7.0 - 1);
        label.push_back(row < 2 ? row : random.chance(0.3));
      }
      prediction[0] = random.chance(0.5) ? -0.0 : 0.0;
      const Tensor p = Tensor::copy_of(prediction), y = Tensor::copy_of(label);
      const double found = metric::auc().evaluate(p.to(gpu()), y.to(gpu()));
      EXPECT_EQ(found, metric::auc().evaluate(p, y)) << rows << ", " << distinct;
      EXPECT_DOUBLE_EQ(found, by_pairs(prediction, label)) << rows << ", " << distinct;
    }
}

TEST_F(AucOnGpu, OfWeightsAndLabelsOfAllTypesIsThatOfTheCpu) {
  const Tensor p = Tensor::of({0.1, 0.4, 0.4, 0.8}), y = Tensor::of({0.0, 1.0, 0.0, 1.0});
  const Tensor w = Tensor::of({0.3, 0.1, 0.7, 2.0});
  EXPECT_EQ(metric::auc().evaluate(p.to(gpu()), y.to(gpu()), w.to(gpu())), metric::auc().evaluate(p, y, w));
  const Tensor floats = cast(p, DType::f32), whole = cast(y, DType::i32);
  EXPECT_EQ(metric::auc().evaluate(floats.to(gpu()), whole.to(gpu())), metric::auc().evaluate(floats, whole));
}

TEST_F(AucOnGpu, WhatTheCpuRefusesIsRefusedInItsWords) {
  const auto check = [&]<class Error>(const Tensor& p, const Tensor& y, Error*) {
    const std::string here = refusal<Error>([&] { metric::auc().evaluate(p, y); });
    EXPECT_FALSE(here.empty());
    EXPECT_EQ(refusal<Error>([&] { metric::auc().evaluate(p.to(gpu()), y.to(gpu())); }), here);
  };
  const Tensor p = Tensor::of({0.1, 0.4, 0.8});
  check(p, Tensor::of({1.0, 1.0, 1.0}), static_cast<UndefinedMetric*>(nullptr));
  check(p, Tensor::of({1.0, 0.0, 2.0}), static_cast<DataError*>(nullptr));
  check(Tensor::of({0.1, missing_value, 0.8}), Tensor::of({1.0, 0.0, 0.0}), static_cast<DataError*>(nullptr));
  EXPECT_EQ(refusal<ArgumentError>([&] {
              metric::auc().evaluate(p.to(gpu()), Tensor::of({1.0, 0.0, 0.0}));
            }),
            "metric::auc: label is on cpu, but prediction on cuda:0. Hint: all of them on one device.");
  EXPECT_EQ(refusal<ArgumentError>([&] { metric::rmse().evaluate(p.to(gpu()), p.to(gpu())); }),
            "metric::rmse: prediction is on cuda:0. Hint: .to(Device::cpu()).");
}

// Alone and beside metrics that the host computes; of a forest, whose scores are means; and one of the user's.
TEST_F(AucOnGpu, InAFitIsThatOfTheCpu) {
  Random random(5);
  const RandomData data = random_data(random, 300, 5, "logistic");
  const Dataset train = data.dataset();
  std::vector<int> first(120);
  for (int row = 0; row < 120; ++row) first[static_cast<std::size_t>(row)] = row;
  const Dataset valid = data.take(first).dataset();
  int calls = 0;
  const Metric own(
      "largest", true, [](const MetricInput& in) { return max(in.prediction).item(); },
      [&](const MetricInput& in) {
        ++calls;
        EXPECT_EQ(in.prediction.device(), gpu());
        return max(in.prediction).to(Device::cpu()).item();
      });
  for (const std::vector<Metric>& metrics : {std::vector{metric::auc()}, {metric::logloss(), metric::auc(), own}})
    for (const Mode mode : {Mode::boosting, Mode::dart, Mode::forest}) {
      BoostingConfig config{.loss = loss::logistic(), .rounds = 4, .max_leaves = 5, .min_rows_in_leaf = 3};
      config.mode.kind = mode;
      config.row_fraction = 0.7;
      FitOptions options{.threads = 2, .valid = valid, .metrics = metrics, .train_metrics = true, .save_history = true};
      const std::string expected = bytes_of(fit_boosted(train, config, options));
      options.device = gpu();
      EXPECT_EQ(bytes_of(fit_boosted(train, config, options)), expected) << static_cast<int>(mode);
    }
  EXPECT_EQ(calls, 2 * 2 * 4);  // rounds of both sets; not of the forest
}

}  // namespace
}  // namespace linden::device_test
