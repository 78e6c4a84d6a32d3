// What fit_linear refuses of penalties, bounds and losses with corners.
#include <gtest/gtest.h>

#include <linden/error.hpp>
#include <linden/linear.hpp>
#include <linden/ops.hpp>
#include <string>
#include <vector>

#include "linear/random_rows.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

TEST(LinearRefusals, NamesThatAreNoColumn) {
  const Dataset data = RandomRows(loss::squared(), false, 1, 30, 2).dataset();
  const std::string rest = ": the data has no feature \"f7\". Did you mean \"f0\"? Features: f0, f1.";
  EXPECT_EQ(refusal<ArgumentError>([&] {
              fit_linear(data, {.penalty = {{{"f7", 0}}}});
            }),
            "LinearConfig.penalty.factors" + rest);
  EXPECT_EQ(refusal<ArgumentError>([&] {
              fit_linear(data, {.constraints = {.upper = {{"f7", 1}}}});
            }),
            "LinearConfig.constraints.upper" + rest);
}

TEST(LinearRefusals, BoundsOfLossesWhoseHessianIsNotKnown) {
  const Dataset data = RandomRows(loss::squared(), false, 1, 30, 2).dataset();
  const auto centred = [](const Tensor& s, const Tensor& y) { return square(y - s - mean(y - s)) / 2; };
  const LinearConfig config{.loss = loss::custom("centred", centred), .constraints = {.nonnegative = true}};
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_linear(data, config); }),
            "fit_linear: bounds of weights want the Hessian, and that of loss \"centred\", which mixes rows, is not "
            "known. Hint: leave them out, or a loss that is evaluated row by row, with one score.");
}

TEST(LinearRefusals, CornersOfTooManyColumns) {
  constexpr int columns = 9000;
  std::vector<double> values;
  for (int i = 0; i < 3 * columns; ++i) values.push_back(i * i % 7);
  const std::vector<double> labels{1, 2, 0};
  const Dataset data = Dataset::from_rows(std::span(values), columns, {.label = labels});
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_linear(data, {.loss = loss::absolute(), .l1 = 1}); }),
            "fit_linear: loss absolute is fitted by an interior point, which solves for all weights at once, and 9001 "
            "are too many (8192 at most). Hint: l2 alone, on the CPU (dual_descent), fewer columns, or a loss that is "
            "like it and has curvature, huber or squared_epsilon_insensitive.");
}

}  // namespace
}  // namespace linden
