// Some rounds of a model, and sums of several: predictions against those of their parts.
#include <gtest/gtest.h>

#include <numeric>

#include "boosting/model/model.hpp"
#include "boosting/rows_and_modes.hpp"

namespace linden {
namespace {

std::vector<double> scores(const BoostedModel& model, const Dataset& data, int rounds = 0) {
  return numbers_of(model.predict(data, {.output = Output::score, .rounds = rounds}));
}

void expect_near(const std::vector<double>& a, const std::vector<double>& b, const std::string& what) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-9 * (1 + std::abs(b[i]))) << what << i;
}

TEST(Slice, HasItsRoundsAndNoOthers) {
  for (const std::string loss : {"squared", "softmax"}) {
    const Dataset train = rows_for(loss, 400);
    for (const Settings& settings : {Settings{}, {{"mode.parallel_trees", "2"}, {"row_fraction", "0.5"}}}) {
      const BoostedModel model = fit_boosted(train, config_of(settings, loss, 6));
      const BoostedModel first = model.first_rounds(4), middle = model.slice(2, 5);
      EXPECT_EQ(first.rounds(), 4);
      EXPECT_EQ(middle.rounds(), 3);
      EXPECT_EQ(scores(first, train), scores(model, train, 4));
      const std::vector<double> to_two = scores(model, train, 2), to_five = scores(model, train, 5);
      std::vector<double> expected = scores(model, train, 1);
      for (std::size_t i = 0; i < expected.size(); ++i)
        expected[i] = model.initial_score()[i % model.initial_score().size()] + to_five[i] - to_two[i];
      expect_near(scores(middle, train), expected, loss);
      EXPECT_EQ(bytes_of(BoostedModel::from_string(middle.to_string())), bytes_of(middle));
    }
  }
}

TEST(Slice, OfAForestIsTheMeanOfItsRounds) {
  const Dataset train = rows_for("squared", 400);
  const Settings forest{{"mode.kind", "forest"}, {"row_fraction", "0.5"}};
  const BoostedModel six = fit_boosted(train, config_of(forest, "squared", 6));
  const BoostedModel two = fit_boosted(train, config_of(forest, "squared", 2));
  expect_near(scores(six.first_rounds(2), train), scores(two, train), "");
  expect_near(scores(six, train, 2), scores(two, train), "");
  const BoostedModel rest = six.slice(2, 6);
  expect_near(scores(merge_models({{two, 1.0 / 3}, {rest, 2.0 / 3}}), train), scores(six, train), "");
}

TEST(Slice, RoundsThatAreNotThereAreRefused) {
  const BoostedModel model = fit_boosted(rows_for("squared", 200), config_of({}, "squared", 3));
  for (const auto& [first, last] : {std::pair(-1, 2), {2, 2}, {3, 2}, {0, 4}})
    EXPECT_EQ(refusal<ArgumentError>([&, a = first, b = last] { model.slice(a, b); }),
              fmt::format("BoostedModel::slice: rounds {} to {} of a model that has 3.", first, last));
  EXPECT_EQ(refusal<ArgumentError>([&] { BoostedModel().first_rounds(1); }),
            "BoostedModel::slice: the model is empty. Hint: fit_boosted and BoostedModel::load make one.");
}

// The models are fitted to other rows each, so that their categories are grouped in ways of their own, and some are in
// no row of one of them.
TEST(Merge, IsTheWeightedSumOfScores) {
  for (const std::string loss : {"squared", "softmax"})
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      Random random(seed);
      RandomData data = random_data(random, 900, 3, loss, 30);
      add_codes(data, random_codes(random, 900, 230, 0.1), 230);
      add_codes(data, random_codes(random, 900, 250, 0.1), 250);
      const Dataset all = data.dataset();
      std::vector<std::int64_t> numbers(900);
      std::iota(numbers.begin(), numbers.end(), 0);
      std::vector<WeightedModel> models;
      std::vector<double> expected;
      for (int m = 0; m < 3; ++m) {
        BoostingConfig config = config_of({}, loss, 2 + m);
        if (loss == "softmax") config.loss = loss::softmax({.classes = 3});
        config.min_rows_in_leaf = 1;
        const auto part = std::span(numbers).subspan(static_cast<std::size_t>(m) * 250, 300);
        models.push_back({fit_boosted(all.take(part), config), random.one_of({1.0, -0.5, 0.25})});
        const std::vector<double> its = scores(models.back().model, all);
        expected.resize(its.size());
        for (std::size_t i = 0; i < its.size(); ++i) expected[i] += models.back().weight * its[i];
      }
      const BoostedModel merged = merge_models(models);
      EXPECT_EQ(merged.rounds(), 2 + 3 + 4);
      EXPECT_FALSE(merged.has_config());
      expect_near(scores(merged, all), expected, fmt::format("{} {}: ", loss, seed));
      const BoostedModel loaded = BoostedModel::from_string(merged.to_string());
      EXPECT_EQ(scores(loaded, all), scores(merged, all));
      EXPECT_EQ(loaded.to_string(), merged.to_string());
    }
}

TEST(Merge, GroupsThatNoNodeCouldTellApartAreRefused) {
  Random random(1);
  RandomData data;
  add_codes(data, random_codes(random, 4000, 900, 0), 900);
  for (int row = 0; row < 4000; ++row) data.label.push_back(random.normal());
  std::vector<std::int64_t> numbers(4000);
  std::iota(numbers.begin(), numbers.end(), 0);
  const auto fitted = [&](std::span<const std::int64_t> rows) {
    return fit_boosted(data.dataset().take(rows), config_of({{"categories.encoding", "partition"}}, "squared", 1));
  };
  const std::string why = refusal<ArgumentError>([&] {
    average_models({fitted(std::span(numbers).first(2000)), fitted(std::span(numbers).last(2000))});
  });
  EXPECT_TRUE(why.starts_with("average_models: feature \"x0\" would have ")) << why;
  EXPECT_TRUE(why.ends_with(
      " groups of categories, since the trees of each model group them in another way; at most 256 can be told apart."))
      << why;
}

TEST(Merge, TheAverageOfFoldsIsTheMeanOfTheirScores) {
  const Dataset train = rows_for("logistic", 600);
  std::vector<BoostedModel> models;
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    BoostingConfig config = config_of({{"row_fraction", "0.5"}}, "logistic", 4);
    config.seed = seed;
    models.push_back(fit_boosted(train, config));
  }
  std::vector<double> mean(600);
  for (const BoostedModel& model : models) {
    const std::vector<double> its = scores(model, train);
    for (std::size_t i = 0; i < its.size(); ++i) mean[i] += its[i] / 3;
  }
  const BoostedModel average = average_models(models);
  expect_near(scores(average, train), mean, "");
  EXPECT_EQ(average.classes(), models[0].classes());
  EXPECT_EQ(scores(average_models({models[0]}), train), scores(models[0], train));
}

TEST(Merge, ModelsThatDifferAreRefused) {
  const auto refused = [](const std::vector<WeightedModel>& models) {
    return refusal<ArgumentError>([&] { merge_models(models); });
  };
  const Dataset train = rows_for("squared", 300);
  const BoostedModel model = fit_boosted(train, config_of({}, "squared", 2));
  EXPECT_EQ(refused({}), "merge_models: there are no models.");
  EXPECT_EQ(refusal<ArgumentError>([&] { average_models({}); }), "average_models: there are no models.");
  EXPECT_EQ(refused({{model, 1}, {BoostedModel(), 1}}), "merge_models: model 1 is empty.");
  EXPECT_EQ(refused({{model, missing_value}}), "merge_models: the weight of model 0 is nan; it must be finite.");
  BoostedModel::State large = model.state();
  large.initial_score = {1};
  for (Tree& tree : large.trees) tree.leaf_values.assign(tree.leaf_values.size(), 0.5);
  const auto of = [](const BoostedModel::State& state) {
    return BoostedModel(std::make_shared<const BoostedModel::State>(state));
  };
  EXPECT_EQ(refused({{of(large), 1e308}, {of(large), 1e308}}),
            "merge_models: the weight of model 1 is 1e+308, and what leaves add would not be finite. Hint: a smaller "
            "weight.");
  EXPECT_EQ(merge_models({{of(large), 1e308}, {of(large), -1e308}}).initial_score()[0], 0);
  large.trees[1].leaf_values[0] = -2;
  EXPECT_EQ(refused({{of(large), 1e308}}),
            "merge_models: the weight of model 0 is 1e+308, and what leaves add would not be finite. Hint: a smaller "
            "weight.");
  EXPECT_EQ(refused({{model, 1}, {fit_boosted(train, config_of({}, "fair", 2)), 1}}),
            "merge_models: model 1 has the loss fair (c = 1) with 1 outputs, and not squared with 1.");
  EXPECT_EQ(refused({{model, 1}, {fit_boosted(train.without({"x4"}), config_of({}, "squared", 2)), 1}}),
            "merge_models: model 1 has 4 features and not 5.");
  const Dataset with_offset = train.with_offset(std::vector<double>(300, 0.5));
  const BoostedModel shifted = fit_boosted(with_offset, config_of({}, "squared", 2));
  EXPECT_EQ(refused({{model, 1}, {shifted, 1}}),
            "merge_models: model 1 was fitted with an offset, and not without one.");
  EXPECT_EQ(refused({{shifted, 1}, {shifted, 1}}),
            "merge_models: the models have an offset, and their weights add up to 2, so that the offset of a row would "
            "count so often. Hint: weights that add up to 1.");
  EXPECT_EQ(scores(merge_models({{shifted, 1}}), with_offset), scores(shifted, with_offset));
}

}  // namespace
}  // namespace linden
