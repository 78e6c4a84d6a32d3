// Several levels of quantile and expectile: each output is the model of its level, and predictions are in order.
#include <gtest/gtest.h>

#include <algorithm>
#include <linden/boosting.hpp>
#include <linden/cross_validation.hpp>
#include <linden/error.hpp>
#include <linden/linear.hpp>
#include <linden/metric.hpp>
#include <numeric>
#include <vector>

#include "boosting/random_data.hpp"
#include "loss/definition.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

// One feature that moves labels, one that spreads them, one that does nothing; many weights are 0.
Dataset spread_rows(int rows, std::uint64_t seed, bool weighted = true) {
  Random random(seed);
  std::vector<double> values, label, weight;
  for (int i = 0; i < rows; ++i) {
    const double a = random.normal(), b = random.normal(), c = random.normal();
    values.insert(values.end(), {a, b, c});
    label.push_back(a + (0.2 + std::abs(b)) * random.normal());
    weight.push_back(i % 4);
  }
  RowOptions options{.label = label};
  if (weighted) options.weight = weight;
  return Dataset::from_rows(values, 3, options);
}

const std::vector<double> levels{0.05, 0.3, 0.5, 0.55, 0.95};

BoostingConfig levels_config(const Loss& loss, int rounds = 8) {
  return {.loss = loss, .rounds = rounds, .max_leaves = 8, .min_rows_in_leaf = 5};
}

TEST(Levels, AreTrainedAsAModelOfEachIs) {
  for (const std::string name : {"quantile", "expectile"}) {
    const Dataset data = spread_rows(600, 1);
    const Loss loss = loss::by_name(name).with_parameter("level", levels);
    const BoostedModel all = fit_boosted(data, levels_config(loss));
    ASSERT_EQ(all.outputs(), 5);
    const Tensor got = all.predict(data, {.output = Output::score});
    for (std::size_t k = 0; k < levels.size(); ++k) {
      const BoostedModel one = fit_boosted(data, levels_config(loss::by_name(name, {{"level", levels[k]}})));
      EXPECT_EQ(all.initial_score()[k], one.initial_score()[0]);
      const Tensor want = one.predict(data);
      for (std::int64_t row = 0; row < data.rows(); ++row)
        ASSERT_EQ(got.at<double>({row, static_cast<std::int64_t>(k)}), want.at<double>({row})) << name << k;
    }
  }
}

// The smallest residual at which weights reach the level, by sorting.
double statistic(std::vector<std::pair<double, double>> rows, double level) {
  std::ranges::sort(rows);
  double total = 0, reached = 0;
  for (const auto& [residual, weight] : rows) total += weight;
  for (const auto& [residual, weight] : rows)
    if (reached += weight; weight > 0 && reached >= level * total) return residual;
  return 0;
}

TEST(Levels, LeavesAreTheOrderStatisticsOfTheirRows) {
  const Dataset data = spread_rows(400, 2);
  BoostingConfig config = levels_config(loss::quantile({.level = levels}), 1);
  config.learning_rate = 1;
  const BoostedModel model = fit_boosted(data, config);
  const Tensor leaf = model.predict(data, {.output = Output::leaf});
  for (std::size_t k = 0; k < levels.size(); ++k) {
    const Tree& tree = model.trees()[k];
    std::vector<std::vector<std::pair<double, double>>> rows(tree.leaf_values.size());
    for (std::int64_t row = 0; row < data.rows(); ++row)
      rows[static_cast<std::size_t>(leaf.at<std::int32_t>({row, static_cast<std::int64_t>(k)}))].emplace_back(
          data.label().at<double>({row}) - model.initial_score()[k], data.weight().at<double>({row}));
    ASSERT_GT(rows.size(), 2u);
    for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(tree.leaf_values[i], statistic(rows[i], levels[k]));
  }
}

TEST(Levels, PredictionsNeverCross) {
  const BoostedModel model =
      fit_boosted(spread_rows(300, 3), levels_config(loss::quantile({.level = {0.4, 0.45, 0.5, 0.55, 0.6}}), 30));
  const Dataset rows = spread_rows(100'000, 4, false);
  const Tensor prediction = model.predict(rows), score = model.predict(rows, {.output = Output::score});
  const double* p = prediction.data<double>();
  const double* s = score.data<double>();
  int crossed = 0;
  for (std::int64_t row = 0; row < rows.rows(); ++row, p += 5, s += 5) {
    ASSERT_TRUE(std::is_sorted(p, p + 5)) << row;
    crossed += !std::is_sorted(s, s + 5);
    std::vector<double> sorted(s, s + 5);
    std::ranges::sort(sorted);
    ASSERT_TRUE(std::ranges::equal(sorted, std::span(p, 5)));
  }
  EXPECT_GT(crossed, 1000);  // or there is nothing to see
  for (std::int64_t row = 0; row < 200; ++row) {
    std::vector<double> values, out(5);
    for (int f = 0; f < 3; ++f) values.push_back(rows.columns()[f].values.at<double>({row}));
    model.predict_row(values, out);
    for (std::int64_t k = 0; k < 5; ++k) ASSERT_EQ(out[static_cast<std::size_t>(k)], prediction.at<double>({row, k}));
  }
}

TEST(Levels, SortingRaisesNoLoss) {
  const Dataset test = spread_rows(5000, 6, false);
  for (const Loss& loss : {loss::quantile({.level = {0.4, 0.5, 0.6}}), loss::expectile({.level = {0.4, 0.5, 0.6}})}) {
    const BoostedModel model = fit_boosted(spread_rows(300, 5), levels_config(loss, 30));
    const Tensor p = model.predict(test), s = model.predict(test, {.output = Output::score});
    std::vector<double> sorted(3), raw(3);
    for (std::int64_t row = 0; row < test.rows(); ++row) {
      for (std::int64_t k = 0; k < 3; ++k) {
        sorted[static_cast<std::size_t>(k)] = p.at<double>({row, k});
        raw[static_cast<std::size_t>(k)] = s.at<double>({row, k});
      }
      const double y = test.label().at<double>({row});
      ASSERT_LE(loss.evaluate(sorted, y), loss.evaluate(raw, y) + 1e-12);
    }
  }
}

TEST(Levels, MetricsJudgeWhatIsPredicted) {
  const Dataset train = spread_rows(300, 7), test = spread_rows(500, 8);
  const BoostedModel model = fit_boosted(train, levels_config(loss::quantile({.level = {0.25, 0.5}}), 5),
                                         {.valid = test, .train_metrics = true});
  ASSERT_EQ(model.history().back().size(), 2u);
  EXPECT_EQ(model.history().back()[0].name, "pinball_0.25_0.5");
  const Tensor p = model.predict(test);
  double sum = 0, weights = 0;
  for (std::int64_t row = 0; row < test.rows(); ++row)
    for (const int k : {0, 1}) {
      const double r = test.label().at<double>({row}) - p.at<double>({row, k}), level = k == 0 ? 0.25 : 0.5;
      const double w = test.weight().at<double>({row});
      sum += w * (r > 0 ? level * r : (level - 1) * r) / 2;
      weights += w / 2;
    }
  EXPECT_NEAR(model.history().back()[0].value, sum / weights, 1e-12);
  const double of_loss = metric::of(model.loss()).evaluate(p, test.label(), test.weight());
  EXPECT_NEAR(of_loss, 2 * sum / weights, 1e-12);
}

TEST(Levels, AreInFilesAndInFields) {
  const Dataset data = spread_rows(200, 9);
  const BoostedModel model = fit_boosted(data, levels_config(loss::quantile({.level = levels}), 3));
  const BoostedModel again = BoostedModel::from_string(model.to_string());
  EXPECT_EQ(again.to_string(), model.to_string());
  EXPECT_EQ(again.loss().parameters(), model.loss().parameters());
  EXPECT_EQ(again.loss().link(), Link::sorted);
  BoostingConfig config;
  set_field(config, "loss", "quantile");
  set_field(config, "loss.level", "0.05,0.3,0.5,0.55,0.95");
  EXPECT_EQ(config.loss.outputs(), 5);
  EXPECT_EQ(fields(config)[1].value, "0.05,0.3,0.5,0.55,0.95");
  set_field(config, "loss.level", "0.2");
  EXPECT_EQ(config.loss.outputs(), 1);
  EXPECT_EQ(config.loss.link(), Link::identity);
  EXPECT_EQ(refusal<ArgumentError>([&] { set_field(config, "loss.level", "0.2,"); }),
            "BoostingConfig.loss.level: \"\" is not a number.");
  EXPECT_EQ(refusal<ArgumentError>([&] { set_field(config, "loss.level", "0.2,0.1"); }),
            "loss::quantile: level has 0.2 before 0.1. Hint: several are given in ascending order, each once.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              loss::quantile({.level = {0.1, 1.5}});
            }),
            "loss::quantile: level is 1.5, but it must be in (0, 1).");
  EXPECT_EQ(refusal<ArgumentError>([&] { loss::quantile({.level = std::vector<double>{}}); }),
            "loss::quantile: level has no value.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              loss::huber().with_parameter("delta", std::vector{1.0, 2.0});
            }),
            "loss::huber: delta has 2 values, but it takes one.");
}

TEST(Levels, HaveTheSameBytesForAnyThreads) {
  const Dataset data = spread_rows(500, 10);
  const BoostingConfig config = levels_config(loss::quantile({.level = levels}));
  const std::string one = fit_boosted(data, config, {.threads = 1}).to_string();
  for (const int threads : {2, 5}) EXPECT_EQ(fit_boosted(data, config, {.threads = threads}).to_string(), one);
}

TEST(Levels, GoOnAndAreCrossValidated) {
  const Dataset data = spread_rows(400, 11);
  const Loss loss = loss::quantile({.level = {0.1, 0.9}});
  const BoostedModel first = fit_boosted(data, levels_config(loss, 3));
  EXPECT_EQ(fit_boosted(data, levels_config(loss, 5), {.start = first}).to_string(),
            fit_boosted(data, levels_config(loss, 8)).to_string());
  EXPECT_THROW(fit_boosted(data, levels_config(loss::quantile({.level = {0.1, 0.8}}), 5), {.start = first}),
               ArgumentError);
  const auto validated = cross_validate(data, levels_config(loss, 5));
  EXPECT_EQ(validated.prediction.shape(), (Shape{400, 2}));
  const BoostedModel half = average_models({first, first});
  EXPECT_EQ(half.loss().outputs(), 2);
}

}  // namespace
}  // namespace linden
