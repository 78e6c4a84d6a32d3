// Metrics of survival against their definitions, pair by pair; values worked out by hand, and every message.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <linden/loss.hpp>
#include <linden/metric.hpp>
#include <linden/ops.hpp>
#include <random>
#include <vector>

#include "refusal.hpp"

namespace linden {
using loss::Ties;
using loss::TimeDistribution;

namespace {

using Values = std::vector<double>;
constexpr double no_end = std::numeric_limits<double>::infinity();

struct Rows {
  Values prediction, lower, upper, weight;

  Tensor bounds() const {
    Tensor label = Tensor::empty({std::ssize(lower), 2});
    for (std::size_t row = 0; row < lower.size(); ++row) {
      label.data<double>()[2 * row] = lower[row];
      label.data<double>()[2 * row + 1] = upper[row];
    }
    return label;
  }
  MetricInput input() const {
    return {.prediction = Tensor::copy_of(prediction),
            .label = bounds(),
            .weight = weight.empty() ? Tensor() : Tensor::copy_of(weight)};
  }
};

Rows random_rows(unsigned seed, int count, bool intervals) {
  std::mt19937_64 random(seed);
  Rows rows;
  for (int i = 0; i < count; ++i) {
    rows.prediction.push_back(static_cast<double>(1 + random() % 15));
    rows.lower.push_back(static_cast<double>(1 + random() % 20));
    const unsigned kind = random() % 6;
    rows.upper.push_back(kind < 2                 ? no_end
                         : intervals && kind == 2 ? rows.lower.back() + static_cast<double>(random() % 5)
                                                  : rows.lower.back());
    if (intervals && kind == 3) rows.lower.back() = 0;
    rows.weight.push_back(static_cast<double>(random() % 4));
  }
  return rows;
}

// Whether the event of a is known to come before that of b.
bool is_before(const Rows& rows, std::size_t a, std::size_t b) {
  if (rows.upper[a] < rows.lower[b]) return true;
  return rows.upper[a] == rows.lower[b] && rows.lower[b] != rows.upper[b];
}

double by_pairs(const Rows& rows, bool of_risks) {
  double right = 0, pairs = 0;
  for (std::size_t a = 0; a < rows.lower.size(); ++a)
    for (std::size_t b = 0; b < rows.lower.size(); ++b) {
      if (!is_before(rows, a, b)) continue;
      const double weight = rows.weight[a] * rows.weight[b], ahead = rows.prediction[b] - rows.prediction[a];
      pairs += weight;
      right += weight * (ahead == 0 ? 0.5 : (ahead > 0) != of_risks ? 1 : 0);
    }
  return right / pairs;
}

TEST(SurvivalMetric, ConcordanceIsThatOfAllPairs) {
  for (const bool intervals : {false, true})
    for (unsigned seed = 1; seed < 6; ++seed) {
      const Rows rows = random_rows(seed, 120, intervals);
      EXPECT_NEAR(metric::concordance().evaluate(rows.input()), by_pairs(rows, false), 1e-12);
      EXPECT_NEAR(metric::risk_concordance().evaluate(rows.input()), by_pairs(rows, true), 1e-12);
    }
}

TEST(SurvivalMetric, ConcordanceByHand) {
  const auto concordance = [](const Values& prediction, const Values& times) {
    return metric::concordance().evaluate(Tensor::copy_of(prediction), Tensor::copy_of(times));
  };
  EXPECT_EQ(concordance({1, 2, 3}, {1, 2, 3}), 1);
  EXPECT_EQ(concordance({3, 2, 1}, {1, 2, 3}), 0);
  EXPECT_EQ(concordance({5, 5, 5}, {1, 2, 3}), 0.5);
  EXPECT_EQ(concordance({1, 3, 2}, {1, 2, 3}), 2.0 / 3);
  EXPECT_EQ(concordance({2, 1, 3}, {-1, 2, 3}), 1);  // of the first nothing is known after 1
  EXPECT_EQ(concordance({1, 2}, {4, -4}), 1);        // which was still there at 4
  EXPECT_EQ(concordance({1, 2, 0}, {4, 4, 5}), 0);   // of one time two events are no pair
  EXPECT_TRUE(metric::concordance().higher_is_better());
  EXPECT_TRUE(metric::risk_concordance().higher_is_better());
}

TEST(SurvivalMetric, IntervalAccuracy) {
  Rows rows{{2, 2, 2, 2, 2}, {1, 2, 3, 0, 2}, {3, no_end, no_end, 1, 2}, {}};
  EXPECT_EQ(metric::interval_accuracy().evaluate(rows.input()), 0.6);
  rows.weight = {1, 0, 1, 0, 2};
  EXPECT_EQ(metric::interval_accuracy().evaluate(rows.input()), 0.75);
}

TEST(SurvivalMetric, LossesAreMeans) {
  // Of times 1, 2, 3 with hazards 1, 2, 4: -(log(1/7) + log(2/6)) / 2, the last one being without an event.
  const Tensor risks = Tensor::copy_of(Values{1, 2, 4}), times = Tensor::copy_of(Values{1, 2, -3});
  EXPECT_NEAR(metric::of(loss::cox()).evaluate(risks, times), (std::log(7) + std::log(3)) / 2, 1e-14);
  EXPECT_EQ(metric::of(loss::cox()).name(), "cox");
  // Two events at one time: log 7 + log(7 - 3/2) of Efron, 2 log 7 of Breslow.
  const Tensor tied = Tensor::copy_of(Values{1, 1, -3});
  EXPECT_NEAR(metric::of(loss::cox()).evaluate(risks, tied), (std::log(7) + std::log(5.5) - std::log(2)) / 2, 1e-14);
  EXPECT_NEAR(metric::of(loss::cox({.ties = Ties::breslow})).evaluate(risks, tied), (2 * std::log(7) - std::log(2)) / 2,
              1e-14);
  // A row of weight 2 counts as two of Breslow's.
  EXPECT_NEAR(metric::of(loss::cox({.ties = Ties::breslow})).evaluate(risks, times, Tensor::copy_of(Values{2, 1, 1})),
              (2 * (std::log(8)) + std::log(3)) / 3, 1e-14);
  const double two_pi = 2 * std::acos(-1.0);
  EXPECT_NEAR(metric::of(loss::aft()).evaluate(Tensor::copy_of(Values{1}), Tensor::copy_of(Values{std::exp(1)})),
              0.5 + 0.5 * std::log(two_pi) + 1, 1e-14);
  EXPECT_NEAR(metric::of(loss::aft({.distribution = TimeDistribution::logistic, .scale = 2}))
                  .evaluate(Tensor::copy_of(Values{3}), Tensor::copy_of(Values{-3})),
              std::log(2), 1e-15);
  EXPECT_NEAR(metric::of(loss::aft({.distribution = TimeDistribution::extreme}))
                  .evaluate(Tensor::copy_of(Values{2}), Tensor::copy_of(Values{-6})),
              3, 1e-14);
}

TEST(SurvivalMetric, ThoseOfALoss) {
  const auto names = [](const Loss& loss) {
    Values values;
    std::string text;
    for (const Metric& metric : metric::defaults(loss)) text += metric.name() + " ";
    return text;
  };
  EXPECT_EQ(names(loss::cox()), "risk_concordance cox ");
  EXPECT_EQ(names(loss::aft({.distribution = TimeDistribution::extreme})),
            "aft_extreme concordance interval_accuracy ");
}

TEST(SurvivalMetric, Refusals) {
  const auto data_error = [](const Metric& metric, const Values& times) {
    return refusal<DataError>([&] { metric.evaluate(Tensor::ones({std::ssize(times)}), Tensor::copy_of(times)); });
  };
  EXPECT_EQ(data_error(metric::concordance(), {1, 0}),
            "metric::concordance: label 0 at row 1, but times are finite and above 0, or below where no event came.");
  const auto of_bounds = [](const Metric& metric, double lower, double upper) {
    return [=] { metric.evaluate(Rows{{1}, {lower}, {upper}, {}}.input()); };
  };
  EXPECT_EQ(refusal<DataError>(of_bounds(metric::interval_accuracy(), 3, 2)),
            "metric::interval_accuracy: label from 3 to 2 at row 0, but times are above 0, and the first bound is the "
            "lower one.");
  EXPECT_EQ(refusal<DataError>(of_bounds(metric::of(loss::cox()), 2, 3)),
            "metric::cox: the time at row 0 is from 2 to 3, but it takes times that are known, or known to be above a "
            "bound.");
  EXPECT_EQ(refusal<UndefinedMetric>(of_bounds(metric::of(loss::cox()), 2, no_end)),
            "metric::cox: no row has an event.");
  EXPECT_EQ(refusal<UndefinedMetric>(of_bounds(metric::concordance(), 2, no_end)),
            "metric::concordance: of no two rows it is known that one came before the other.");
  EXPECT_EQ(refusal<ArgumentError>([] {
              metric::concordance().evaluate(Tensor::ones({2, 2}), Tensor::ones({2}));
            }),
            "metric::concordance: predictions have 2 columns, but it takes one.");
  EXPECT_EQ(refusal<ArgumentError>([] {
              metric::concordance().evaluate(Tensor::ones({2}), Tensor::ones({2, 3}));
            }),
            "metric::concordance: there are 3 labels a row, but a time is one, or two bounds.");
}

}  // namespace
}  // namespace linden
