// Metrics against closed forms and brute force, with weights, and every message.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <linden/error.hpp>
#include <linden/loss.hpp>
#include <linden/metric.hpp>
#include <linden/ops.hpp>
#include <random>
#include <vector>

#include "base/fail.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using Values = std::vector<double>;

Tensor column(const Values& values) {
  return Tensor::copy_of(std::span<const double>(values), {static_cast<std::int64_t>(values.size())});
}
Tensor table(const Values& values, std::int64_t columns) {
  return Tensor::copy_of(std::span<const double>(values),
                         {static_cast<std::int64_t>(values.size()) / columns, columns});
}
double of(const Metric& metric, const Values& prediction, const Values& label, const Values& weight = {}) {
  return metric.evaluate(column(prediction), column(label), weight.empty() ? Tensor() : column(weight));
}

TEST(Metric, ErrorsOfRealPredictions) {
  const Values p{1, 2, 4}, y{1, 4, 1}, w{1, 2, 5};
  EXPECT_DOUBLE_EQ(of(metric::rmse(), p, y), std::sqrt(13.0 / 3));
  EXPECT_DOUBLE_EQ(of(metric::rmse(), p, y, w), std::sqrt(53.0 / 8));
  EXPECT_DOUBLE_EQ(of(metric::mae(), p, y), 5.0 / 3);
  EXPECT_DOUBLE_EQ(of(metric::mae(), p, y, w), 19.0 / 8);
  EXPECT_DOUBLE_EQ(of(metric::r2(), p, y), 1 - 13.0 / 6);
  EXPECT_DOUBLE_EQ(of(metric::r2(), {1.5, 2.5, 3}, {1, 2, 3}), 0.75);
  const double mean = 14.0 / 8, spread = (0.75 * 0.75 + 2 * 2.25 * 2.25 + 5 * 0.75 * 0.75);
  EXPECT_NEAR(mean, 1.75, 0);
  EXPECT_DOUBLE_EQ(of(metric::r2(), p, y, w), 1 - 53 / spread);
}

TEST(Metric, PinballWeighsBothSidesByTheLevel) {
  const Values p{1, 2, 4}, y{1, 4, 1}, w{1, 2, 5};
  EXPECT_DOUBLE_EQ(of(metric::pinball(), p, y), of(metric::mae(), p, y) / 2);
  EXPECT_DOUBLE_EQ(of(metric::pinball({.level = 0.75}), p, y), (0.75 * 2 + 0.25 * 3) / 3);
  EXPECT_DOUBLE_EQ(of(metric::pinball({.level = 0.75}), p, y, w), (2 * 0.75 * 2 + 5 * 0.25 * 3) / 8);
  EXPECT_EQ(metric::pinball({.level = 0.1 + 0.2}).name(), "pinball_0.30000000000000004");
  EXPECT_EQ(of(metric::by_name("pinball_0.75"), p, y), of(metric::pinball({.level = 0.75}), p, y));
  const Metric both = metric::by_name("pinball_0.25_0.75");
  EXPECT_EQ(both.name(), metric::pinball({.level = {0.25, 0.75}}).name());
  const Tensor two = Tensor::of({1.0, 2.0, 3.0, 4.0}).reshape({2, 2});
  EXPECT_DOUBLE_EQ(both.evaluate(two, Tensor::of({0.0, 5.0})),
                   ((0.75 * 1 + 0.25 * 2) / 2 + (0.25 * 2 + 0.75 * 1) / 2) / 2);
  EXPECT_EQ(refusal<ArgumentError>([&] { both.evaluate(Tensor::of({1.0}), Tensor::of({0.0})); }),
            "metric::pinball_0.25_0.75: predictions have 1 column(s), but there are 2 levels.");
  EXPECT_EQ(refusal<ArgumentError>([] { metric::pinball({.level = 1}); }),
            "metric::pinball: level is 1, but it must be in (0, 1).");
  EXPECT_EQ(refusal<ArgumentError>([] { metric::by_name("pinball_nan"); }),
            "metric::pinball: level is nan, but it must be in (0, 1).");
  EXPECT_EQ(refusal<ArgumentError>([] { metric::by_name("pinball_0.5x"); }),
            "metric: no metric \"pinball_0.5x\". Did you mean \"pinball_0.5\"? Metrics: rmse, mae, r2, logloss, "
            "accuracy, error, auc, poisson_deviance, gamma_deviance, tweedie_deviance_1.5, pinball_0.5, mape, "
            "... (25 in all).");
}

TEST(Metric, RelativeErrors) {
  const Values p{1, 2, 4}, y{1, 4, -0.5}, w{1, 2, 5};
  EXPECT_DOUBLE_EQ(of(metric::mape(), p, y), (0.5 + 4.5) / 3);
  EXPECT_DOUBLE_EQ(of(metric::mape(), p, y, w), (2 * 0.5 + 5 * 4.5) / 8);
  const double two = std::pow(std::log(3.0 / 5), 2), three = std::pow(std::log(5 / 0.5), 2);
  EXPECT_DOUBLE_EQ(of(metric::rmsle(), p, y), std::sqrt((two + three) / 3));
  EXPECT_DOUBLE_EQ(of(metric::rmsle(), p, y, w), std::sqrt((2 * two + 5 * three) / 8));
  EXPECT_EQ(refusal<DataError>([] {
              of(metric::rmsle(), {0, -1}, {1, 2});
            }),
            "metric::rmsle: prediction -1 at row 1, but it takes predictions > -1.");
  EXPECT_EQ(refusal<DataError>([] {
              of(metric::rmsle(), {0, 1}, {1, -2});
            }),
            "metric::rmsle: label -2 at row 1, but it takes labels > -1.");
}

TEST(Metric, LoglossOfTwoClasses) {
  EXPECT_DOUBLE_EQ(of(metric::logloss(), {0.8, 0.3}, {1, 0}), -(std::log(0.8) + std::log(0.7)) / 2);
  EXPECT_DOUBLE_EQ(of(metric::logloss(), {0.8, 0.3}, {1, 0}, {3, 1}), -(3 * std::log(0.8) + std::log(0.7)) / 4);
  // Bounded to [1e-15, 1 - 1e-15].
  EXPECT_NEAR(of(metric::logloss(), {0}, {1}), -std::log(1e-15), 1e-12);
  EXPECT_NEAR(of(metric::logloss(), {1}, {1}), 1e-15, 1.2e-16);
  EXPECT_NEAR(of(metric::logloss(), {0}, {0}), 1e-15, 1e-18);
  EXPECT_NEAR(of(metric::logloss(), {1}, {0}), -std::log(1e-15), 0.002);
}

TEST(Metric, SeveralClasses) {
  const Tensor p = table({0.7, 0.2, 0.1, 0.3, 0.3, 0.4, 0.2, 0.5, 0.3}, 3), y = column({0, 0, 1}),
               w = column({1, 1, 2});
  EXPECT_DOUBLE_EQ(metric::logloss().evaluate(p, y), -(std::log(0.7) + std::log(0.3) + std::log(0.5)) / 3);
  EXPECT_DOUBLE_EQ(metric::logloss().evaluate(p, y, w), -(std::log(0.7) + std::log(0.3) + 2 * std::log(0.5)) / 4);
  EXPECT_DOUBLE_EQ(metric::accuracy().evaluate(p, y), 2.0 / 3);
  EXPECT_DOUBLE_EQ(metric::accuracy().evaluate(p, y, w), 0.75);
  EXPECT_DOUBLE_EQ(metric::error().evaluate(p, y, w), 0.25);
  // Ties go to the lowest class.
  EXPECT_EQ(metric::accuracy().evaluate(table({0.5, 0.5}, 2), column({0})), 1);
}

TEST(Metric, AccuracyOfTwoClassesSplitsAtOneHalf) {
  EXPECT_EQ(of(metric::accuracy(), {0.5, 0.499, 0.9, 0.1}, {1, 0, 1, 1}), 0.75);
  EXPECT_EQ(of(metric::error(), {0.5, 0.499, 0.9, 0.1}, {1, 0, 1, 1}), 0.25);
  EXPECT_EQ(of(metric::accuracy(), {0.5, 0.1}, {1, 1}, {1, 3}), 0.25);
}

TEST(Metric, PoissonDevianceTakesCountsOfZero) {
  EXPECT_DOUBLE_EQ(of(metric::poisson_deviance(), {2.5}, {0}), 5);
  EXPECT_DOUBLE_EQ(of(metric::poisson_deviance(), {2, 1}, {3, 0}), (2 * (3 * std::log(1.5) - 3 + 2) + 2) / 2);
  EXPECT_DOUBLE_EQ(of(metric::poisson_deviance(), {2, 1}, {3, 0}, {1, 3}), (2 * (3 * std::log(1.5) - 3 + 2) + 6) / 4);
  EXPECT_EQ(of(metric::poisson_deviance(), {7, 4}, {7, 4}), 0);
}

TEST(Metric, GammaDevianceIsThatOfTheRatios) {
  EXPECT_DOUBLE_EQ(of(metric::gamma_deviance(), {2}, {3}), 2 * (1.5 - 1 - std::log(1.5)));
  EXPECT_DOUBLE_EQ(of(metric::gamma_deviance(), {2, 8}, {3, 4}, {1, 3}),
                   (2 * (0.5 - std::log(1.5)) + 6 * (std::log(2) - 0.5)) / 4);
  EXPECT_EQ(of(metric::gamma_deviance(), {7, 4}, {7, 4}), 0);
  EXPECT_DOUBLE_EQ(of(metric::gamma_deviance(), {1e-200, 4e200}, {2e-200, 4e200}), 1 - std::log(2));
  EXPECT_EQ(refusal<DataError>([] {
              of(metric::gamma_deviance(), {1, 0}, {1, 2});
            }),
            "metric::gamma_deviance: prediction 0 at row 1, but it takes predictions > 0.");
  EXPECT_EQ(refusal<DataError>([] {
              of(metric::gamma_deviance(), {1, 1}, {1, 0});
            }),
            "metric::gamma_deviance: label 0 at row 1, but it takes labels > 0.");
}

// 4 square(sqrt(y) - sqrt(p)) / sqrt(p) at the power 1.5; the last is scikit-learn's mean_tweedie_deviance.
TEST(Metric, TweedieDevianceIsThatOfItsPower) {
  const auto at = [](double y, double p) { return 4 * std::pow(std::sqrt(y) - std::sqrt(p), 2) / std::sqrt(p); };
  EXPECT_DOUBLE_EQ(of(metric::tweedie_deviance(), {2, 0.5}, {3, 0}), (at(3, 2) + at(0, 0.5)) / 2);
  EXPECT_DOUBLE_EQ(of(metric::by_name("tweedie_deviance_1.5"), {2, 0.5}, {3, 0}, {1, 3}),
                   (at(3, 2) + 3 * at(0, 0.5)) / 4);
  EXPECT_NEAR(of(metric::tweedie_deviance({.variance_power = 1.2}), {0.5, 2, 2.5}, {0, 1, 3}), 0.6904588651658008,
              1e-14);
  EXPECT_EQ(metric::tweedie_deviance({.variance_power = 1.2}).name(), "tweedie_deviance_1.2");
  EXPECT_EQ(refusal<DataError>([] {
              of(metric::tweedie_deviance(), {1, 0}, {1, 2});
            }),
            "metric::tweedie_deviance: prediction 0 at row 1, but it takes predictions > 0.");
  EXPECT_EQ(
      refusal<ArgumentError>([] { metric::by_name("tweedie_deviance_2"); }),
      "metric::tweedie_deviance: variance_power is 2, but it must be in (1, 2). Hint: poisson_deviance is that of "
      "1, gamma_deviance that of 2.");
}

double auc_of_all_pairs(const Values& p, const Values& y, const Values& w) {
  long double pairs = 0, right = 0;
  for (std::size_t i = 0; i < p.size(); ++i)
    for (std::size_t j = 0; j < p.size(); ++j) {
      if (y[i] != 1 || y[j] != 0) continue;
      const long double weight = static_cast<long double>(w[i]) * w[j];
      pairs += weight;
      right += p[i] > p[j] ? weight : p[i] == p[j] ? weight / 2 : 0;
    }
  return static_cast<double>(right / pairs);
}

TEST(Metric, AucIsTheShareOfOrderedPairs) {
  EXPECT_EQ(of(metric::auc(), {0.1, 0.4, 0.35, 0.8}, {0, 0, 1, 1}), 0.75);
  EXPECT_EQ(of(metric::auc(), {1, 2, 3}, {0, 1, 1}), 1);
  EXPECT_EQ(of(metric::auc(), {3, 2, 1}, {0, 1, 1}), 0);
  EXPECT_EQ(of(metric::auc(), {5, 5, 5}, {0, 1, 1}), 0.5);
  EXPECT_EQ(of(metric::auc(), {0.0, -0.0}, {0, 1}), 0.5);
  std::mt19937_64 random(2);
  for (const int distinct : {2, 10, 100000}) {
    Values p, y, w, ones(700, 1.0);
    for (int i = 0; i < 700; ++i) {
      y.push_back(static_cast<double>(random() % 3 == 0));
      p.push_back(static_cast<double>(random() % distinct) + y.back());
      w.push_back(static_cast<double>(random() % 5) / 3);
    }
    EXPECT_NEAR(of(metric::auc(), p, y), auc_of_all_pairs(p, y, ones), 1e-14);
    EXPECT_NEAR(of(metric::auc(), p, y, w), auc_of_all_pairs(p, y, w), 1e-14);
  }
}

TEST(Metric, AWeightIsAsManyRows) {
  const Values p{0.2, 0.9, 0.6, 0.6}, w{2, 1, 3, 2};
  Values y{0, 1, 0, 1};
  Values many_p, many_y;
  for (std::size_t i = 0; i < p.size(); ++i)
    for (int copy = 0; copy < w[i]; ++copy) {
      many_p.push_back(p[i]);
      many_y.push_back(y[i]);
    }
  for (const std::string& name : metric::names()) {
    if (name == "gamma_deviance") continue;                                      // of labels above 0: below
    if (name.find('@') != name.npos || name == "mrr") continue;                  // which rank the rows of a group
    if (name.ends_with("concordance") || name == "interval_accuracy") continue;  // likewise
    if (name == "nll" || name == "crps" || name == "coverage_0.9") continue;     // of distributions
    EXPECT_NEAR(of(metric::by_name(name), p, y, w), of(metric::by_name(name), many_p, many_y), 1e-15) << name;
  }
  for (Values* labels : {&y, &many_y})
    for (double& label : *labels) label += 0.5;
  for (const Metric& metric : {metric::gamma_deviance(), metric::concordance(), metric::risk_concordance()})
    EXPECT_NEAR(of(metric, p, y, w), of(metric, many_p, many_y), 1e-15);
}

TEST(Metric, LongSumsKeepTheirDigits) {
  const Values p(1000001, 0.1), y(1000001, 0.0);
  EXPECT_NEAR(of(metric::mae(), p, y), 0.1, 1e-14);
}

TEST(Metric, ReadsViewsThatAreNotContiguous) {
  const Tensor both = table({1, 5, 2, 6, 3, 9}, 2);
  EXPECT_DOUBLE_EQ(metric::mae().evaluate(both.select(1, 0), both.select(1, 1)), 14.0 / 3);
}

TEST(Metric, OfYourOwnSeesTensors) {
  const Metric bias("bias", false, [](const MetricInput& in) {
    return in.prediction.at<double>({0}) - in.label.at<double>({0}) + static_cast<double>(in.weight.elements());
  });
  EXPECT_EQ(bias.name(), "bias");
  EXPECT_FALSE(bias.higher_is_better());
  EXPECT_EQ(of(bias, {3, 1}, {1, 1}), 2);
  EXPECT_EQ(of(bias, {3, 1}, {1, 1}, {1, 1}), 4);
  EXPECT_EQ(refusal<ArgumentError>([] { Metric("empty", true, nullptr); }), "Metric \"empty\": the function is empty.");
}

Tensor starts(const std::vector<std::int64_t>& rows) {
  return Tensor::copy_of(std::span<const std::int64_t>(rows), {static_cast<std::int64_t>(rows.size())});
}

// The mean over groups of the score of their best row, less the one of all labels of that row.
double best_of_groups(const MetricInput& in) {
  if (in.score.elements() == 0) fail<ArgumentError>("metric::best: it wants scores, and predictions alone are given.");
  if (in.groups.elements() == 0) fail<ArgumentError>("metric::best: it wants groups, and there are none.");
  const auto first = in.groups.span<const std::int64_t>();
  const auto scores = in.score.span<const double>(), labels = in.label.span<const double>();
  const auto width = static_cast<std::size_t>(in.label.size(1));
  double sum = 0;
  for (std::size_t g = 0; g + 1 < first.size(); ++g) {
    const auto best = std::max_element(scores.begin() + first[g], scores.begin() + first[g + 1]) - scores.begin();
    for (std::size_t l = 0; l < width; ++l) sum += scores[best] - labels[best * width + l];
  }
  return sum / static_cast<double>(first.size() - 1);
}

TEST(Metric, OfYourOwnSeesScoresGroupsAndSeveralLabels) {
  const Metric best("best", true, best_of_groups);
  const std::vector<float> scores{3, 5, 2, 7, -1};
  const MetricInput input{.prediction = column({0.3, 0.5, 0.2, 0.7, 0.1}),
                          .score = Tensor::copy_of(std::span<const float>(scores), {5}),
                          .label = table({9, 9, 1, 0, 9, 9, 4, 8, 9, 9}, 2),
                          .groups = starts({0, 2, 5})};
  EXPECT_EQ(best.evaluate(input), (2 * 5 - 1 + 2 * 7 - 12) / 2.0);
  EXPECT_EQ(refusal<ArgumentError>([&] { best.evaluate(input.prediction, input.label); }),
            "metric::best: it wants scores, and predictions alone are given.");
  EXPECT_EQ(refusal<ArgumentError>(
                [&] { best.evaluate({.prediction = input.prediction, .score = input.score, .label = input.label}); }),
            "metric::best: it wants groups, and there are none.");
  EXPECT_EQ(refusal<ArgumentError>([&] { metric::rmse().evaluate(input); }),
            "metric::rmse: there are 2 labels a row, but 1 predictions.");
  EXPECT_EQ(refusal<ArgumentError>([&] { metric::of(loss::squared()).evaluate(input); }),
            "metric::squared: there are 2 labels a row, but 1 predictions.");
}

TEST(Metric, SeveralLabelsARowAreAsManyRows) {
  const Values p{0.5, 0.2, 0.9, 0.4, 0.6, 0.1}, y{1, 0, 1, 1, 0, 0}, w{1, 2, 5}, repeated{1, 1, 2, 2, 5, 5};
  for (const Metric& metric : {metric::rmse(), metric::mae(), metric::logloss(), metric::accuracy(), metric::auc(),
                               metric::of(loss::squared())}) {
    EXPECT_EQ(metric.evaluate(table(p, 2), table(y, 2)), of(metric, p, y)) << metric.name();
    EXPECT_EQ(metric.evaluate(table(p, 2), table(y, 2), column(w)), of(metric, p, y, repeated)) << metric.name();
  }
}

TEST(Metric, RefusesScoresAndGroupsThatDoNotFit) {
  const Tensor y = column({1, 2, 3});
  const auto refused = [&](const Tensor& score, const Tensor& groups) {
    return refusal<ArgumentError>(
        [&] { metric::rmse().evaluate({.prediction = y, .score = score, .label = y, .groups = groups}); });
  };
  EXPECT_EQ(refused(table({1, 2, 3, 4, 5, 6}, 2), {}), "metric::rmse: scores have shape [3, 2], but predictions [3].");
  EXPECT_EQ(
      refused({}, column({0, 3})),
      "metric::rmse: groups are f64 of shape [2], but they are the first row of each group and the number of rows, "
      "i64 of shape [groups + 1].");
  EXPECT_EQ(refused({}, starts({0, 2})), "metric::rmse: groups run from row 0 to 2, but there are 3 rows.");
  EXPECT_EQ(refused({}, starts({1, 3})), "metric::rmse: groups run from row 1 to 3, but there are 3 rows.");
  EXPECT_EQ(refused({}, starts({0, 2, 2, 3})), "metric::rmse: group 1 begins at row 2 and ends before row 2.");
  EXPECT_EQ(metric::rmse().evaluate({.prediction = y, .score = y, .label = y, .groups = starts({0, 1, 3})}), 0);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(refusal<DataError>([&] {
              metric::rmse().evaluate({.prediction = y, .score = column({1, nan, 3}), .label = y});
            }),
            "metric::rmse: score nan at row 1.");
}

TEST(Metric, ByNameFindsEveryMetric) {
  for (const char* name : {"rmse", "mae", "r2", "logloss", "accuracy", "error", "auc", "poisson_deviance",
                           "gamma_deviance", "mape", "rmsle", "pinball_0.5", "pinball_0.95"})
    EXPECT_EQ(metric::by_name(name).name(), name);
  EXPECT_EQ(metric::by_name("multiclass_logloss").name(), "logloss");
  EXPECT_EQ(metric::by_name("multiclass_error").name(), "error");
  EXPECT_EQ(metric::names().size(), 25u);
  EXPECT_EQ(
      refusal<ArgumentError>([] { metric::by_name("acuracy"); }),
      "metric: no metric \"acuracy\". Did you mean \"accuracy\"? Metrics: rmse, mae, r2, logloss, accuracy, error, "
      "auc, poisson_deviance, gamma_deviance, tweedie_deviance_1.5, pinball_0.5, mape, ... (25 in all).");
}

TEST(Metric, SaysWhichWayIsUp) {
  for (const char* name : {"r2", "accuracy", "auc"}) EXPECT_TRUE(metric::by_name(name).higher_is_better()) << name;
  for (const char* name : {"rmse", "mae", "logloss", "error", "poisson_deviance", "gamma_deviance", "pinball_0.5"})
    EXPECT_FALSE(metric::by_name(name).higher_is_better()) << name;
}

std::string names_of(const std::vector<Metric>& metrics) {
  std::string text;
  for (const Metric& metric : metrics) text += metric.name() + " ";
  return text;
}

TEST(Metric, EveryLossHasDefaults) {
  EXPECT_EQ(names_of(metric::defaults(loss::squared())), "rmse mae r2 ");
  EXPECT_EQ(names_of(metric::defaults(loss::logistic())), "logloss accuracy auc ");
  EXPECT_EQ(names_of(metric::defaults(loss::softmax({.classes = 3}))), "logloss accuracy ");
  EXPECT_EQ(names_of(metric::defaults(loss::poisson())), "poisson_deviance rmse ");
  EXPECT_EQ(names_of(metric::defaults(loss::quantile({.level = 0.9}))), "pinball_0.9 mae ");
  EXPECT_EQ(names_of(metric::defaults(loss::absolute())), "mae rmse r2 ");
  EXPECT_EQ(names_of(metric::defaults(loss::huber())), "mae rmse r2 ");
  EXPECT_EQ(names_of(metric::defaults(loss::focal())), "auc accuracy logloss ");
  const auto square_of = [](const Tensor& score, const Tensor& y) { return square(score - y); };
  EXPECT_EQ(names_of(metric::defaults(loss::custom("mine", square_of))), "mine rmse mae r2 ");
  EXPECT_EQ(names_of(metric::defaults(loss::custom("rmse", square_of))), "rmse mae r2 ");  // of its own, once
}

TEST(Metric, RefusesShapesThatDoNotFit) {
  const Tensor three = column({1, 2, 3}), two = column({1, 2});
  EXPECT_EQ(
      refusal<ArgumentError>([&] { metric::rmse().evaluate(three, two); }),
      "metric::rmse: prediction [3], label [2] and weight [0] do not fit. They are [rows] or [rows, K], [rows] or "
      "[rows, L], and [rows] or nothing.");
  EXPECT_EQ(
      refusal<ArgumentError>([&] { metric::rmse().evaluate(two, two, three); }),
      "metric::rmse: prediction [2], label [2] and weight [3] do not fit. They are [rows] or [rows, K], [rows] or "
      "[rows, L], and [rows] or nothing.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              metric::auc().evaluate(Tensor::zeros({2, 3}), two);
            }),
            "metric::auc: predictions have 3 columns, but it takes one. Hint: logloss and accuracy take several.");
}

TEST(Metric, AColumnIsOneNumberARow) {
  const auto rows = [](const Values& values) { return table(values, 1); };
  const Values p{1, 2, 4}, y{1, 4, 1}, w{1, 2, 5};
  EXPECT_EQ(metric::rmse().evaluate({.prediction = rows(p), .score = column(p), .label = rows(y), .weight = rows(w)}),
            of(metric::rmse(), p, y, w));
  const Metric seen("seen", false, [](const MetricInput& in) {
    for (const Tensor* t : {&in.prediction, &in.score, &in.label, &in.weight}) EXPECT_EQ(t->shape(), Shape{3});
    return mean(in.prediction - in.label).item();
  });
  EXPECT_EQ(seen.evaluate({.prediction = column(p), .score = rows(p), .label = rows(y), .weight = rows(w)}), 1.0 / 3);
  EXPECT_EQ(refusal<ArgumentError>([&] {
              metric::rmse().evaluate({.prediction = rows(p), .score = table({1, 2, 3, 4, 5, 6}, 2), .label = rows(y)});
            }),
            "metric::rmse: scores have shape [3, 2], but predictions [3, 1].");
}

TEST(Metric, IsGivenWhatItMayReadButNotChange) {
  const Tensor p = column({1, 2}), y = column({3, 4}), w = column({1, 1});
  const Tensor groups = Tensor::copy_of(std::vector<std::int64_t>{0, 2});
  const Metric greedy("greedy", false, [](const MetricInput& in) {
    for (Tensor t : {in.prediction, in.score, in.label, in.weight})
      EXPECT_TRUE(refusal<ArgumentError>([&] { t += 1; }).ends_with("a view of const memory. Hint: change a clone()."));
    Tensor first = in.groups;
    EXPECT_THROW(assign(first, Tensor::copy_of(std::vector<std::int64_t>{7, 7})), ArgumentError);
    Tensor mine = in.label.clone();
    mine += 1;
    return mean(mine).item();
  });
  EXPECT_EQ(greedy.evaluate({.prediction = p, .score = p.clone(), .label = y, .weight = w, .groups = groups}), 4.5);
  EXPECT_EQ(mean(y).item(), 3.5);
}

TEST(Metric, HasAName) {
  EXPECT_EQ(refusal<ArgumentError>([] { Metric("", false, [](const MetricInput&) { return 0.0; }); }),
            "Metric: its name is \"\". Hint: a name, which stands in logs and in the history.");
}

TEST(Metric, TakesTensorsOfAnyDType) {
  const std::vector<float> p{0.5F, 0.25F, 1};
  const std::vector<std::int32_t> y{1, 0, 0};
  const Tensor predictions = Tensor::copy_of(std::span<const float>(p), {3}),
               labels = Tensor::copy_of(std::span<const std::int32_t>(y), {3});
  EXPECT_EQ(metric::accuracy().evaluate(predictions, labels), 2.0 / 3);
  EXPECT_EQ(metric::mae().evaluate(predictions, labels, labels), 0.5);
}

TEST(Metric, RefusesPredictionsThatAreNoProbabilities) {
  for (const char* name : {"logloss", "accuracy", "error"}) {
    const auto refused = [&](const Values& p) {
      return refusal<DataError>([&] { of(metric::by_name(name), p, {1, 0}); });
    };
    const std::string hint =
        " is no probability. Hint: train with a loss of classes (logistic, softmax), and pass predictions, not scores.";
    EXPECT_EQ(refused({0.5, 3.25}), fmt::format("metric::{}: prediction 3.25 at row 1{}", name, hint));
    EXPECT_EQ(refused({-0.5, 1}), fmt::format("metric::{}: prediction -0.5 at row 0{}", name, hint));
    EXPECT_NO_THROW(of(metric::by_name(name), {0, 1}, {1, 0}));
  }
  EXPECT_EQ(
      refusal<DataError>([] {
        metric::accuracy().evaluate(table({0.5, 0.5, 1.5, -0.5}, 2), column({0, 1}));
      }),
      "metric::accuracy: prediction 1.5 at row 1 is no probability. Hint: train with a loss of classes (logistic, "
      "softmax), and pass predictions, not scores.");
  EXPECT_EQ(of(metric::auc(), {-3, 5}, {0, 1}), 1);
}

TEST(Metric, RefusesRowsWhereItIsUndefined) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(refusal<UndefinedMetric>([] { of(metric::rmse(), {}, {}); }), "metric::rmse: there are no rows.");
  EXPECT_EQ(refusal<UndefinedMetric>([] {
              of(metric::rmse(), {1, 2}, {1, 2}, {0, 0});
            }),
            "metric::rmse: all weights are zero.");
  EXPECT_EQ(refusal<DataError>([] {
              of(metric::rmse(), {1, 2}, {1, 2}, {1, -1});
            }),
            "metric::rmse: weight -1 at row 1, but weights are finite and >= 0.");
  EXPECT_EQ(refusal<DataError>([&] {
              of(metric::rmse(), {1, nan}, {1, 2});
            }),
            "metric::rmse: prediction nan at row 1.");
  EXPECT_EQ(refusal<DataError>([&] { of(metric::rmse(), {1, 2}, {nan, 2}); }), "metric::rmse: label nan at row 0.");
  EXPECT_EQ(refusal<UndefinedMetric>([] {
              of(metric::r2(), {1, 2}, {0.1, 0.1});
            }),
            "metric::r2: every label is 0.1. Hint: rmse is defined for a constant label.");
  EXPECT_EQ(refusal<UndefinedMetric>([] {
              of(metric::auc(), {1, 2}, {1, 1});
            }),
            "metric::auc: all rows with a weight have label 1. Hint: it takes rows of both classes.");
  EXPECT_EQ(refusal<UndefinedMetric>([] {
              of(metric::auc(), {1, 2}, {1, 0}, {0, 1});
            }),
            "metric::auc: all rows with a weight have label 0. Hint: it takes rows of both classes.");
  EXPECT_EQ(refusal<DataError>([] {
              of(metric::logloss(), {1, 0}, {1, 2});
            }),
            "metric::logloss: label 2 at row 1, but the classes are 0 .. 1.");
  EXPECT_EQ(refusal<DataError>([] {
              of(metric::poisson_deviance(), {1, -0.5}, {1, 2});
            }),
            "metric::poisson_deviance: prediction -0.5 at row 1, but it takes predictions >= 0.");
  EXPECT_EQ(of(metric::poisson_deviance(), {0, 1}, {0, 1}), 0);
  EXPECT_EQ(of(metric::poisson_deviance(), {0, 1}, {2, 1}), std::numeric_limits<double>::infinity());
  EXPECT_EQ(refusal<DataError>([] {
              of(metric::poisson_deviance(), {1, 1}, {1, -2});
            }),
            "metric::poisson_deviance: label -2 at row 1, but it takes labels >= 0.");
}

Tensor doubles(const std::vector<double>& values, const Shape& shape) {
  return Tensor::copy_of(std::span<const double>(values), shape);
}

TEST(MetricOf, IsTheMeanLossOfTheRows) {
  const Tensor y = doubles({0, 1, 1}, {3}), p = doubles({0.25, 0.5, 0.875}, {3}), w = doubles({1, 2, 1}, {3});
  EXPECT_EQ(metric::of(loss::logistic()).name(), "logistic");
  EXPECT_FALSE(metric::of(loss::logistic()).higher_is_better());
  EXPECT_NEAR(metric::of(loss::logistic()).evaluate(p, y, w), metric::logloss().evaluate(p, y, w), 1e-12);
  EXPECT_NEAR(metric::of(loss::squared()).evaluate(p, y), 0.5 * std::pow(metric::rmse().evaluate(p, y), 2), 1e-12);
  EXPECT_NEAR(metric::of(loss::quantile({.level = 0.9})).evaluate(p, y), metric::pinball({.level = 0.9}).evaluate(p, y),
              1e-12);
  EXPECT_NEAR(metric::of(loss::poisson()).evaluate(p, y),
              (0.25 + (0.5 - std::log(0.5)) + (0.875 - std::log(0.875))) / 3, 1e-12);
  const Tensor shares = doubles({0.7, 0.2, 0.1, 0.1, 0.6, 0.3}, {2, 3}), classes = doubles({0, 1}, {2});
  EXPECT_NEAR(metric::of(loss::softmax({.classes = 3})).evaluate(shares, classes),
              metric::logloss().evaluate(shares, classes), 1e-12);
  // Certain and right, certain and wrong: as logloss has it.
  EXPECT_NEAR(metric::of(loss::logistic()).evaluate(doubles({1, 1}, {2}), doubles({1, 0}, {2})),
              metric::logloss().evaluate(doubles({1, 1}, {2}), doubles({1, 0}, {2})), 0.01);
}

TEST(MetricOf, TakesScoresWhereTheyAreGiven) {
  // A prediction of exactly 1 says no more how sure it is.
  const Tensor p = doubles({1, 1}, {2}), s = doubles({50, 400}, {2}), y = doubles({1, 0}, {2});
  EXPECT_DOUBLE_EQ(metric::of(loss::logistic()).evaluate({.prediction = p, .score = s, .label = y}),
                   (std::log1p(std::exp(-50.0)) + 400) / 2);
  EXPECT_NEAR(metric::of(loss::logistic()).evaluate(p, y), -std::log(1e-15) / 2, 0.01);
  // Two scores a row: of the first row those of class 0 and 1, then the second row's.
  const Tensor shares = doubles({0.25, 0.75, 0.5, 0.5}, {2, 2}), scores = doubles({1, 1 + std::log(3), 7, 7}, {2, 2});
  EXPECT_NEAR(metric::of(loss::softmax({.classes = 2})).evaluate({.prediction = shares, .score = scores, .label = y}),
              -(std::log(0.75) + std::log(0.5)) / 2, 1e-15);
}

TEST(MetricOf, OfCustomLosses) {
  const auto two = [](const Tensor& s, const Tensor& y) {
    return 0.5 * square((y - s.select(1, 0)) * exp(-s.select(1, 1))) + s.select(1, 1);
  };
  const Tensor p = doubles({1, 0, 2, 0.5}, {2, 2}), y = doubles({2, 1}, {2});
  const double expected[] = {0.5, 0.5 * std::exp(-1.0) + 0.5};
  const Loss normal = loss::custom("normal", two, {.outputs = 2});
  EXPECT_NEAR(metric::of(normal).evaluate(p, y), (expected[0] + expected[1]) / 2, 1e-12);
  EXPECT_NEAR(metric::of(normal).evaluate(p, y, doubles({3, 1}, {2})), (3 * expected[0] + expected[1]) / 4, 1e-12);
  // A mean, and a loss that mixes rows.
  const Loss mean_loss = loss::custom("mean", [](const Tensor& s, const Tensor& l) { return mean(square(s - l)); });
  EXPECT_NEAR(metric::of(mean_loss).evaluate(doubles({1, 4}, {2}), doubles({0, 2}, {2})), 2.5, 1e-12);
  const Loss mixed =
      loss::custom("mixed", [](const Tensor& s, const Tensor& l) { return sum(square(s - mean(s) - l)); });
  EXPECT_NEAR(metric::of(mixed).evaluate(doubles({1, 3}, {2}), doubles({0, 2}, {2})), 1, 1e-12);
  EXPECT_EQ(refusal<DataError>([&] {
              metric::of(mixed).evaluate(doubles({1, 3}, {2}), y, y);
            }),
            "metric::mixed: it gives one loss for all rows, which weights cannot be applied to.");
}

TEST(MetricOf, WhatOnlyTrainingRowsCanEvaluateIsRefused) {
  const auto refused = [](const Loss& loss) { return refusal<ArgumentError>([&] { metric::of(loss); }); };
  EXPECT_EQ(refused(loss::softmax()), "metric::of: loss \"softmax\" does not know its classes yet.");
  const Loss offset = loss::custom(
      "offset", [](const Tensor& s, const Tensor& y, std::span<const Tensor> more) { return square(s + more[0] - y); },
      {.parameters = {doubles({1, 2}, {2})}});
  EXPECT_EQ(refused(offset), "metric::of: loss \"offset\" reads parameters by row, which other rows do not have.");
  const Tensor captured = doubles({1, 2}, {2});
  const Loss knows = loss::custom("knows", [&](const Tensor& s, const Tensor& y) { return square(s + captured - y); });
  EXPECT_EQ(refused(knows), "metric::of: loss \"knows\" knows the rows that it was made for.");
}

TEST(MetricOf, IsWhatCustomLossesReport) {
  const auto names = [](const Loss& loss) {
    std::vector<std::string> list;
    for (const Metric& metric : metric::defaults(loss)) list.push_back(metric.name());
    return list;
  };
  const auto form = [](const Tensor& s, const Tensor& y) { return square(s - y); };
  EXPECT_EQ(names(loss::custom("mine", form)), (std::vector<std::string>{"mine", "rmse", "mae", "r2"}));
  EXPECT_EQ(
      names(loss::custom("mine", [](const Tensor& s, const Tensor& y) { return sum(square(s - y.unsqueeze(1)), 1); },
                         {.outputs = 2})),
      std::vector<std::string>{"mine"});
  EXPECT_EQ(names(loss::custom("squared", [](const Tensor& s, const Tensor& y) { return 0.5 * square(y - s); })),
            (std::vector<std::string>{"rmse", "mae", "r2"}));
}

TEST(Metric, ThatWasMovedFromIsRefused) {
  Metric a = metric::rmse();
  const Metric b = std::move(a);
  const Tensor x = Tensor::of({1.0, 2.0});
  EXPECT_EQ(b.evaluate(x, x), 0);
  EXPECT_EQ(refusal<ArgumentError>([&] { a.evaluate(x, x); }),  // NOLINT
            "Metric::evaluate: the metric was moved from. Hint: use the one that it went to.");
}

}  // namespace
}  // namespace linden
