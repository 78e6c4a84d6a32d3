// Partial dependence against its definition, and against what is known of planes.
#include <gtest/gtest.h>

#include "inspection/small_models.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

TEST(PartialDependence, OfAPlaneIsItsLine) {
  const LinearModel model = plane_model();
  const Dataset data = plane(80, 2);
  const Dependence found = partial_dependence(model, data, "a", {.points = 5});
  ASSERT_EQ(found.axis.values.size(), 5u);
  double mean_b = 0;
  for (int row = 0; row < 80; ++row) mean_b += data.columns()[1].values.at<double>({row}) / 80;
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_NEAR(found.values.at<double>({static_cast<std::int64_t>(i)}), 3 * found.axis.values[i] - 2 * mean_b, 1e-6);
}

TEST(PartialDependence, IsTheMeanOverRowsByTheirWeights) {
  const BoostedModel model = mixed_model();
  std::vector<double> weight;
  for (int row = 0; row < 60; ++row) weight.push_back(row % 4);
  const Dataset data = mixed(60).with_weight(weight);
  const Dependence found = partial_dependence(model, data, "kind");
  ASSERT_EQ(found.axis.categories.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    const Dataset moved = data.with_column("kind", NameList(std::vector<std::string>(60, found.axis.categories[i])));
    const Tensor predicted = model.predict(moved);
    double sum = 0, total = 0;
    for (int row = 0; row < 60; ++row) {
      sum += weight[static_cast<std::size_t>(row)] * predicted.at<double>({row});
      total += weight[static_cast<std::size_t>(row)];
    }
    EXPECT_NEAR(found.values.at<double>({static_cast<std::int64_t>(i)}), sum / total, 1e-12);
  }
}

TEST(PartialDependence, OfTwoFeaturesMovesBoth) {
  const BoostedModel model = mixed_model();
  const Dataset data = mixed(40);
  const JointDependence found = partial_dependence(model, data, "x", "kind", {.points = 3});
  EXPECT_EQ(found.values.shape(), (Shape{3, 3}));
  const Dataset moved = data.with_column("x", NumberList(std::vector<double>(40, found.first.values[1])))
                            .with_column("kind", NameList(std::vector<std::string>(40, found.second.categories[2])));
  EXPECT_NEAR(found.values.at<double>({1, 2}), model.predict(moved).mean().item(), 1e-12);
}

TEST(PartialDependence, IsTheMeanOfIndividualCurves) {
  const BoostedModel model = mixed_model();
  const Dataset data = mixed(50);
  const Dependence mean = partial_dependence(model, data, "x", {.points = 7});
  const IndividualDependence each = individual_dependence(model, data, "x", {.points = 7});
  EXPECT_EQ(each.curves.shape(), (Shape{50, 7}));
  for (std::int64_t p = 0; p < 7; ++p)
    EXPECT_NEAR(each.curves.select(1, p).mean().item(), mean.values.at<double>({p}), 1e-12);
  EXPECT_EQ(individual_dependence(model, data, "x", {.max_rows = 11}).rows.size(), 11u);
}

TEST(PartialDependence, HasAColumnForEachOutput) {
  const Dataset data =
      mixed(90).with_label(NameList(std::vector<std::string>{"p", "q", "r"}).empty() ? NameList() : [] {
        std::vector<std::string> names;
        for (int row = 0; row < 90; ++row) names.emplace_back(1, static_cast<char>('p' + row % 3));
        return NameList(names);
      }());
  const BoostedModel model = fit_boosted(data, {.rounds = 3, .max_leaves = 4});
  const Dependence found = partial_dependence(model, data, "x", {.points = 4});
  EXPECT_EQ(found.values.shape(), (Shape{4, 3}));
  for (std::int64_t p = 0; p < 4; ++p) EXPECT_NEAR(found.values.select(0, p).sum().item(), 1, 1e-12);
}

TEST(PartialDependence, Refusals) {
  const LinearModel model = plane_model();
  const Dataset data = plane(20);
  EXPECT_EQ(refusal<ArgumentError>([&] { partial_dependence(model, data, "aa"); }),
            "partial_dependence: the model has no feature \"aa\". Did you mean \"a\"? Features: a, b, c.");
  EXPECT_EQ(refusal<ArgumentError>([&] { partial_dependence(model, data, "a", {.points = 1}); }),
            "partial_dependence: .points is 1; it must be from 2 to 1,000, or 0.");
  EXPECT_EQ(refusal<ArgumentError>([&] { partial_dependence(model, data, "a", {.max_rows = -1}); }),
            "partial_dependence: .max_rows is -1; it must be >= 0.");
  EXPECT_EQ(refusal<ArgumentError>([&] { partial_dependence(model, data, "a", {.output = Output::label}); }),
            "partial_dependence: .output is neither prediction nor score, and others have no mean.");
  EXPECT_EQ(refusal<ArgumentError>([&] { partial_dependence(model, data, "a", "a"); }),
            "partial_dependence: \"a\" is there twice. Hint: two features.");
}

}  // namespace
}  // namespace linden
