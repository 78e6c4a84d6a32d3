// Several labels a row: a model whose outputs are the models of each label alone.
#include <gtest/gtest.h>

#include <linden/boosting.hpp>
#include <linden/error.hpp>
#include <vector>

#include "boosting/random_data.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

constexpr int rows = 400, labels = 3;

struct Rows {
  std::vector<double> values, label, weight;  // label [rows, labels]

  explicit Rows(bool zeros_and_ones) {
    Random random(3);
    for (int i = 0; i < rows; ++i) {
      const double a = random.normal(), b = random.normal();
      values.insert(values.end(), {a, b});
      weight.push_back(i % 4);  // rows of weight 0, too
      for (const double y : {a + 0.3 * random.normal(), a * b + 0.3 * random.normal(), b * b})
        label.push_back(zeros_and_ones ? (y > 0.3 ? 1.0 : 0.0) : std::abs(y));
    }
  }

  Dataset data() const {
    return Dataset::from_rows(values, 2,
                              {.label = Tensor::copy_of(std::span(label), {rows, labels}), .weight = weight});
  }
  Dataset of_label(int k) const {
    std::vector<double> one;
    for (int i = 0; i < rows; ++i) one.push_back(label[static_cast<std::size_t>(i * labels + k)]);
    return Dataset::from_rows(values, 2, {.label = one, .weight = weight});
  }
};

BoostingConfig config_of(const Loss& loss) { return {.loss = loss, .rounds = 6, .min_rows_in_leaf = 5}; }

TEST(SeveralLabels, TrainAsOneModelForEachLabelDoes) {
  for (const Loss& loss : {loss::squared(), loss::huber({.delta = 0.5}), loss::expectile({.level = 0.8}),
                           loss::poisson(), loss::tweedie(), loss::squared_log(), loss::logistic(), loss::hinge(),
                           loss::cross_entropy(), loss::absolute(), loss::quantile({.level = 0.8}), loss::mape()}) {
    const Rows made(loss.link() == Link::sigmoid);
    const BoostedModel all = fit_boosted(made.data(), config_of(loss));
    ASSERT_EQ(all.outputs(), labels);
    const BoostedModel again = BoostedModel::from_string(all.to_string());
    EXPECT_EQ(again.to_string(), all.to_string());
    for (const Output output : {Output::score, Output::prediction}) {
      const Tensor got = again.predict(made.data(), {.output = output});
      ASSERT_EQ(got.shape(), (Shape{rows, labels}));
      for (int k = 0; k < labels; ++k) {
        const Tensor want = fit_boosted(made.of_label(k), config_of(loss)).predict(made.data(), {.output = output});
        for (std::int64_t i = 0; i < rows; ++i)
          ASSERT_EQ(got.at<double>({i, k}), want.at<double>({i})) << loss.name() << " " << k << " " << i;
      }
    }
  }
}

TEST(SeveralLabels, HaveTheSameBytesForAnyThreads) {
  const Rows made(false);
  const std::string one = fit_boosted(made.data(), config_of(loss::squared()), {.threads = 1}).to_string();
  EXPECT_EQ(fit_boosted(made.data(), config_of(loss::squared()), {.threads = 5}).to_string(), one);
}

TEST(SeveralLabels, MetricsAreThoseOfAllLabelsTogether) {
  const Rows made(false);
  const BoostedModel model =
      fit_boosted(made.data(), config_of(loss::automatic()), {.valid = made.data(), .train_metrics = true});
  EXPECT_EQ(model.loss().name(), "squared");
  const Tensor p = model.predict(made.data());
  double sum = 0, weights = 0;
  for (int i = 0; i < rows; ++i)
    for (int k = 0; k < labels; ++k) {
      const double w = made.weight[static_cast<std::size_t>(i)];
      sum += w * std::pow(p.at<double>({i, k}) - made.label[static_cast<std::size_t>(i * labels + k)], 2);
      weights += w;
    }
  EXPECT_NEAR(model.history().back()[0].value, std::sqrt(sum / weights), 1e-12);
  EXPECT_NEAR(model.history().back()[3].value, std::sqrt(sum / weights), 1e-12);
  EXPECT_EQ(fit_boosted(Rows(true).data(), config_of(loss::automatic())).loss().name(), "logistic");
}

TEST(SeveralLabels, GoByTheirNames) {
  const Rows made(false);
  const Dataset named = made.data().with_label(made.data().label(), NameList{"a", "b", "c"});
  const BoostedModel model = BoostedModel::from_string(fit_boosted(named, config_of(loss::squared())).to_string());
  EXPECT_EQ(model.schema().label_names, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(model.label_name(), "a");
}

TEST(SeveralLabels, ThatDoNotFitAreRefused) {
  const Dataset data = Rows(false).data();
  const auto refused = [&](const Loss& loss) {
    return refusal<ArgumentError>([&] { fit_boosted(data, config_of(loss)); });
  };
  const std::string one =
      "takes one. Hint: a built-in loss of one score, such as loss::squared() or, of labels 0 and 1, "
      "loss::logistic(); or a model for each label.";
  EXPECT_EQ(refused(loss::softmax()), "fit_boosted: the data has 3 labels a row, and loss \"softmax\" " + one);
  EXPECT_EQ(refused(loss::one_vs_all()), "fit_boosted: the data has 3 labels a row, and loss \"one_vs_all\" " + one);
  EXPECT_EQ(refused(loss::custom("mine", [](const Tensor& s, const Tensor& y) { return square(s - y); })),
            "fit_boosted: the data has 3 labels a row, and loss \"mine\" " + one);
  EXPECT_EQ(refused(loss::quantile({.level = {0.1, 0.9}})),
            "fit_boosted: the data has 3 labels a row, and loss \"quantile\" has 2 levels. Hint: one level, or a model "
            "for each label.");
  EXPECT_EQ(refused(loss::normal_distribution()),
            "fit_boosted: the data has 3 labels a row, and loss \"normal_distribution\" " + one);
  BoostingConfig weighted = config_of(loss::logistic());
  weighted.class_weights.balanced = true;
  EXPECT_EQ(
      refusal<ArgumentError>([&] { fit_boosted(Rows(true).data(), weighted); }),
      "fit_boosted: .class_weights are for one label a row, and the data has 3. Hint: leave them out, or weigh rows.");
  EXPECT_TRUE(refusal<DataError>([&] {
                fit_boosted(data, config_of(loss::logistic()));
              }).starts_with("fit_boosted: label 0 is "));
  const BoostedModel model = fit_boosted(data, config_of(loss::squared()));
  EXPECT_EQ(refusal<DataError>([&] { model.labels_of(Rows(false).of_label(0)); }),
            "BoostedModel::labels_of: the data has 1 label a row, but the model was trained on 3.");
  EXPECT_EQ(refusal<ArgumentError>([&] { model.predict(data, {.output = Output::label}); }),
            "BoostedModel::predict: Output::label wants a model of classes. Hint: use Output::prediction.");
  const std::vector<double> score(3, 0.0);
  EXPECT_EQ(refusal<ArgumentError>([&] { model.loss().evaluate(score, 1); }),
            "Loss::evaluate: squared is that of 3 labels a row. Hint: loss::by_name(\"squared\") is that of each.");
}

}  // namespace
}  // namespace linden
