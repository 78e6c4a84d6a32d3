// Leaves fitted anew: against sums over the rows of each leaf, tree by tree.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "boosting/rows_and_modes.hpp"

namespace linden {
namespace {

TEST(Refit, OfTheSameRowsIsTheSameModel) {
  for (const std::string loss : {"squared", "logistic", "softmax", "poisson"})
    for (const Settings& settings : {Settings{}, {{"schedule.decay", "linear"}}, {{"l1", "0.5"}, {"l2", "3"}}}) {
      const Dataset train = rows_for(loss, 500);
      const BoostedModel model = fit_boosted(train, config_of(settings, loss));
      const BoostedModel again = refit_leaves(model, train, {.decay = 0});
      for (std::size_t t = 0; t < model.trees().size(); ++t)
        for (std::size_t leaf = 0; leaf < model.trees()[t].leaf_values.size(); ++leaf) {
          const double value = model.trees()[t].leaf_values[leaf];
          ASSERT_NEAR(again.trees()[t].leaf_values[leaf], value, 1e-6 * std::abs(value)) << loss << t;
        }
      EXPECT_EQ(bytes_of(refit_leaves(model, train, {.decay = 1})), bytes_of(model));
      EXPECT_EQ(bytes_of(refit_leaves(model, train, {.decay = 0, .threads = 1})),
                bytes_of(refit_leaves(model, train, {.decay = 0, .threads = 5})));
    }
}

TEST(Refit, FollowsNewRowsTreeByTree) {
  const Dataset all = rows_for("squared", 700);
  std::vector<std::int64_t> numbers(700);
  std::iota(numbers.begin(), numbers.end(), 0);
  const Dataset old = all.take(std::span(numbers).first(600)), fresh = all.take(std::span(numbers).last(100));
  const BoostedModel model = fit_boosted(old, config_of({}, "squared", 6));
  const BoostedModel refitted = refit_leaves(model, fresh, {.decay = 0.7});
  const Tensor leaf = model.predict(fresh, {.output = Output::leaf});
  std::vector<double> score(100, model.initial_score()[0]);
  const std::vector<double> labels = numbers_of(fresh.label());
  bool any_empty = false;
  for (std::size_t t = 0; t < 6; ++t) {
    const std::vector<double>& before = model.trees()[t].leaf_values;
    std::vector<double> residual(before.size()), rows(before.size());
    const auto leaf_of = [&](std::size_t row) {
      return static_cast<std::size_t>(
          leaf.at<std::int32_t>({static_cast<std::int64_t>(row), static_cast<std::int64_t>(t)}));
    };
    for (std::size_t row = 0; row < 100; ++row) {
      residual[leaf_of(row)] += labels[row] - score[row];
      ++rows[leaf_of(row)];
    }
    for (std::size_t i = 0; i < before.size(); ++i) {
      any_empty = any_empty || rows[i] == 0;
      const double expected = rows[i] == 0 ? before[i] : 0.7 * before[i] + 0.3 * 0.1 * residual[i] / (rows[i] + 1);
      EXPECT_NEAR(refitted.trees()[t].leaf_values[i], expected, 1e-6 * (1 + std::abs(expected)));
    }
    for (std::size_t row = 0; row < 100; ++row) score[row] += refitted.trees()[t].leaf_values[leaf_of(row)];
  }
  EXPECT_TRUE(any_empty);
  EXPECT_EQ(numbers_of(refitted.predict(fresh)), score);
}

TEST(Refit, OfAForestEveryTreeStartsFromTheConstant) {
  const Dataset train = rows_for("squared", 400);
  const BoostedModel model =
      fit_boosted(train, config_of({{"mode.kind", "forest"}, {"row_fraction", "0.5"}}, "squared", 4));
  const BoostedModel all = refit_leaves(model, train, {.decay = 0});
  const Tensor leaf = model.predict(train, {.output = Output::leaf});
  for (std::int64_t t = 0; t < 4; ++t) {
    const Tree& tree = all.trees()[static_cast<std::size_t>(t)];
    std::vector<double> residual(static_cast<std::size_t>(tree.leaves())), rows = residual;
    for (std::int64_t row = 0; row < 400; ++row) {
      residual[static_cast<std::size_t>(leaf.at<std::int32_t>({row, t}))] +=
          train.label().at<double>({row}) - model.initial_score()[0];
      ++rows[static_cast<std::size_t>(leaf.at<std::int32_t>({row, t}))];
    }
    for (std::size_t i = 0; i < rows.size(); ++i)
      EXPECT_NEAR(tree.leaf_values[i], residual[i] / (rows[i] + 1) / 4, 1e-6);
  }
}

TEST(Refit, WhatHasNoNewLeavesIsRefused) {
  const Dataset train = rows_for("squared", 200);
  const auto refused = [&](const Settings& settings, const std::string& loss, double decay = 0.5) {
    const BoostedModel model = fit_boosted(train, config_of(settings, loss, 2));
    return refusal<ArgumentError>([&] { refit_leaves(model, train, {.decay = decay}); });
  };
  EXPECT_EQ(refused({}, "squared", 1.5), "refit_leaves: .decay is 1.5; it must be in [0, 1].");
  EXPECT_EQ(refused({{"mode.kind", "dart"}}, "squared"),
            "refit_leaves: the trees of a model of DART have weights that the model does not keep apart.");
  EXPECT_EQ(
      refused({}, "absolute"),
      "refit_leaves: the leaves of loss \"absolute\" are order statistics, which are not fitted anew. Hint: huber "
      "is like absolute.");
  const BoostedModel merged = merge_models({{fit_boosted(train, config_of({}, "squared", 2)), 1}});
  EXPECT_EQ(refusal<ArgumentError>([&] { refit_leaves(merged, train); }),
            "refit_leaves: the model has no configuration, which says what a leaf is worth.");
  EXPECT_EQ(refusal<ArgumentError>([&] { refit_leaves(BoostedModel(), train); }), "refit_leaves: the model is empty.");
}

}  // namespace
}  // namespace linden
