// When the scores of a point prove that the loss has no minimum.
#include "linear/optimality/separation.hpp"

#include <gtest/gtest.h>

#include <linden/ops.hpp>

#include "linear/small_fit.hpp"

namespace linden {
namespace {

/// Whether weight 1 on the only feature x, which is its own score, separates the labels.
bool separates_at(const Loss& loss, std::vector<double> x, std::vector<double> labels, std::vector<double> weights = {},
                  std::vector<double> at = {1, 0}) {
  RandomRows rows(loss, false, 1);
  rows.rows = static_cast<int>(x.size());
  rows.features = 1;
  rows.values = std::move(x);
  rows.labels = std::move(labels);
  rows.weights = std::move(weights);
  SmallFit fit(loss, rows, 0, 0, true);
  at.back() += at[0] * fit.design.shift()[0] * fit.design.factor()[0];
  return separates(fit.objective.evaluate(at));
}

TEST(Separation, IsProvenByScoresOnTheRightSideOfZero) {
  EXPECT_TRUE(separates_at(loss::logistic(), {-1, -0.5, 0.25, 2}, {0, 0, 1, 1}));
  EXPECT_FALSE(separates_at(loss::logistic(), {-1, 0.5, 0.25, 2}, {0, 0, 1, 1}));
  EXPECT_FALSE(separates_at(loss::logistic(), {-1, -0.5, -0.25, 2}, {0, 0, 1, 1}));
  EXPECT_TRUE(separates_at(loss::focal(), {-1, -0.5, 0.25, 2}, {0, 0, 1, 1}));
}

TEST(Separation, RowsOfOneClassAreSeparatedByTheIntercept) {
  EXPECT_TRUE(separates_at(loss::logistic(), {1, 2, 3}, {1, 1, 1}));
  EXPECT_FALSE(separates_at(loss::logistic(), {1, 2, 3}, {0, 0, 0}));
  EXPECT_TRUE(separates_at(loss::logistic(), {1, 2, 3}, {0, 0, 0}, {}, {1, -9}));
}

TEST(Separation, RowsOfWeightZeroDoNotCount) {
  EXPECT_TRUE(separates_at(loss::logistic(), {-1, 3, 0.25, 2}, {0, 0, 1, 1}, {1, 0, 1, 2}));
  EXPECT_FALSE(separates_at(loss::logistic(), {-1, 3, 0.25, 2}, {0, 0, 1, 1}, {1, 1e-9, 1, 2}));
}

TEST(Separation, RoundingProvesNothing) {
  EXPECT_FALSE(separates_at(loss::logistic(), {-1e3, -1, 1e-14, 1e3}, {0, 0, 1, 1}));
}

TEST(Separation, SoftmaxWantsTheLabelsScoreLargest) {
  const Loss softmax = loss::softmax({.classes = 3});
  RandomRows rows(softmax, false, 1);
  rows.rows = 3;
  rows.features = 1;
  rows.values = {-1, 0, 1};
  rows.labels = {0, 1, 2};
  SmallFit fit(softmax, rows, 0, 0, true, 1);
  // Scores -x, 0.5, x: each is the largest once.
  EXPECT_TRUE(separates(fit.objective.evaluate(std::vector<double>{-1, 0, 0, 0.5, 1, 0})));
  EXPECT_FALSE(separates(fit.objective.evaluate(std::vector<double>{-1, 0, 0, 1.5, 1, 0})));
}

TEST(Separation, OtherLossesAreNotSeparated) {
  EXPECT_FALSE(separates_at(loss::squared(), {-1, -0.5, 0.25, 2}, {0, 0, 1, 1}));
  EXPECT_FALSE(separates_at(loss::poisson(), {-1, -0.5, 0.25, 2}, {0, 0, 1, 1}));
  const Loss hinge = loss::custom(
      "squared hinge", [](const Tensor& s, const Tensor& y) { return square(maximum(1 - (2 * y - 1) * s, 0.0)); },
      {.link = Link::sigmoid});
  EXPECT_FALSE(separates_at(hinge, {-1, -0.5, 0.25, 2}, {0, 0, 1, 1}));
}

}  // namespace
}  // namespace linden
