// split and folds: complements in old order, by strata and by groups.
#include <algorithm>
#include <array>
#include <map>
#include <numeric>

#include "data/reading.hpp"

namespace linden {
namespace {

using Numbers = std::vector<double>;

Dataset numbered(int rows) {
  Numbers x(static_cast<std::size_t>(rows) * 2), label(static_cast<std::size_t>(rows));
  std::iota(x.begin(), x.end(), 0.0);
  for (int r = 0; r < rows; ++r) label[static_cast<std::size_t>(r)] = r;
  return Dataset::from_rows(std::move(x), 2, {.label = label});
}

TEST(Split, PartsAreComplementsInOldOrder) {
  const Dataset data = numbered(1001);
  const auto [train, test] = data.split({.test_fraction = 0.25, .seed = 3});
  EXPECT_EQ(test.rows(), 250);
  EXPECT_EQ(train.rows(), 751);
  const Numbers a = numbers(train.label()), b = numbers(test.label());
  EXPECT_TRUE(std::is_sorted(a.begin(), a.end()));
  EXPECT_TRUE(std::is_sorted(b.begin(), b.end()));
  Numbers all;
  std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all));
  EXPECT_EQ(all, numbers(data.label()));
  for (std::int64_t r = 0; r < test.rows(); ++r)
    EXPECT_EQ(test.columns()[0].values.at<double>({r}), 2 * test.label().at<double>({r}));
}

TEST(Split, DependsOnTheSeedAlone) {
  const Dataset data = numbered(20);
  EXPECT_EQ(dump(data.split({.seed = 5}).second), dump(data.split({.seed = 5}).second));
  EXPECT_NE(dump(data.split({.seed = 5}).second), dump(data.split({.seed = 6}).second));
  // Written down, so that a change of the draw is noticed: it changes everyone's test sets.
  EXPECT_EQ(numbers(data.split().second.label()), (Numbers{6, 10, 17, 19}));
}

TEST(Split, EveryRowIsAsLikely) {
  const Dataset data = numbered(10);
  std::array<int, 10> times{};
  for (std::uint64_t seed = 0; seed < 5000; ++seed)
    for (const double row : numbers(data.split({.test_fraction = 0.3, .seed = seed}).second.label()))
      ++times[static_cast<std::size_t>(row)];
  for (const int count : times) EXPECT_NEAR(count, 1500, 162);  // five standard deviations
}

TEST(Split, RefusesFractionsThatLeaveAPartEmpty) {
  EXPECT_EQ(refusal<ArgumentError>([] { numbered(5).split({.test_fraction = 1.5}); }),
            "Dataset::split: .test_fraction is 1.5, but must be above 0 and below 1.");
  EXPECT_EQ(refusal<ArgumentError>([] { numbered(5).split({.test_fraction = 0.01}); }),
            "Dataset::split: .test_fraction 0.01 of 5 rows leaves none for testing.");
  EXPECT_EQ(refusal<ArgumentError>([] { numbered(1).split({.test_fraction = 0.9}); }),
            "Dataset::split: .test_fraction 0.9 of 1 rows leaves none for training.");
}

// How often each label is among these rows.
std::map<double, int> counts(const Dataset& data, std::span<const std::int64_t> rows) {
  std::map<double, int> found;
  for (const std::int64_t row : rows) ++found[data.label().at<double>({row})];
  return found;
}

Dataset unbalanced() {
  Numbers label(103, 0.0);
  for (std::size_t i = 0; i < 10; ++i) label[i * 7] = 1;
  for (std::size_t i = 0; i < 20; ++i) label[i * 5 + 1] = 2;
  return numbered(103).with_label(label);
}

TEST(Split, StrataAreSplitByTheSameFraction) {
  const Dataset data = unbalanced();
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto [train, test] = data.split({.test_fraction = 0.3, .seed = seed, .stratified = true});
    EXPECT_EQ(test.rows(), 31);
    EXPECT_EQ(train.rows(), 72);
    std::map<double, int> all, found;
    for (const double label : numbers(data.label())) ++all[label];
    for (const double label : numbers(test.label())) ++found[label];
    for (const auto& [label, count] : all) EXPECT_NEAR(found[label], 0.3 * count, 1) << label;
  }
}

TEST(Folds, EveryRowIsTestedOnce) {
  const Dataset data = numbered(23);
  for (const bool stratified : {false, true}) {
    const std::vector<Fold> folds = data.folds({.count = 4, .seed = 1, .stratified = stratified});
    ASSERT_EQ(folds.size(), 4u);
    std::vector<std::int64_t> tested;
    for (const Fold& fold : folds) {
      EXPECT_TRUE(fold.test.size() == 5 || fold.test.size() == 6);
      std::vector<std::int64_t> all = fold.train;
      all.insert(all.end(), fold.test.begin(), fold.test.end());
      EXPECT_TRUE(std::ranges::is_sorted(fold.train) && std::ranges::is_sorted(fold.test));
      std::ranges::sort(all);
      EXPECT_EQ(all.size(), 23u);
      EXPECT_EQ(std::unique(all.begin(), all.end()), all.end());
      tested.insert(tested.end(), fold.test.begin(), fold.test.end());
    }
    std::ranges::sort(tested);
    for (std::size_t r = 0; r < 23; ++r) EXPECT_EQ(tested[r], static_cast<std::int64_t>(r));
    if (!stratified) continue;  // a numeric label is dealt stretch by stretch
    for (const Fold& fold : folds)
      for (std::size_t i = 0; i < 5; ++i)
        EXPECT_NEAR(static_cast<double>(fold.test[i]), 4.0 * static_cast<double>(i), 4);
  }
  EXPECT_NE(data.folds({.seed = 1})[0].test, data.folds({.seed = 2})[0].test);
}

TEST(Folds, StrataAreInEachFoldAlike) {
  const Dataset data = unbalanced();
  for (const Fold& fold : data.folds({.count = 5, .stratified = true})) {
    std::map<double, int> found = counts(data, fold.test), all = counts(data, fold.train);
    for (const double label : {0.0, 1.0, 2.0})
      EXPECT_NEAR(found[label], (found[label] + all[label]) / 5.0, 0.9) << label;
  }
}

TEST(Folds, GroupsStayTogether) {
  const Dataset data = numbered(40);
  std::vector<int> groups(40);
  for (std::size_t r = 0; r < groups.size(); ++r) groups[r] = static_cast<int>(r * r % 11);
  const auto together = [&](const std::vector<std::int64_t>& test) {
    std::vector<bool> is_test(40);
    for (const std::int64_t row : test) is_test[static_cast<std::size_t>(row)] = true;
    for (std::size_t a = 0; a < 40; ++a)
      for (std::size_t b = 0; b < 40; ++b)
        if (groups[a] == groups[b] && is_test[a] != is_test[b]) return false;
    return true;
  };
  std::size_t tested = 0;
  for (const Fold& fold : data.folds({.count = 3, .groups = groups})) {
    EXPECT_TRUE(together(fold.test));
    EXPECT_NEAR(static_cast<double>(fold.test.size()), 40.0 / 3, 3);
    tested += fold.test.size();
  }
  EXPECT_EQ(tested, 40u);
  std::vector<std::int64_t> test;
  for (const double label : numbers(data.split({.test_fraction = 0.4, .groups = groups}).second.label()))
    test.push_back(static_cast<std::int64_t>(label));
  EXPECT_TRUE(together(test));
  EXPECT_NEAR(static_cast<double>(test.size()), 16, 4);
}

TEST(Folds, WhatCannotBeDealtIsRefused) {
  const Dataset data = numbered(6);
  EXPECT_EQ(refusal<ArgumentError>([&] { data.folds({.count = 1}); }),
            "Dataset::folds: .count is 1, but must be at least 2 and at most 6, the number of rows.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              data.folds({.count = 3, .groups = {1, 1, 1, 2, 2, 2}});
            }),
            "Dataset::folds: .count is 3, but there are 2 groups.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              data.folds({.stratified = true, .groups = {1, 1, 1, 2, 2, 2}});
            }),
            "Dataset::folds: both strata and groups are asked for. Hint: choose one.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              data.split({.groups = {1, 2}});
            }),
            "Dataset::split: 2 groups are given for 6 rows.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              data.split({.groups = {1, 2, 3, 4, std::nan(""), 6}});
            }),
            "Dataset::split: the group is nan at row 4.");
  EXPECT_EQ(refusal<ArgumentError>([] {
              Dataset::from_rows({1, 2}, 1).split({.stratified = true});
            }),
            "Dataset::split: the strata are those of the label, and the data has none.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              data.split({.groups = {1, 1, 1, 1, 1, 1}});
            }),
            "Dataset::split: .test_fraction 0.2 of 6 rows leaves none for testing.");
}

}  // namespace
}  // namespace linden
