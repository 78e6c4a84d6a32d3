// The front door of both families: the same data is refused in the same words, but for the name of the call.
#include "model/training_data.hpp"

#include <gtest/gtest.h>

#include <linden/boosting.hpp>
#include <linden/error.hpp>
#include <linden/linear.hpp>

#include "refusal.hpp"

namespace linden {
namespace {

// What both fits say of the data after their name, which must be the same.
template <class Error>
std::string refused(const Dataset& data, const Loss& loss = loss::automatic()) {
  const std::string boosted = refusal<Error>([&] { fit_boosted(data, {.loss = loss, .rounds = 1}); });
  const std::string linear = refusal<Error>([&] { fit_linear(data, {.loss = loss}); });
  const std::string name = "fit_boosted", other = "fit_linear";
  EXPECT_EQ(boosted.substr(0, name.size()), name);
  EXPECT_EQ(linear, other + boosted.substr(name.size()));
  return boosted.substr(name.size());
}

Dataset rows(const RowOptions& options) { return Dataset::from_rows({1, 5, 2, 3, 3, 9, 4, 1}, 2, options); }

const std::string not_utf8 = " is not UTF-8. Hint: convert the data, iconv -f latin1 -t utf-8.";

TEST(TrainingData, WithoutRowsFeaturesOrLabelIsRefusedByBothFamilies) {
  EXPECT_EQ(refused<DataError>(Dataset()), ": the data has no rows.");
  EXPECT_EQ(refused<DataError>(rows({.label = {1, 2, 3, 4}}).without({"f0", "f1"})), ": the data has no features.");
  EXPECT_EQ(refused<DataError>(rows({})),
            ": the data has no label. Hint: name its column, .label = \"...\", or pass one with the rows.");
}

// A part of a dataset may have them, though no dataset is made so.
TEST(TrainingData, WeightsThatAreAllZeroAreRefusedByBothFamilies) {
  const Dataset whole = rows({.label = {1, 2, 3, 4}, .weight = {0, 0, 0, 1}});
  const std::vector<std::int64_t> first{0, 1, 2}, last{2, 3};
  EXPECT_EQ(refused<DataError>(whole.take(first)), ": all weights are zero.");
  EXPECT_EQ(weights_of(whole.take(last)).size(), 2u);
  check_training_data("here", whole.take(last));
}

TEST(TrainingData, NamesThatNoFileCanHoldAreRefusedByBothFamilies) {
  EXPECT_EQ(refused<DataError>(rows({.label = {1, 2, 3, 4}, .names = {"a", "caf\xe9"}})),
            ": the feature name \"caf\xe9\"" + not_utf8);
  const Dataset plain = rows({.label = {1, 2, 3, 4}});
  EXPECT_EQ(refused<DataError>(plain.with_label(NumberList{1, 2, 3, 4}, "caf\xe9")),
            ": the label name \"caf\xe9\"" + not_utf8);
  EXPECT_EQ(refused<DataError>(plain.with_label(NameList{"yes", "n\xf6", "yes", "n\xf6"}, "y")),
            ": the class name \"n\xf6\"" + not_utf8);
}

TEST(TrainingData, LabelsThatTheLossDoesNotTakeAreRefusedByBothFamilies) {
  EXPECT_EQ(refused<DataError>(rows({.label = {1, 2, -3, 4}}), loss::poisson()).substr(0, 44),
            ": the label is -3 at row 2, but poisson want");
}

TEST(TrainingData, ModelsOfOneLabelTakeNoDataOfSeveral) {
  const Dataset plain = rows({.label = {1, 2, 3, 5}}), data = plain.with_label(Tensor::ones({4, 2}));
  const BoostedModel boosted = fit_boosted(plain, {.rounds = 1});
  EXPECT_EQ(refusal<DataError>([&] { boosted.labels_of(data); }),
            "BoostedModel::labels_of: the data has 2 labels a row, but the model was trained on 1.");
  EXPECT_EQ(boosted.predict(data).elements(), 4);  // which asks for no label
  const LinearModel linear = fit_linear(plain, {.l2 = 1});
  EXPECT_EQ(refusal<DataError>([&] { linear.labels_of(data); }),
            "LinearModel::labels_of: the data has 2 labels a row, but the model was trained on 1.");
  EXPECT_EQ(linear.predict(data).elements(), 4);
}

TEST(TrainingData, GroupsAreKeptByNameAndChangeNoModel) {
  const Dataset plain = rows({.label = {1, 2, 3, 5}});
  const BoostingConfig config{.rounds = 2, .min_rows_in_leaf = 1};
  EXPECT_EQ(fit_boosted(plain.with_groups({1, 1, 2, 2}), config).to_string(), fit_boosted(plain, config).to_string());
  const Dataset data = plain.with_groups({1, 1, 2, 2}, "query");
  const BoostedModel boosted = BoostedModel::from_string(fit_boosted(data, config).to_string());
  EXPECT_EQ(boosted.schema().group_name, "query");
  const LinearModel linear = LinearModel::from_string(fit_linear(data, {.l2 = 1}).to_string());
  EXPECT_EQ(linear.schema().group_name, "query");
  EXPECT_EQ(refused<DataError>(plain.with_groups({1, 1, 2, 2}, "caf\xe9")), ": the group name \"caf\xe9\"" + not_utf8);
}

TEST(TrainingData, BothFamiliesKeepTheSameSchema) {
  const Dataset data = rows({.label = {1, 2, 1, 2}, .names = {"a", "b"}}).with_label(NameList{"n", "y", "y", "n"}, "c");
  const Schema boosted = fit_boosted(data, {.rounds = 1, .min_rows_in_leaf = 1}).schema();
  const Schema linear = fit_linear(data, {.l2 = 1}).schema();
  for (const Schema& schema : {boosted, linear}) {
    ASSERT_EQ(schema.features.size(), 2u);
    EXPECT_EQ(schema.features[0].name, "a");
    EXPECT_EQ(schema.features[1].name, "b");
    EXPECT_FALSE(schema.features[1].categorical);
    EXPECT_EQ(schema.label_names, std::vector<std::string>{"c"});
    EXPECT_EQ(schema.classes, (std::vector<std::string>{"n", "y"}));
    EXPECT_TRUE(schema.missing.empty());
  }
}

}  // namespace
}  // namespace linden
