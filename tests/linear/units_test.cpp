// What goes between the data and standardised columns.
#include "linear/units.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "linear/small_fit.hpp"

namespace linden {
namespace {

using Vector = std::vector<double>;

/// Columns of deviation 1 and 2, means 1 and -2.
struct TwoColumns {
  explicit TwoColumns(bool intercept = true)
      : workers(1),
        context(Device::cpu(), workers),
        data(Dataset::from_rows(std::span<const double>(values), 2)),
        rows(backend_of(Device::cpu()), context, loss, labels, {}),
        design("test", data, {}, intercept, workers),
        objective(rows, design, {Vector(3), Vector(3)}) {}

  Vector values = {0, 0, 2, -4, 0, -4, 2, 0}, labels = {1, 2, 3, 5};
  Loss loss = loss::squared();
  Workers workers;
  DeviceContext context;
  Dataset data;
  LinearRows rows;
  Design design;
  Objective objective;
};

TEST(Units, PenaltiesAreOfTheColumnsThatTheConfigurationNames) {
  const TwoColumns two;
  const Penalty scaled = penalty_of({.l1 = 0.5, .l2 = 3}, two.design);
  EXPECT_EQ(scaled.l1, (Vector{0.5, 0.5, 0}));
  EXPECT_EQ(scaled.l2, (Vector{3, 3, 0}));
  // A weight of the data is that of its standardised column by the deviation.
  const Penalty as_they_are = penalty_of({.l1 = 0.5, .l2 = 3, .standardize = false}, two.design);
  EXPECT_EQ(as_they_are.l1, (Vector{0.5, 0.25, 0}));
  EXPECT_EQ(as_they_are.l2, (Vector{3, 0.75, 0}));
}

TEST(Units, PenaltiesStayWithinTheRangeOfNumbers) {
  const TwoColumns two;
  EXPECT_EQ(penalty_of({.l1 = 1e300, .l2 = 1e-200}, two.design).l1, (Vector{1e280, 1e280, 0}));
  EXPECT_EQ(penalty_of({.l1 = 1e300, .l2 = 1e-200}, two.design).l2, (Vector{0, 0, 0}));
}

TEST(Units, WeightsOfTheDataGiveTheSameScores) {
  for (const bool intercept : {true, false}) {
    TwoColumns two(intercept);
    const Point point = two.objective.evaluate(Vector{3, -5, intercept ? 7.0 : 0.0});
    Vector weights = {99}, intercepts;
    append_in_units_of_data(point, weights, intercepts);
    ASSERT_EQ(weights.size(), 3u);
    EXPECT_EQ(weights[0], 99);
    ASSERT_EQ(intercepts.size(), 1u);
    if (intercept) {
      EXPECT_EQ(weights[1], 3);
      EXPECT_EQ(weights[2], -2.5);
      EXPECT_EQ(intercepts[0], 7 - 3 - 5);
    } else {
      EXPECT_EQ(intercepts[0], 0);
    }
    const Vector scores = point.scores();
    for (std::size_t i = 0; i < 4; ++i) {
      const double score = weights[1] * two.values[2 * i] + weights[2] * two.values[2 * i + 1] + intercepts[0];
      EXPECT_NEAR(score, scores[i], 1e-14) << i;
    }
  }
}

TEST(Units, RoundingOfWeightsCostsTheCurvatureTimesItsSquare) {
  TwoColumns two;
  // Sizes: 3 (1 + |1 / 1|), 5 (1 + |-2 / 2|) and the intercept's 7, each off by 4 epsilon; the curvature is 1.
  const double off = 4 * std::numeric_limits<double>::epsilon() * (6 + 10 + 7);
  EXPECT_DOUBLE_EQ(weight_rounding(two.objective.evaluate(Vector{3, -5, 7})), off * off / 2);
  EXPECT_EQ(weight_rounding(two.objective.evaluate(Vector{0, 0, 7})), 0);
}

}  // namespace
}  // namespace linden
