// Brier scores and Kaplan and Meier's curves against their definitions, row by row; values worked out by hand.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <linden/metric.hpp>
#include <linden/ops.hpp>
#include <random>
#include <vector>

#include "refusal.hpp"

namespace linden {
namespace {

using Values = std::vector<double>;

// The product over the times up to `time` (before it, unless `with`) of the share that stays.
double product(const Values& label, const Values& weight, bool of_events, double time, bool with) {
  double level = 1;
  Values times;
  for (const double t : label) times.push_back(std::abs(t));
  std::ranges::sort(times);
  times.erase(std::unique(times.begin(), times.end()), times.end());
  for (const double t : times) {
    if (with ? t > time : t >= time) break;
    double at_risk = 0, ends = 0;
    for (std::size_t row = 0; row < label.size(); ++row) {
      const double own = std::abs(label[row]);
      const bool event = label[row] > 0;
      if (own > t || (own == t && (of_events || !event))) at_risk += weight[row];
      if (own == t && event == of_events) ends += weight[row];
    }
    if (ends > 0) level *= 1 - ends / at_risk;
  }
  return level;
}

TEST(Brier, KaplanMeierByHand) {
  const Tensor label = Tensor::copy_of(Values{1, -2, 3, 4});
  EXPECT_EQ(kaplan_meier(label, {0.5, 1, 2.5, 3, 4, 9}), (Values{1, 0.75, 0.75, 0.375, 0, 0}));
  // At one time events come first: the row that leaves at 2 was at risk.
  EXPECT_EQ(kaplan_meier(Tensor::copy_of(Values{2, -2, 5, -5}), {2, 5}), (Values{0.75, 0.375}));
  EXPECT_EQ(kaplan_meier(Tensor::copy_of(Values{1, 2}), {1}, Tensor::copy_of(Values{3, 1})), Values{0.25});
}

TEST(Brier, IsTheWeightedSquareOfTheDefinition) {
  std::mt19937_64 random(3);
  Values label, weight, curves;
  const Values times{2, 5, 5.5, 9};
  for (int row = 0; row < 60; ++row) {
    const double time = static_cast<double>(1 + random() % 12);
    label.push_back(random() % 3 == 0 ? -time : time);
    weight.push_back(static_cast<double>(1 + random() % 3));
    for (std::size_t t = 0; t < times.size(); ++t) curves.push_back(static_cast<double>(random() % 1000) / 999);
  }
  const Tensor survival = Tensor::copy_of(std::span<const double>(curves), {60, 4});
  for (const bool weighted : {false, true}) {
    const Values w = weighted ? weight : Values(60, 1.0);
    Values wanted;
    for (std::size_t t = 0; t < times.size(); ++t) {
      double sum = 0, total = 0;
      for (std::size_t row = 0; row < 60; ++row) {
        total += w[row];
        const double own = std::abs(label[row]), s = curves[row * 4 + t];
        if (own <= times[t] && label[row] > 0) sum += w[row] * s * s / product(label, w, false, own, false);
        if (own > times[t]) sum += w[row] * (1 - s) * (1 - s) / product(label, w, false, times[t], true);
      }
      wanted.push_back(sum / total);
    }
    const BrierOptions options{.weight = weighted ? Tensor::copy_of(weight) : Tensor()};
    const Values found = brier_scores(survival, times, Tensor::copy_of(label), options);
    for (std::size_t t = 0; t < times.size(); ++t) EXPECT_NEAR(found[t], wanted[t], 1e-13);
    double area = 0;
    for (std::size_t t = 1; t < times.size(); ++t) area += (wanted[t] + wanted[t - 1]) / 2 * (times[t] - times[t - 1]);
    EXPECT_NEAR(integrated_brier_score(survival, times, Tensor::copy_of(label), options), area / 7, 1e-13);
    const Values km = kaplan_meier(Tensor::copy_of(label), times, options.weight);
    for (std::size_t t = 0; t < times.size(); ++t) EXPECT_NEAR(km[t], product(label, w, true, times[t], true), 1e-14);
  }
}

TEST(Brier, WithoutCensoringIsTheMeanSquare) {
  const Tensor label = Tensor::copy_of(Values{1, 2, 3, 4});
  EXPECT_EQ(integrated_brier_score(Tensor::full({4}, 0.5), {2.5}, label), 0.25);
  EXPECT_EQ(brier_scores(Tensor::copy_of(Values{0, 0, 1, 1}), {2.5}, label), Values{0});
}

TEST(Brier, TakesCensoringFromOtherRows) {
  const Tensor label = Tensor::copy_of(Values{1, -2, 3, 4}), survival = Tensor::full({4}, 0.5);
  const double own = integrated_brier_score(survival, {3}, label);
  EXPECT_NEAR(own, (0.25 + 0.25 * 1.5 + 0.25 * 1.5) / 4, 1e-15);
  const double other =
      integrated_brier_score(survival, {3}, label, {.censoring_label = Tensor::copy_of(Values{-1, 5, 5, 5})});
  EXPECT_NEAR(other, (0.25 + 0.25 / 0.75 + 0.25 / 0.75) / 4, 1e-15);
}

TEST(Brier, Refusals) {
  const Tensor label = Tensor::copy_of(Values{1, -2}), half = Tensor::full({2}, 0.5);
  EXPECT_EQ(refusal<ArgumentError>([&] {
              brier_scores(half, {2, 1}, label);
            }),
            "brier_scores: time 1 is 1; times are finite and ascend.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              integrated_brier_score(half, {1, 2}, label);
            }),
            "integrated_brier_score: survival has shape [2], but there are 2 rows and 2 times.");
  EXPECT_EQ(refusal<DataError>([&] { brier_scores(Tensor::full({2}, 1.5), {1}, label); }),
            "brier_scores: survival is 1.5 at row 0, but probabilities are from 0 to 1.");
  EXPECT_EQ(refusal<DataError>([&] { kaplan_meier(Tensor::copy_of(Values{0}), {1}); }),
            "kaplan_meier: label 0 at row 0, but times are finite and above 0, or below where no event came.");
  EXPECT_EQ(refusal<DataError>([&] {
              kaplan_meier(Tensor::copy_of(std::span<const double>(Values{1, 2}), {1, 2}), {1});
            }),
            "kaplan_meier: the time at row 0 is from 1 to 2, but it takes times that are known, or known to be above a "
            "bound.");
  EXPECT_EQ(
      refusal<UndefinedMetric>([&] {
        brier_scores(half, {1.5}, Tensor::copy_of(Values{1, 2}), {.censoring_label = Tensor::copy_of(Values{-1})});
      }),
      "brier_scores: by time 1.5 all rows were lost from sight, so that nothing is known of those after it. Hint: "
      "earlier times.");
}

}  // namespace
}  // namespace linden
