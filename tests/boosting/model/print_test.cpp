// Models and configurations as text, and what empty ones say.
#include <gtest/gtest.h>

#include "boosting/random_data.hpp"
#include "empty_model.hpp"

namespace linden {
namespace {

BoostedModel step_model() {
  RandomData data;
  add_numbers(data, {});
  add_numbers(data, std::vector<double>(100, 1));
  for (int row = 0; row < 100; ++row) {
    data.features[0].values.push_back(row);
    data.label.push_back(row < 50 ? 0 : 1);
  }
  return fit_boosted(data.dataset({"step", "flat"}), {.loss = loss::logistic(), .rounds = 3, .max_leaves = 2});
}

TEST(Print, ABoostedModel) {
  EXPECT_EQ(text_of(step_model()),
            "model       boosted: 3 rounds, 3 trees, 6 leaves, depth up to 1\n"
            "loss        logistic\n"
            "label       0, 1\n"
            "features    2: step, flat\n"
            "gain        step 100 %\n");
  EXPECT_EQ(text_of(BoostedModel()), "model       boosted: empty\n");
}

TEST(Print, AModelOfAnotherLibraryWithLeavesOfSeveralValues) {
  EXPECT_EQ(text_of(BoostedModel::load(LINDEN_SOURCE_DIR "/tests/golden/models/boosted_vectors.json")),
            "model       boosted: 2 rounds, 2 trees, 5 leaves of 3 values, depth up to 2\n"
            "loss        multiclassova, with link sigmoid\n"
            "label       kind: oak, elm, ash\n"
            "features    2: age, job\n"
            "gain        age 75 %, job 25 %\n");
}

TEST(Print, Configurations) {
  EXPECT_EQ(
      text_of(BoostingConfig{.loss = loss::quantile({.level = 0.9}), .rounds = 7}),
      "loss = quantile, loss.level = 0.9, rounds = 7, learning_rate = 0.1, growth = leaf_wise, max_leaves = automatic, "
      "max_depth = 0, max_bins = 256, l1 = 0, l2 = automatic, min_gain = 0, min_child_weight = 0.001, "
      "min_rows_in_leaf = automatic, row_fraction = automatic, feature_fraction = 1, seed = 0");
  EXPECT_TRUE(text_of(BoostingConfig{.constraints = {.monotone = {{"age", 1}, {"income", -1}}}})
                  .ends_with(", seed = 0, constraints.monotone = age=1,income=-1"));
}

TEST(EmptyModel, IsOneUntilSomethingIsAssigned) {
  struct Service {
    BoostedModel model;
  } service;
  EXPECT_TRUE(service.model.empty());
  EXPECT_FALSE(service.model);
  service.model = step_model();
  EXPECT_TRUE(service.model);
  EXPECT_EQ(service.model.rounds(), 3);
  const BoostedModel taken = std::move(service.model);
  EXPECT_TRUE(service.model.empty());
  EXPECT_FALSE(taken.empty());
}

TEST(EmptyModel, RefusesEveryOtherCall) {
  const BoostedModel model;
  double out = 0;
  expect_refuses_calls(model, "BoostedModel", "fit_boosted",
                       {{"has_config", [&] { model.has_config(); }},
                        {"predict_row",
                         [&] {
                           model.predict_row(std::vector<RowValue>{1.0}, {&out, 1});
                         }},
                        {"row_predictor", [&] { model.row_predictor({"a"}); }},
                        {"rounds", [&] { model.rounds(); }},
                        {"trees", [&] { model.trees(); }},
                        {"initial_score", [&] { model.initial_score(); }},
                        {"categories", [&] { model.categories(0); }},
                        {"category_groups", [&] { model.category_groups(0); }},
                        {"is_categorical", [&] { model.is_categorical(0); }},
                        {"importances", [&] { model.importances(); }},
                        {"history", [&] { model.history(); }},
                        {"seconds_binning", [&] { model.seconds_binning(); }},
                        {"seconds_training", [&] { model.seconds_training(); }}});
}

}  // namespace
}  // namespace linden
