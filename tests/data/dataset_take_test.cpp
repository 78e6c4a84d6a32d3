// take and split: the right rows, with all that belongs to them.
#include <algorithm>
#include <array>
#include <numeric>

#include "data/reading.hpp"

namespace linden {
namespace {

using Numbers = std::vector<double>;

Dataset numbered(int rows) {
  Numbers x(static_cast<std::size_t>(rows) * 2), label(static_cast<std::size_t>(rows));
  std::iota(x.begin(), x.end(), 0.0);
  for (int r = 0; r < rows; ++r) label[static_cast<std::size_t>(r)] = r;
  auto owner = std::make_shared<Numbers>(std::move(x));
  return Dataset::from_rows(std::span<const double>(*owner), 2, {.label = label, .owner = owner});
}

TEST(Take, KeepsEverythingOfMixedColumns) {
  const Dataset data = csv("x,c,w,y\n1,a,1,no\n2,b,2,yes\n,NA,3,no\n4,a,4,yes\n", {.label = "y", .weight = "w"});
  const Dataset taken = data.take(std::array<std::int64_t, 3>{3, 2, 3});
  EXPECT_EQ(dump(taken),
            "3 rows, label y [1, 0, 1] [\"no\", \"yes\"], weight [4, 3, 4]\n"
            "x f64 false [4, nan, 4] []\n"
            "c i32 true [0, -1, 0] [\"a\", \"b\"]\n");
  EXPECT_EQ(data.take({}).rows(), 0);
}

TEST(Take, CopiesStridedColumnsOfBothWidths) {
  std::vector<float> x(700 * 3);
  std::iota(x.begin(), x.end(), 0.f);
  std::vector<std::int64_t> rows(700);
  std::iota(rows.rbegin(), rows.rend(), std::int64_t{0});
  const Dataset taken = Dataset::from_rows(std::span<const float>(x), 3).take(rows);
  x.assign(x.size(), -1.f);  // the copy must not notice
  for (int f = 0; f < 3; ++f) {
    EXPECT_EQ(taken.columns()[static_cast<std::size_t>(f)].values.dtype(), DType::f32);
    const Numbers values = numbers(taken.columns()[static_cast<std::size_t>(f)].values);
    for (std::size_t r = 0; r < values.size(); ++r) ASSERT_EQ(values[r], static_cast<double>((699 - r) * 3) + f);
  }
}

TEST(Take, KeepsSparseRows) {
  const Dataset data = libsvm("1 1:1 3:3\n2\n3 2:nan\n");
  EXPECT_EQ(dump(data.take(std::array<std::int64_t, 4>{2, 1, 0, 2})), dump(libsvm("3 2:nan\n2\n1 1:1 3:3\n3 2:nan\n")));
  EXPECT_TRUE(data.take({}).is_sparse());
  EXPECT_EQ(data.take({}).features(), 3);
}

TEST(Take, RefusesARowOutOfRange) {
  const std::string message = "Dataset::take: row 5 is out of range; there are 5 rows.";
  EXPECT_EQ(refusal<ArgumentError>([] { numbered(5).take(std::array<std::int64_t, 2>{0, 5}); }), message);
  EXPECT_EQ(refusal<ArgumentError>([] { numbered(5).take(std::array<std::int64_t, 1>{-1}); }),
            "Dataset::take: row -1 is out of range; there are 5 rows.");
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

}  // namespace
}  // namespace linden
