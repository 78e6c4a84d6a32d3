// split and folds: complements in old order, by strata and by groups.
#include <algorithm>
#include <array>
#include <cmath>
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

// Whether the part has all rows of a group or none, and its groups are those of the whole. Labels number the groups.
void expect_whole_groups(const Dataset& part, const std::vector<std::int64_t>& sizes) {
  const auto starts = part.groups().span<const std::int64_t>();
  ASSERT_EQ(starts.back(), part.rows());
  for (std::size_t g = 0; g + 1 < starts.size(); ++g) {
    const double group = part.label().at<double>({starts[g]});
    EXPECT_EQ(starts[g + 1] - starts[g], sizes[static_cast<std::size_t>(group)]);
    for (std::int64_t row = starts[g]; row < starts[g + 1]; ++row) EXPECT_EQ(part.label().at<double>({row}), group);
  }
}

TEST(Folds, TheDatasOwnGroupsStayWhole) {
  std::vector<std::int64_t> sizes;
  Numbers label;
  for (int group = 0; group < 30; ++group) {
    sizes.push_back(1 + group * group % 7);
    label.insert(label.end(), static_cast<std::size_t>(sizes.back()), group);
  }
  const auto rows = static_cast<int>(label.size());
  const Dataset data = numbered(rows).with_label(label).with_groups(GroupList::sizes(sizes));
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const auto [train, test] = data.split({.test_fraction = 0.3, .seed = seed});
    EXPECT_NEAR(static_cast<double>(test.rows()), 0.3 * rows, 4);
    EXPECT_EQ(train.groups().elements() + test.groups().elements(), 32);
    expect_whole_groups(train, sizes);
    expect_whole_groups(test, sizes);
    std::size_t tested = 0;
    for (const Fold& fold : data.folds({.count = 4, .seed = seed})) {
      expect_whole_groups(data.take(fold.train), sizes);
      expect_whole_groups(data.take(fold.test), sizes);
      tested += fold.test.size();
    }
    EXPECT_EQ(tested, label.size());
  }
  // The draw is that of the same groups given as an option, which may also be coarser.
  EXPECT_EQ(dump(data.split({.seed = 3}).second), dump(data.split({.seed = 3, .groups = label}).second));
  Numbers coarse = label;
  for (double& group : coarse) group = std::floor(group / 10);
  for (const Fold& fold : data.folds({.count = 3, .groups = coarse}))
    for (const std::int64_t row : fold.test)
      EXPECT_EQ(coarse[static_cast<std::size_t>(row)], coarse[static_cast<std::size_t>(fold.test[0])]);
  EXPECT_EQ(refusal<ArgumentError>([&] { data.folds({.count = 31}); }),
            "Dataset::folds: .count is 31, but there are 30 groups.");
}

TEST(Folds, GroupsOfTheDataGoWithNeitherStrataNorGroupsThatTearThem) {
  const Dataset data = numbered(4).with_groups({1, 1, 2, 2});
  EXPECT_EQ(
      refusal<ArgumentError>([&] { data.split({.stratified = true}); }),
      "Dataset::split: strata are asked for, and the data has groups, whose rows stay together. Hint: leave one of "
      "them out.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              data.folds({.count = 2, .groups = {1, 1, 1, 2}});
            }),
            "Dataset::folds: .groups has 1 at row 2 and 2 at row 3, but these rows are of one group of the data, whose "
            "rows stay together.");
  EXPECT_EQ(refusal<ArgumentError>([] {
              numbered(4).with_label(Tensor::zeros({4, 2})).folds({.stratified = true});
            }),
            "Dataset::folds: the strata are those of one label, and the data has 2 a row.");
}

}  // namespace
}  // namespace linden
