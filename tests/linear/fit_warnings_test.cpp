// What a linear fit says beside its certificate.
#include <gtest/gtest.h>

#include <linden/linear.hpp>
#include <string>
#include <vector>

namespace linden {
namespace {

using Warnings = std::vector<std::string>;

Warnings warnings_of_fit(const std::vector<double>& labels, const LinearConfig& config) {
  const std::vector<double> values{1, 2, 4, 8, 9, 3, -1, 5};
  return fit_linear(Dataset::from_rows(std::span(values), 2, {.label = labels, .names = {"a", "b"}}), config)
      .warnings();
}

const std::vector<double> labels{1, 3, 2, 5};

TEST(FitWarnings, AreNoneWhereAllHasAMeaning) {
  EXPECT_EQ(warnings_of_fit(labels, {.l2 = 0.1, .penalty = {.factors = {{"a", 2}}}}), Warnings{});
}

TEST(FitWarnings, TellOfSettingsOfPenaltiesThatThereAreNot) {
  EXPECT_EQ(warnings_of_fit(labels, {.penalty = {.shape = PenaltyShape::mcp}}),
            Warnings{"penalty.shape changes nothing: it is the shape of l1, which is 0."});
  EXPECT_EQ(warnings_of_fit(labels, {.penalty = {.groups = {{"a", "b"}}}}),
            Warnings{"penalty.groups change nothing: penalty.group, their strength, is 0."});
  EXPECT_EQ(warnings_of_fit(labels, {.penalty = {.factors = {{"a", 2}}}}),
            Warnings{"penalty.factors change nothing: there is no penalty for them to multiply."});
}

TEST(FitWarnings, TellOfALabelThatIsTheSameInAllRows) {
  EXPECT_EQ(warnings_of_fit({3, 3, 3, 3}, {}), Warnings{"there is nothing to learn: the label is 3 in all rows."});
  EXPECT_EQ(warnings_of_fit({3, 3, 3, 3}, {.intercept = false}), Warnings{}) << "weights then say something";
}

}  // namespace
}  // namespace linden
