// What small data is trained with where rounds are left to choose, and where they are not.
#include <linden/log.hpp>

#include "boosting/categories/statistics_data.hpp"

namespace linden {
namespace {

// A line, with so much noise.
RandomData line(int rows, double noise, std::uint64_t seed = 3) {
  Random random(seed);
  RandomData data;
  std::vector<double> x, other;
  for (int row = 0; row < rows; ++row) {
    x.push_back(random.uniform());
    other.push_back(random.uniform());
    data.label.push_back(x.back() + noise * random.normal());
  }
  add_numbers(data, x);
  add_numbers(data, other);
  return data;
}

std::string values(const BoostingConfig& config) {
  std::string text;
  for (const FieldInfo& field : fields(config)) text += field.name + " = " + field.value + "\n";
  return text;
}

std::string bytes(const BoostedModel& model) { return model.to_string(); }

TEST(FitBoosted, ChoosesForSmallDataAndSaysSo) {
  const Dataset data = line(300, 0.1).dataset();
  std::vector<std::string> remarks;
  set_log([&](LogLevel, std::string_view remark) { remarks.emplace_back(remark); });
  const BoostedModel model = fit_boosted(data, {}, {.threads = 1});
  set_log({});
  const BoostingConfig chosen = model.config();
  ASSERT_EQ(remarks.size(), 1u);
  EXPECT_EQ(remarks[0], fmt::format("rounds = {}, max_leaves = 8, l2 = 1, min_rows_in_leaf = 5, row_fraction = 0.6: "
                                    "chosen for 300 rows; a field that is set stays",
                                    *chosen.rounds));
  EXPECT_EQ(model.rounds(), chosen.rounds);
  EXPECT_EQ(values(with_defaults({}, data)), values(chosen));
  EXPECT_EQ(bytes(fit_boosted(data, chosen)), bytes(model));
  EXPECT_EQ(bytes(fit_boosted(data, {}, {.threads = 3})), bytes(model));
}

TEST(FitBoosted, WhatIsSetStays) {
  const BoostingConfig given{
      .learning_rate = 0.3, .max_leaves = 3, .l2 = 7, .min_rows_in_leaf = 11, .row_fraction = 0.9};
  const BoostingConfig chosen = with_defaults(given, line(200, 0.1).dataset());
  EXPECT_EQ(chosen.learning_rate, 0.3);
  EXPECT_EQ(chosen.max_leaves, 3);
  EXPECT_EQ(chosen.l2, 7);
  EXPECT_EQ(chosen.min_rows_in_leaf, 11);
  EXPECT_EQ(chosen.row_fraction, 0.9);
}

// They have as many leaves as levels allow, with or without rows.
TEST(FitBoosted, ChoosesNoLeavesForObliviousTrees) {
  const Dataset data = line(60, 0.1).dataset();
  const BoostingConfig given{.growth = Growth::oblivious, .max_depth = 2};
  std::string remark;
  set_log([&](LogLevel, std::string_view text) { remark = text; });
  const BoostingConfig chosen = with_defaults(given, data);
  set_log({});
  EXPECT_EQ(remark,
            fmt::format("rounds = {}, l2 = 1, row_fraction = 0.6: chosen for 60 rows; a field that is set stays",
                        *chosen.rounds));
  EXPECT_FALSE(chosen.max_leaves.has_value());
  EXPECT_FALSE(chosen.min_rows_in_leaf.has_value());
  EXPECT_EQ(bytes(fit_boosted(data, chosen)), bytes(fit_boosted(data, given)));
}

TEST(FitBoosted, NoiseIsWorthFewerRoundsThanALine) {
  const int clean = *with_defaults({}, line(200, 0).dataset()).rounds;
  const int noisy = *with_defaults({}, line(200, 3).dataset()).rounds;
  EXPECT_GT(clean, 3 * noisy);
  EXPECT_GE(noisy, 1);
  EXPECT_LE(clean, 480);
}

TEST(FitBoosted, ThoseWhoStateRoundsChooseAll) {
  const Dataset data = line(300, 0.1).dataset();
  const BoostingConfig all{.rounds = 7, .max_leaves = 31, .l2 = 1, .min_rows_in_leaf = 20, .row_fraction = 1};
  EXPECT_EQ(bytes(fit_boosted(data, {.rounds = 7})), bytes(fit_boosted(data, all)));
}

TEST(FitBoosted, OtherDataAndOtherModesHaveConstants) {
  const auto expect_constants = [](const BoostingConfig& config, const Dataset& data) {
    const BoostingConfig chosen = with_defaults(config, data);
    EXPECT_EQ(chosen.rounds, 100);
    EXPECT_EQ(chosen.max_leaves, 31);
    EXPECT_EQ(chosen.min_rows_in_leaf, 20);
  };
  expect_constants({}, line(49, 0.1).dataset());
  expect_constants({}, line(10'001, 0.1).dataset());
  const Dataset data = line(60, 0.1).dataset();
  expect_constants({.mode = {.kind = Mode::dart}}, data);
  expect_constants({.row_fraction = 0.5, .mode = {.kind = Mode::forest}}, data);
  expect_constants({.schedule = {.decay = Decay::linear}}, data);
  EXPECT_EQ(with_defaults({.loss = loss::quantile()}, line(20, 0).dataset()).l2, 0);
}

TEST(FitBoosted, HoldsLeavesBackWhereTreesReadStatisticsOfClasses) {
  const auto expect_l2 = [](double l2, const BoostingConfig& config, int classes) {
    const Dataset data = categories_data(1, 300, {60}, classes).dataset();
    EXPECT_EQ(fit_boosted(data, config, {.threads = 1}).config().l2, l2);
    EXPECT_EQ(with_defaults(config, data).l2, l2);
  };
  const Categories statistics{.encoding = CategoryEncoding::statistics};
  expect_l2(10, {.loss = loss::logistic(), .rounds = 3, .categories = statistics}, 2);
  expect_l2(10, {.loss = loss::logistic(), .rounds = 3, .categories = {.partition_most = 50}}, 2);
  expect_l2(10, {.loss = loss::softmax(), .rounds = 3, .categories = statistics}, 3);
  expect_l2(2, {.loss = loss::logistic(), .rounds = 3, .l2 = 2, .categories = statistics}, 2);
  expect_l2(1, {.loss = loss::logistic(), .rounds = 3}, 2);
  expect_l2(1, {.loss = loss::squared(), .rounds = 3, .categories = statistics}, 0);
}

TEST(FitBoosted, GoesOnFromAModelWithConstants) {
  const Dataset data = line(200, 0.1).dataset();
  const BoostedModel start = fit_boosted(data, {.rounds = 3});
  EXPECT_EQ(fit_boosted(data, {}, {.start = start}).rounds(), 103);
}

TEST(FitBoosted, RowsOfWeightZeroChooseNothing) {
  RandomData data = line(120, 0.2);
  const std::string expected = bytes(fit_boosted(data.dataset(), {}));
  data.weight.assign(120, 1);
  for (int more = 0; more < 30; ++more) {
    for (reference::Feature& feature : data.features) feature.values.push_back(0.1 * more);
    data.label.push_back(100);
    data.weight.push_back(0);
  }
  EXPECT_EQ(bytes(fit_boosted(data.dataset(), {})), expected);
}

TEST(FitBoosted, ClassesThatAFoldMayLackAreKnown) {
  RandomData data = line(90, 0.5);
  for (std::size_t row = 0; row < 90; ++row) data.label[row] = row == 7 ? 2 : row % 2;
  EXPECT_EQ(fit_boosted(data.dataset(), {.loss = loss::softmax()}).outputs(), 3);
}

TEST(FitBoosted, FewerGroupsThanFoldsHaveConstants) {
  std::vector<double> x, y;
  for (int row = 0; row < 60; ++row) x.push_back(row % 7), y.push_back(row % 5);
  const Dataset data = Dataset::from_rows(x, 1, {.label = y, .groups = GroupList::sizes({20, 20, 20})});
  std::string remark;
  set_log([&](LogLevel, std::string_view text) { remark = text; });
  EXPECT_EQ(fit_boosted(data).config().rounds, 100);
  set_log({});
  EXPECT_EQ(remark.find("rounds are not chosen by cross-validation: Dataset::folds: "), 0u) << remark;
}

// Which have no strata that folds could share out alike.
TEST(FitBoosted, ChoosesForRowsOfSeveralLabelsAndOfGroups) {
  const RandomData rows = line(150, 0.1);
  std::vector<double> bounds, labels;
  for (const double y : rows.label) {
    bounds.insert(bounds.end(), {std::exp(y), y < 0.3 ? std::exp(y) : std::numeric_limits<double>::infinity()});
    labels.insert(labels.end(), {y, -y});
  }
  const auto chosen_leaves = [](const Dataset& data, const Loss& loss) {
    const BoostingConfig chosen = with_defaults({.loss = loss}, data);
    EXPECT_NE(chosen.rounds, 100);
    return chosen.max_leaves;
  };
  const Dataset data = rows.dataset();
  EXPECT_EQ(chosen_leaves(data.with_label(Tensor::copy_of(bounds, {150, 2})), loss::aft()), 8);
  EXPECT_EQ(chosen_leaves(data.with_label(Tensor::copy_of(labels, {150, 2})), loss::squared()), 8);
  EXPECT_EQ(chosen_leaves(data.with_groups(GroupList::sizes(std::vector<std::int64_t>(15, 10))), loss::squared()), 8);
}

TEST(FitBoosted, RefusesDataInTheWordsOfTheFit) {
  RandomData data = line(80, 0.5);
  data.label[3] = -1;
  const auto refused = [&](const BoostingConfig& config) {
    return refusal<DataError>([&] { fit_boosted(data.dataset(), config); });
  };
  EXPECT_FALSE(refused({.loss = loss::poisson()}).empty());
  EXPECT_EQ(refused({.loss = loss::poisson()}), refused({.loss = loss::poisson(), .rounds = 5}));
}

}  // namespace
}  // namespace linden
