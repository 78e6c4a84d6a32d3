// What is combined: pairs and triples that tell together what none tells alone.
#include "boosting/categories/combinations.hpp"

#include <gtest/gtest.h>

#include "boosting/categories/statistics_data.hpp"

namespace linden {
namespace {

using Sets = std::vector<std::vector<int>>;

// Five features of four categories each, and a label by what those of `together` add up to.
RandomData sums_data(const std::vector<int>& together) {
  Random random(5);
  RandomData data;
  for (int f = 0; f < 5; ++f) add_codes(data, std::vector<double>(4000), 4);
  for (int row = 0; row < 4000; ++row) {
    for (reference::Feature& feature : data.features) feature.values[row] = random.below(4);
    int sum = 0;
    for (const int f : together) sum += static_cast<int>(data.features[static_cast<std::size_t>(f)].values[row]);
    data.label.push_back(sum % 2 == 0 ? 1 : 0);
  }
  return data;
}

Sets combined(const RandomData& data, CombinationOptions options, int threads = 1) {
  const Dataset rows = data.dataset();
  const Labels labels = training_labels("test", rows, loss::logistic());
  std::vector<float> gradients, curvatures;
  for (const double label : data.label) {
    gradients.push_back(static_cast<float>(0.5 - label));
    curvatures.push_back(0.25f);
  }
  const RowSlopes slopes[] = {{gradients, curvatures}};
  Workers workers(threads);
  return good_combinations(StatisticsRows(rows, labels, {}, 0), {0, 1, 2, 3, 4}, slopes, options, workers);
}

TEST(Combinations, AreThoseThatTellMost) {
  EXPECT_EQ(combined(sums_data({1, 3}), {.most_features = 2}).front(), (std::vector<int>{1, 3}));
  EXPECT_EQ(combined(sums_data({0, 4}), {.most_features = 2}, 3).front(), (std::vector<int>{0, 4}));
}

TEST(Combinations, HaveAsManyFeaturesAsTheyMay) {
  const RandomData data = sums_data({1, 3});
  EXPECT_TRUE(combined(data, {.most_features = 1}).empty());
  const auto is_pair = [](const std::vector<int>& one) { return one.size() == 2; };
  EXPECT_TRUE(std::ranges::all_of(combined(data, {.most_features = 2}), is_pair));
  const Sets all = combined(data, {.most_features = 3});
  EXPECT_FALSE(std::ranges::all_of(all, is_pair));
  for (const std::vector<int>& one : all) EXPECT_TRUE(std::ranges::is_sorted(one));
}

TEST(Combinations, AreOfFeaturesThatMayMeet) {
  const auto apart = [](const std::vector<int>& features) {
    return features.size() < 2 || std::ranges::count(features, 3) == 0;
  };
  const Sets all = combined(sums_data({0, 1, 2}), {.may_meet = apart});
  EXPECT_FALSE(all.empty());
  for (const std::vector<int>& one : all) EXPECT_TRUE(apart(one));
}

TEST(Combinations, DoNotDependOnThreads) {
  const RandomData data = categories_data(6, 600, {40, 30, 9, 5, 3});
  const Sets one = combined(data, {});
  EXPECT_FALSE(one.empty());
  for (const int threads : {2, 5}) EXPECT_EQ(combined(data, {}, threads), one);
}

}  // namespace
}  // namespace linden
