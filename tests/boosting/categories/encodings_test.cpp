// How features of categories are read: as the configuration says, or by how many categories they have.
#include "boosting/categories/encodings.hpp"

#include <gtest/gtest.h>

#include "boosting/categories/statistics_data.hpp"

namespace linden {
namespace {

using Way = CategoryEncoding;
using Encodings = std::vector<CategoryEncoding>;

// Features of 4, 5, 255 and 256 categories that have rows, and numbers.
RandomData counted_data() {
  RandomData data;
  for (const int count : {4, 5, 255, 256}) {
    std::vector<double> codes;
    for (int row = 0; row < 600; ++row) codes.push_back(row % count);
    add_codes(data, codes, 300);
  }
  add_numbers(data, std::vector<double>(600, 1.0));
  for (int row = 0; row < 600; ++row) data.label.push_back(row % 2);
  return data;
}

Encodings encodings(const RandomData& data, const BoostingConfig& config, const Loss& loss = loss::logistic()) {
  const Dataset rows = data.dataset();
  return encodings_of(rows, config, training_labels("test", rows, loss));
}

TEST(Encodings, GoByTheNumberOfCategories) {
  RandomData data = counted_data();
  const CategoryEncoding all = Way::statistics;
  EXPECT_EQ(encodings(data, {}), (Encodings{Way::one_hot, all, all, all, Way::automatic}));
  EXPECT_EQ(encodings(data, {.categories = {.one_hot_most = 5, .partition_most = 256}}),
            (Encodings{Way::one_hot, Way::one_hot, Way::partition, Way::partition, Way::automatic}));
  data.features[0].values[9] = -1;  // a missing value counts as one more
  EXPECT_EQ(encodings(data, {.categories = {.partition_most = 256}})[0], Way::partition);
  data.features[3].values[7] = -1;
  EXPECT_EQ(encodings(data, {.categories = {.partition_most = 256}})[3], Way::statistics);
}

TEST(Encodings, AreWhatTheConfigurationSays) {
  const RandomData data = counted_data();
  EXPECT_EQ(encodings(data, {.categories = {.encoding = Way::statistics}}),
            (Encodings{Way::statistics, Way::statistics, Way::statistics, Way::statistics, Way::automatic}));
  EXPECT_EQ(encodings(data, {.categories = {.encoding = Way::partition,
                                            .by_feature = {{"x0", Way::statistics}, {"x3", Way::automatic}}}}),
            (Encodings{Way::statistics, Way::partition, Way::partition, Way::statistics, Way::automatic}));
}

TEST(Encodings, OfManyClassesHaveNoStatisticsUnlessAskedFor) {
  RandomData data = counted_data();
  for (int row = 0; row < data.rows(); ++row) data.label[row] = row % 17;
  EXPECT_EQ(encodings(data, {}, loss::softmax())[3], Way::partition);
  EXPECT_EQ(encodings(data, {.categories = {.encoding = Way::statistics}}, loss::softmax())[3], Way::statistics);
  for (double& label : data.label) label = std::min(label, 15.0);
  EXPECT_EQ(encodings(data, {}, loss::softmax())[3], Way::statistics);
}

TEST(Encodings, LeaveForcedSplitsTheirCategories) {
  const RandomData data = counted_data();
  BoostingConfig config{.constraints = {.forced_splits = {{.feature = "x3", .categories = {"c001"}}}}};
  EXPECT_EQ(encodings(data, config)[3], Way::partition);
  config.categories.by_feature = {{"x3", Way::statistics}};
  EXPECT_EQ(
      refusal<ArgumentError>([&] { encodings(data, config); }),
      "BoostingConfig.constraints.forced_splits: feature \"x3\" is read through its statistics, so that no split can "
      "be by its categories. Hint: another encoding, .categories.by_feature.");
}

TEST(Encodings, AreOfCategories) {
  const RandomData data = counted_data();
  EXPECT_EQ(
      refusal<ArgumentError>([&] {
        encodings(data, {.categories = {.by_feature = {{"x4", Way::one_hot}}}});
      }),
      "BoostingConfig.categories.by_feature: feature \"x4\" holds numbers, which have no encoding. Hint: leave it "
      "out, or name it among the categorical columns when the data is read.");
  RandomData numbers;
  add_numbers(numbers, std::vector<double>(4, 1.0));
  numbers.label = {0, 1, 0, 1};
  EXPECT_EQ(
      refusal<ArgumentError>([&] { encodings(numbers, {.categories = {.encoding = Way::statistics}}); }),
      "BoostingConfig.categories.encoding has no effect: the data has no feature of categories. Hint: leave it out, "
      "or name columns of numbers that stand for categories (.categorical) when the data is read.");
}

TEST(Encodings, OfStatisticsLeaveNothingToTellApart) {
  Cuts cuts;
  cuts.categorical = true;
  cuts.bin_of = {0, 1, 0, 2};
  cuts.seen = {false, true, false, true};
  cuts.first_code = {0, 1, 3};
  cuts.bins = 4;
  cuts.has_missing = true;
  std::vector<Cuts> all{cuts, cuts};
  encode(all, {Way::statistics, Way::one_hot});
  EXPECT_EQ(all[0].bins, 1);
  EXPECT_EQ(all[0].first_code, std::vector<int>{1});
  EXPECT_EQ(all[0].bin_of, std::vector<std::uint8_t>(4));
  EXPECT_FALSE(all[0].one_hot);
  EXPECT_EQ(all[1].bins, 4);
  EXPECT_TRUE(all[1].one_hot);
}

}  // namespace
}  // namespace linden
