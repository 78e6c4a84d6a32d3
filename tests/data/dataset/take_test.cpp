// take: the right rows, with all that belongs to them.
#include <algorithm>
#include <array>
#include <linden/ops.hpp>
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

Dataset grouped() {  // groups of 2, 1 and 3 rows
  const Numbers x{0, 1, 2, 3, 4, 5};
  const Tensor column = Tensor::copy_of(std::span<const double>(x), {6});
  return Dataset::from_rows(x, 1,
                            {.label = stack(std::vector{column, column + 0.5}, 1),
                             .groups = GroupList::sizes({2, 1, 3}),
                             .offset = column + 10});
}

TEST(Take, KeepsGroupsOffsetsAndAllLabels) {
  const Dataset taken = grouped().take(std::array<std::int64_t, 6>{5, 3, 4, 2, 0, 1});
  EXPECT_EQ(numbers(taken.groups()), (Numbers{0, 3, 4, 6}));
  EXPECT_EQ(numbers(taken.offset()), (Numbers{15, 13, 14, 12, 10, 11}));
  EXPECT_EQ(taken.label().shape(), (Shape{6, 2}));
  EXPECT_EQ(numbers(taken.label()), (Numbers{5, 5.5, 3, 3.5, 4, 4.5, 2, 2.5, 0, 0.5, 1, 1.5}));
  // A group of which some rows are taken is smaller; rows taken twice are two of it.
  EXPECT_EQ(numbers(grouped().take(std::array<std::int64_t, 2>{1, 4}).groups()), (Numbers{0, 1, 2}));
  EXPECT_EQ(numbers(grouped().take(std::array<std::int64_t, 4>{3, 3, 3, 0}).groups()), (Numbers{0, 3, 4}));
}

TEST(Take, OfNoRowsKeepsTheSchemaAlone) {
  const Dataset named = grouped()
                            .with_label(Tensor::zeros({6, 2}), {"a", "b"})
                            .with_groups({1, 1, 1, 1, 1, 1}, "q")
                            .with_offset(Tensor::zeros({6, 3}), {"o", "p", "r"});
  const Dataset none = named.take({});
  EXPECT_EQ(none.rows(), 0);
  EXPECT_FALSE(none.has_label() || none.has_groups() || none.has_offset());
  const Schema schema = none.schema();
  EXPECT_EQ(schema.label_names, named.schema().label_names);
  EXPECT_EQ(schema.group_name, "q");
  EXPECT_EQ(schema.offset_names, named.schema().offset_names);
  EXPECT_EQ(dump(Dataset::concat({none, named})), dump(named));
}

TEST(Take, DoesNotTearGroupsApart) {
  EXPECT_EQ(
      refusal<DataError>([] {
        grouped().take(std::array<std::int64_t, 4>{4, 3, 1, 5});
      }),
      "Dataset::take: rows 3 and 5 are of one group, and row 1, taken between them, is of another. Hint: take the "
      "rows of a group one after another.");
}

}  // namespace
}  // namespace linden
