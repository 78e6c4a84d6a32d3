// Weights of classes train as the same weights given by row do, in both families, and say where they do not fit.
#include "model/class_weights.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <linden/boosting.hpp>
#include <linden/error.hpp>
#include <linden/linear.hpp>
#include <vector>

#include "model/training_data.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

constexpr int rows = 300;

std::vector<double> values() {
  std::vector<double> x;
  for (int i = 0; i < rows * 2; ++i) x.push_back(std::sin(1.0 + i * i));
  return x;
}

// Class k has more rows the smaller k is.
std::vector<double> labels(int classes) {
  const std::vector<double> x = values();
  std::vector<double> y;
  for (std::size_t i = 0; i < rows; ++i) y.push_back(std::floor(classes * std::pow((1 + x[2 * i]) / 2.001, 2)));
  return y;
}

Dataset data(int classes, const std::vector<double>& weight = {}) {
  return Dataset::from_rows(values(), 2, {.label = labels(classes), .weight = weight});
}

std::vector<double> span_of(const ClassWeights& classes, const Dataset& train, const Loss& loss) {
  const Labels known = training_labels("fit", train, loss);
  const RowWeights weights("fit", classes, known, weights_of(train));
  return {weights.span().begin(), weights.span().end()};
}

TEST(ClassWeights, UnsetTheyAreTheWeightsOfTheData) {
  EXPECT_TRUE(span_of({}, data(2), loss::logistic()).empty());
  const std::vector<double> weight(rows, 0.5);
  EXPECT_EQ(span_of({}, data(2, weight), loss::logistic()), weight);
}

// scikit-learn's compute_class_weight("balanced"): rows / (classes * rows of the class).
TEST(ClassWeights, BalancedGivesAllClassesTheSameSum) {
  std::vector<double> weight;
  for (int i = 0; i < rows; ++i) weight.push_back(1 + i % 3);
  for (const int classes : {2, 3})
    for (const bool weighted : {false, true}) {
      const std::vector<double> y = labels(classes);
      const Loss loss = classes == 2 ? loss::logistic() : loss::softmax();
      const std::vector<double> w =
          span_of({.balanced = true}, data(classes, weighted ? weight : std::vector<double>()), loss);
      std::vector<double> sums(static_cast<std::size_t>(classes)), before = sums;
      double all = 0;
      for (std::size_t i = 0; i < rows; ++i) {
        const double own = weighted ? weight[i] : 1;
        sums[static_cast<std::size_t>(y[i])] += w[i];
        before[static_cast<std::size_t>(y[i])] += own;
        all += own;
      }
      for (std::size_t k = 0; k < sums.size(); ++k) EXPECT_NEAR(sums[k], all / classes, 1e-10);
      EXPECT_GT(before[0], 1.2 * before.back());
      for (std::size_t i = 0; i < rows; ++i)
        EXPECT_DOUBLE_EQ(w[i], (weighted ? weight[i] : 1) * all / (classes * before[static_cast<std::size_t>(y[i])]));
    }
}

TEST(ClassWeights, AClassWithoutRowsTakesNoShare) {
  const std::vector<double> w = span_of({.balanced = true}, data(2), loss::softmax({.classes = 3}));
  double all = 0;
  for (const double each : w) all += each;
  EXPECT_NEAR(all, rows, 1e-10);
}

TEST(ClassWeights, TrainAsWeightsOfRowsDo) {
  std::vector<double> triple;
  for (const double y : labels(2)) triple.push_back(y == 1 ? 3 : 1);
  for (const ClassWeights& classes : {ClassWeights{.positive = 3}, ClassWeights{.by_class = {{"1", 3}}},
                                      ClassWeights{.by_class = {{"1", 3}, {"0", 1}}}}) {
    EXPECT_EQ(span_of(classes, data(2), loss::logistic()), triple);
    const BoostingConfig config{.loss = loss::logistic(), .rounds = 5, .class_weights = classes};
    const BoostedModel own = fit_boosted(data(2), config);
    const BoostedModel same = fit_boosted(data(2, triple), {.loss = loss::logistic(), .rounds = 5});
    const LinearModel line = fit_linear(data(2), {.loss = loss::logistic(), .l2 = 1e-3, .class_weights = classes});
    const LinearModel same_line = fit_linear(data(2, triple), {.loss = loss::logistic(), .l2 = 1e-3});
    const auto predicted = [&](const auto& model) {
      const Tensor p = model.predict(data(2));
      return std::vector<double>(p.span<const double>().begin(), p.span<const double>().end());
    };
    EXPECT_EQ(predicted(own), predicted(same));
    EXPECT_EQ(predicted(line), predicted(same_line));
    EXPECT_NE(predicted(own), predicted(fit_boosted(data(2), {.loss = loss::logistic(), .rounds = 5})));
  }
}

TEST(ClassWeights, MetricsOfTheTrainingRowsDoNotKnowOfThem) {
  const BoostingConfig config{.loss = loss::logistic(), .rounds = 3, .class_weights = {.positive = 3}};
  const BoostedModel model = fit_boosted(data(2), config, {.train_metrics = true});
  EXPECT_EQ(model.history()[2][0].value, metric::logloss().evaluate(model.predict(data(2)), data(2).label()));
}

TEST(ClassWeights, StandInModelFilesAndAsText) {
  BoostingConfig config{.loss = loss::logistic(), .rounds = 2};
  set_field(config, "class_weights.by_class", "1=3,0=0.5");
  EXPECT_EQ(config.class_weights.by_class[1].value, 0.5);
  const BoostedModel model = BoostedModel::from_string(fit_boosted(data(2), config).to_string());
  EXPECT_EQ(model.config().class_weights.by_class[0].feature, "1");
  LinearConfig line{.loss = loss::logistic(), .l2 = 1};
  set_field(line, "class_weights.balanced", "true");
  EXPECT_TRUE(LinearModel::from_string(fit_linear(data(2), line).to_string()).config().class_weights.balanced);
  EXPECT_EQ(refusal<ArgumentError>([&] { set_field(config, "class_weights.positive", "0"); }),
            "BoostingConfig.class_weights.positive is 0; it must be > 0.");
  EXPECT_EQ(refusal<ArgumentError>([&] { set_field(config, "class_weights.by_class", "1=-3"); }),
            "BoostingConfig.class_weights.by_class: class \"1\" has -3; it must be > 0.");
}

TEST(ClassWeights, ThatDoNotFitAreRefusedByBothFamilies) {
  const auto refused = [](const ClassWeights& classes, int count, const Loss& loss) {
    const std::string boosted = refusal<ArgumentError>(
        [&] { fit_boosted(data(count), {.loss = loss, .rounds = 1, .class_weights = classes}); });
    const std::string linear =
        refusal<ArgumentError>([&] { fit_linear(data(count), {.loss = loss, .class_weights = classes}); });
    EXPECT_EQ(boosted.substr(11), linear.substr(10));
    return boosted;
  };
  EXPECT_EQ(refused({.balanced = true, .positive = 2}, 2, loss::logistic()),
            "fit_boosted: .class_weights.balanced, .class_weights.positive and .class_weights.by_class each say what "
            "classes weigh, and more than one is set. Hint: one of them.");
  EXPECT_EQ(refused({.balanced = true}, 3, loss::squared()),
            "fit_boosted: .class_weights are for labels that are classes, and those of loss \"squared\" are numbers. "
            "Hint: leave them out, or a loss of classes, .loss = loss::logistic() or loss::softmax().");
  EXPECT_EQ(refused({.positive = 2}, 3, loss::softmax()),
            "fit_boosted: .class_weights.positive = 2 is for two classes, and the label has 3 (0, 1, 2). Hint: "
            ".class_weights.by_class names each.");
  EXPECT_EQ(refused({.by_class = {{"one", 2}}}, 2, loss::logistic()),
            "fit_boosted: .class_weights.by_class has \"one\", which is no class of the label. Classes: 0, 1.");
  EXPECT_EQ(
      refusal<DataError>([] {
        fit_boosted(data(2, std::vector<double>(rows, 1e37)),
                    {.loss = loss::logistic(), .rounds = 1, .class_weights = {.positive = 100}});
      }),
      "fit_boosted: a row of weight 1e+37 is of class \"1\", which .class_weights give 100; their product may be 0 "
      "for no row, and 1e+38 at most.");
}

}  // namespace
}  // namespace linden
