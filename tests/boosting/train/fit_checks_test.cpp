// What a fit says of a model that learned nothing, of losses without curvature and of metrics that never were numbers.
#include <gtest/gtest.h>

#include <linden/ops.hpp>

#include "boosting/random_data.hpp"

namespace linden {
namespace {

using Warnings = std::vector<std::string>;

RandomData step(int rows) {
  RandomData data;
  add_numbers(data, {});
  for (int row = 0; row < rows; ++row) {
    data.features[0].values.push_back(row);
    data.label.push_back(2 * row < rows ? 0 : 1);
  }
  return data;
}

Warnings warnings_of(const RandomData& data, const BoostingConfig& config, const FitOptions& options = {}) {
  return fit_boosted(data.dataset(), config, options).warnings();
}

Warnings nothing_learned(const std::string& why) {
  return {"no split was possible, so that all predictions are the same: " + why + "."};
}

TEST(FitWarnings, AreNoneForAModelThatLearned) {
  EXPECT_EQ(warnings_of(step(40), {.rounds = 2}), Warnings{});
  EXPECT_EQ(warnings_of(step(40), {.loss = loss::logistic(), .rounds = 2}), Warnings{});
}

TEST(FitWarnings, TooFewRowsForTwoLeaves) {
  EXPECT_EQ(warnings_of(step(39), {.rounds = 2}),
            nothing_learned("a tree sees 39 rows, and each of two leaves needs .min_rows_in_leaf = 20. Hint: a smaller "
                            ".min_rows_in_leaf"));
  EXPECT_EQ(warnings_of(step(100), {.rounds = 2, .row_fraction = 0.3}),
            nothing_learned("a tree sees 30 rows, and each of two leaves needs .min_rows_in_leaf = 20. Hint: a smaller "
                            ".min_rows_in_leaf"));
}

TEST(FitWarnings, TooLittleWeightForTwoLeaves) {
  RandomData data = step(1000);
  data.weight.assign(1000, 1e-6);
  EXPECT_EQ(warnings_of(data, {.loss = loss::logistic(), .rounds = 2}),
            nothing_learned("the curvatures of all rows add up to 0.00025, and each of two leaves needs "
                            ".min_child_weight = 0.001. Hint: a smaller .min_child_weight, or larger weights"));
  EXPECT_EQ(warnings_of(data, {.loss = loss::logistic(), .rounds = 2, .min_child_weight = 1e-5}), Warnings{});
}

TEST(FitWarnings, LabelsBelowSinglePrecision) {
  const auto warnings = [](double unit) {
    RandomData data = step(100);
    for (double& y : data.label) y *= unit;
    return warnings_of(data, {.loss = loss::squared(), .rounds = 2});
  };
  EXPECT_EQ(warnings(1e-45), nothing_learned("every gradient is 0 in single precision, which ends at 1.4e-45. Hint: a "
                                             "label (or weights) in other units"));
  EXPECT_EQ(warnings(1e-43), Warnings{});
}

TEST(FitWarnings, NothingThatVaries) {
  RandomData data = step(100);
  std::ranges::fill(data.features[0].values, 4);
  EXPECT_EQ(warnings_of(data, {.rounds = 2}), nothing_learned("1 feature has one value in all rows"));
  data = step(100);
  std::ranges::fill(data.label, 0.1);
  EXPECT_EQ(warnings_of(data, {.rounds = 2}), nothing_learned("the label is 0.1 in all rows"));
}

TEST(FitWarnings, GainsBelowTheSmallest) {
  EXPECT_EQ(warnings_of(step(100), {.rounds = 2, .min_gain = 1e6}),
            nothing_learned("no split within the limits of the configuration gained more than .min_gain = 1000000"));
}

TEST(FitWarnings, ALossWithoutCurvature) {
  const Loss loss = loss::custom("distance", [](const Tensor& s, const Tensor& y) { return abs(s - y); });
  const Warnings warnings = warnings_of(step(100), {.loss = loss, .rounds = 2});
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_EQ(warnings[0], nothing_learned("the curvatures of all rows add up to 0, and each of two leaves needs "
                                         ".min_child_weight = 0.001. Hint: a smaller .min_child_weight, or larger "
                                         "weights")[0]);
  EXPECT_EQ(warnings[1],
            "the curvature of loss \"distance\" is 0 in all rows: steps are gradients over .l2 = 1, and with "
            ".min_child_weight > 0 no split is possible. Hint: .curvature = Curvature::majorising, or Curvature::one.");
}

TEST(FitWarnings, BeginWithTheRemarksOfTheData) {
  std::string text = "x,y\n";
  for (int row = 0; row < 39; ++row)
    text += fmt::format("{},{}\n", row == 7 ? "1.281.501.0" : std::to_string(row), row);
  write_file(scratch() / "remarks.csv", text);
  const Dataset train = Dataset::from_csv(scratch() / "remarks.csv", {.label = "y"});
  ASSERT_EQ(train.remarks().size(), 1u);
  const Warnings warnings = fit_boosted(train, {.rounds = 1}).warnings();
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_EQ(warnings[0], train.remarks()[0]);
  EXPECT_EQ(warnings[1].substr(0, 21), "no split was possible");
}

TEST(FitWarnings, AMetricThatIsUndefinedIsNoError) {
  RandomData one_class = step(40);
  std::ranges::fill(one_class.label, 1.0);
  RandomData two_classes = step(100);
  for (std::size_t i = 0; i < two_classes.label.size(); ++i) two_classes.label[i] = static_cast<double>(i % 2);
  const BoostedModel model = fit_boosted(two_classes.dataset(), {.loss = loss::logistic(), .rounds = 3},
                                         {.valid = one_class.dataset(), .metrics = {metric::auc(), metric::logloss()}});
  ASSERT_EQ(model.history().size(), 3u);
  EXPECT_TRUE(std::isnan(model.history()[2][0].value));
  EXPECT_TRUE(std::isfinite(model.history()[2][1].value));
  EXPECT_EQ(model.warnings().back(),
            "metric \"auc\" is undefined: all rows with a weight have label 1. Hint: it takes rows of both classes.");
}

TEST(FitWarnings, AMetricThatWasNeverFinite) {
  const Metric broken("ratio", false, [](const MetricInput&) { return missing_value; });
  EXPECT_EQ(warnings_of(step(100), {.rounds = 3}, {.valid = step(40).dataset(), .metrics = {metric::rmse(), broken}}),
            Warnings{"metric \"ratio\" was not finite in any round (nan in the last)."});
}

}  // namespace
}  // namespace linden
