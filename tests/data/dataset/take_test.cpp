// take: the right rows, with all that belongs to them.
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

}  // namespace
}  // namespace linden
