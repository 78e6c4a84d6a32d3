// folds_by_time against cuts made by hand, repeated_folds against the folds of their seeds.
#include <gtest/gtest.h>

#include <linden/cross_validation.hpp>
#include <numeric>

#include "refusal.hpp"

namespace linden {
namespace {

using Rows = std::vector<std::int64_t>;

Rows between(std::int64_t begin, std::int64_t end) {
  Rows rows(static_cast<std::size_t>(end - begin));
  std::iota(rows.begin(), rows.end(), begin);
  return rows;
}

Dataset rows_of(int rows, const GroupList& groups = {}) {
  return Dataset::from_rows(std::vector<double>(static_cast<std::size_t>(rows), 1.0), 1,
                            {.label = std::vector<double>(static_cast<std::size_t>(rows), 0.0), .groups = groups});
}

TEST(FoldsByTime, RowsInOrderAreCutIntoEqualParts) {
  const std::vector<Fold> folds = folds_by_time(rows_of(12), {.count = 3});
  ASSERT_EQ(folds.size(), 3u);
  for (int f = 0; f < 3; ++f) {
    EXPECT_EQ(folds[f].train, between(0, 3 * (f + 1)));
    EXPECT_EQ(folds[f].test, between(3 * (f + 1), 3 * (f + 2)));
  }
}

TEST(FoldsByTime, PartsOfAnyNumberOfRowsDifferByOne) {
  for (int rows = 6; rows < 40; ++rows)
    for (int count = 1; count <= 5; ++count) {
      const std::vector<Fold> folds = folds_by_time(rows_of(rows), {.count = count});
      std::int64_t next = folds[0].test.front();
      EXPECT_NEAR(static_cast<double>(next), rows / (count + 1.0), 1);
      for (const Fold& fold : folds) {
        EXPECT_EQ(fold.train, between(0, next));
        EXPECT_NEAR(static_cast<double>(fold.test.size()), rows / (count + 1.0), 1);
        EXPECT_EQ(fold.test.front(), next);
        next += std::ssize(fold.test);
      }
      EXPECT_EQ(next, rows);
    }
}

TEST(FoldsByTime, RowsAreSortedByTimeAndEqualTimesStayTogether) {
  // times:                       row 0  1  2  3  4  5  6  7
  const std::vector<int> time = {3, 1, 2, 1, 3, 2, 1, 3};
  const std::vector<Fold> folds = folds_by_time(rows_of(8), {.count = 2, .time = time});
  EXPECT_EQ(folds[0].train, (Rows{1, 3, 6}));
  EXPECT_EQ(folds[0].test, (Rows{2, 5}));
  EXPECT_EQ(folds[1].train, (Rows{1, 2, 3, 5, 6}));
  EXPECT_EQ(folds[1].test, (Rows{0, 4, 7}));
}

TEST(FoldsByTime, AGapAndAWindowLeaveRowsOut) {
  const std::vector<Fold> folds = folds_by_time(rows_of(20), {.count = 3, .gap = 2, .window = 4});
  EXPECT_EQ(folds[0].train, between(0, 3));
  EXPECT_EQ(folds[1].train, between(4, 8));
  EXPECT_EQ(folds[2].train, between(9, 13));
  EXPECT_EQ(folds[2].test, between(15, 20));
  // Of rows of one time all are left out, or none.
  const std::vector<int> pairs = {0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5};
  EXPECT_EQ(folds_by_time(rows_of(12), {.count = 1, .time = pairs, .gap = 1})[0].train, between(0, 4));
  EXPECT_EQ(folds_by_time(rows_of(12), {.count = 1, .time = pairs, .window = 3})[0].train, between(4, 6));
}

TEST(FoldsByTime, GroupsOfTheDataStayTogether) {
  const Dataset data = rows_of(9, GroupList::sizes({4, 1, 1, 3}));
  const std::vector<Fold> folds = folds_by_time(data, {.count = 2});
  EXPECT_EQ(folds[0].train, between(0, 4));
  EXPECT_EQ(folds[0].test, between(4, 6));
  EXPECT_EQ(folds[1].test, between(6, 9));
}

TEST(FoldsByTime, RefusesWhatCannotBeCut) {
  const auto refused = [](const Dataset& data, const TimeFoldOptions& options) {
    return refusal<ArgumentError>([&] { folds_by_time(data, options); });
  };
  EXPECT_EQ(refused(rows_of(9), {.count = 0}), "folds_by_time: .count is 0; it must be 1 or more.");
  EXPECT_EQ(refused(rows_of(9), {.gap = -1}), "folds_by_time: .gap is -1; it must be >= 0.");
  EXPECT_EQ(refused(rows_of(9), {.window = -2}), "folds_by_time: .window is -2; it must be >= 0.");
  EXPECT_EQ(refused(rows_of(4), {}),
            "folds_by_time: .count is 5, but the 4 rows cannot be cut into 6 parts: there are 4 rows. Hint: fewer "
            "folds.");
  EXPECT_EQ(refused(rows_of(4), {.count = 2, .time = {1, 1, 2, 2}}),
            "folds_by_time: .count is 2, but the 4 rows cannot be cut into 3 parts: there are 2 different times. Hint: "
            "fewer folds.");
  EXPECT_EQ(refused(rows_of(4), {.time = {1, 2, 3}}),
            "folds_by_time: .time is [3], but must be one number for each of 4 rows.");
  EXPECT_EQ(refused(rows_of(2), {.time = {1, std::nan("")}}), "folds_by_time: .time is nan at row 1.");
  EXPECT_EQ(refused(rows_of(4, GroupList::sizes({2, 2})), {.count = 1, .time = {1, 2, 3, 3}}),
            "folds_by_time: .time is 1 at row 0 and 2 at row 1, but these rows are of one group of the data, whose "
            "rows stay together.");
  EXPECT_EQ(refused(rows_of(8), {.count = 1, .gap = 4}),
            "folds_by_time: fold 1 tests from row 4 on, and .gap = 4 and .window = 0 leave no row to train on.");
}

TEST(RepeatedFolds, AreTheFoldsOfTheirSeeds) {
  const Dataset data = rows_of(23);
  const std::vector<Fold> repeated = repeated_folds(data, {.count = 4, .seed = 7}, 3);
  ASSERT_EQ(repeated.size(), 12u);
  for (std::uint64_t r = 0; r < 3; ++r) {
    const std::vector<Fold> folds = data.folds({.count = 4, .seed = 7 + r});
    for (std::size_t f = 0; f < 4; ++f) EXPECT_EQ(repeated[4 * r + f].test, folds[f].test);
  }
  EXPECT_EQ(refusal<ArgumentError>([&] { repeated_folds(data, {}, 0); }),
            "repeated_folds: repeats is 0; it must be 1 or more.");
}

}  // namespace
}  // namespace linden
