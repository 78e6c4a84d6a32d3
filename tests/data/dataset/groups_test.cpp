// Groups of rows: ids, texts or sizes, and rows that do not stand together.
#include "data/dataset/groups.hpp"

#include <array>

#include "data/reading.hpp"

namespace linden {
namespace {

using Names = std::vector<std::string>;
using Numbers = std::vector<double>;

Dataset of(const GroupList& groups) { return Dataset::from_rows({1, 2, 3, 4, 5, 6}, 1, {.groups = groups}); }

TEST(Groups, AreGivenAsIdsTextsOrSizes) {
  const Numbers wanted{0, 2, 3, 6};
  const std::vector<int> ids{7, 7, -1, 4, 4, 4};
  const char* const words[] = {"b", "b", "", "a", "a", "a"};
  EXPECT_EQ(numbers(of(ids).groups()), wanted);
  EXPECT_EQ(numbers(of(words).groups()), wanted);
  EXPECT_EQ(numbers(of({7, 7, -1, 4, 4, 4}).groups()), wanted);
  EXPECT_EQ(numbers(of({"b", "b", "", "a", "a", "a"}).groups()), wanted);
  EXPECT_EQ(numbers(of(GroupList::sizes({2, 1, 3})).groups()), wanted);
  EXPECT_EQ(numbers(of(GroupList::sizes(std::array<std::uint8_t, 3>{2, 1, 3})).groups()), wanted);
  EXPECT_EQ(numbers(of(Tensor::copy_of(std::span<const int>(ids), {6})).groups()), wanted);
  EXPECT_EQ(of(ids).groups().dtype(), DType::i64);
  EXPECT_TRUE(of(ids).has_groups());
  EXPECT_FALSE(of({}).has_groups());
  EXPECT_EQ(of({}).groups().elements(), 0);
  EXPECT_TRUE(GroupList(std::vector<int>()).empty());
  EXPECT_TRUE(GroupList::sizes(std::vector<int>()).empty());
}

TEST(Groups, IdsOf64BitsAreNotRounded) {
  const std::uint64_t far = std::uint64_t{1} << 63;  // as doubles both are one number
  EXPECT_EQ(numbers(of(std::vector<std::uint64_t>{far, far, far + 1, far + 1, 1, 0}).groups()),
            (Numbers{0, 2, 4, 5, 6}));
}

TEST(Groups, RowsOfOneStandTogether) {
  const std::string message =
      "Dataset: rows 1 and 4 are of one group, and row 2 between them is of another. Hint: sort the rows by group.";
  EXPECT_EQ(refusal<DataError>([] { GroupList{1, 1, 2, 3, 1, 2}; }), message);
  EXPECT_EQ(refusal<DataError>([] { GroupList{"q", "q", "", "r", "q", ""}; }), message);
}

TEST(Groups, WhatDoesNotFitTheRowsIsRefused) {
  EXPECT_EQ(refusal<ArgumentError>([] { of({1, 1, 2}); }), "Dataset: the groups have 3 rows, but there are 6.");
  EXPECT_EQ(refusal<ArgumentError>([] {
              of(GroupList::sizes({2, 5}));
            }),
            "Dataset: the groups have 7 rows, but there are 6.");
  EXPECT_EQ(refusal<ArgumentError>([] {
              GroupList::sizes({2, 0, 4});
            }),
            "Dataset: a group has 0 rows, but each has from 1 to 1099511627776.");
  EXPECT_EQ(refusal<ArgumentError>([] { GroupList::sizes(std::vector<std::uint64_t>{~std::uint64_t{0}}); }),
            "Dataset: a group has 18446744073709551615 rows, but each has from 1 to 1099511627776.");
  EXPECT_EQ(refusal<ArgumentError>([] { GroupList(Tensor::zeros({3})); }),
            "Dataset: ids of groups are f64 of shape [3], but must be i32 or i64 of shape [rows].");
  EXPECT_EQ(refusal<ArgumentError>([] {
              GroupList(Tensor::zeros({3, 2}, DType::i32));
            }),
            "Dataset: ids of groups are i32 of shape [3, 2], but must be i32 or i64 of shape [rows].");
}

TEST(Groups, NumbersAreThoseOfTheirOrder) {
  EXPECT_EQ(group_numbers(GroupList::sizes({2, 1, 3}).starts()), (std::vector<std::int64_t>{0, 0, 1, 2, 2, 2}));
  EXPECT_TRUE(group_numbers({}).empty());
}

}  // namespace
}  // namespace linden
