// What ranks make of their parts: the columns, categories and classes of all, and what is known of all rows.
#include "ranks/rows_of_ranks.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include <linden/error.hpp>

#include "meeting.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using Names = std::vector<std::string>;

// What each rank has of these parts.
std::vector<RowsOfRanks> merged(const std::vector<Dataset>& parts) {
  std::vector<RowsOfRanks> found(parts.size());
  Meeting meeting(static_cast<int>(parts.size()), false);
  meeting.run([&](int rank) {
    Meeting::Member comms(meeting, host_memory_kernels(), rank);
    Workers workers(1);
    Context context{workers, nullptr, &comms};
    found[static_cast<std::size_t>(rank)] =
        rows_of_ranks("here", parts[static_cast<std::size_t>(rank)], {host_memory_kernels(), context});
  });
  return found;
}

Dataset colours(const Names& names, const std::vector<double>& label) {
  return Dataset().with_column("colour", names).with_label(label);
}

TEST(RowsOfRanks, HaveTheCategoriesOfAll) {
  const std::vector<RowsOfRanks> found =
      merged({colours({"red", "blue"}, {1, 2}), Dataset(), colours({"green", "red", ""}, {3, 4, 5})});
  for (const RowsOfRanks& rows : found) {
    EXPECT_EQ(rows.here.columns()[0].categories, (Names{"blue", "green", "red"}));
    EXPECT_EQ(rows.whole.label().to_vector<double>(), (std::vector<double>{1, 2, 3, 4, 5}));
    EXPECT_EQ(rows.whole.where(4), "row 2 of rank 2");
  }
  EXPECT_EQ(found[0].here.columns()[0].values.to_vector<std::int32_t>(), (std::vector<std::int32_t>{2, 0}));
  EXPECT_EQ(found[1].here.rows(), 0);
  EXPECT_EQ(found[2].here.columns()[0].values.to_vector<std::int32_t>(), (std::vector<std::int32_t>{1, 2, -1}));
}

TEST(RowsOfRanks, TakeColumnsWithoutValuesForWhatOthersSayTheyAre) {
  const Dataset empty =
      Dataset().with_column("colour", std::vector<double>(2, std::nan(""))).with_label(std::vector<double>{1, 2});
  const std::vector<RowsOfRanks> found = merged({empty, colours({"red"}, {3})});
  EXPECT_TRUE(found[0].here.columns()[0].categorical);
  EXPECT_EQ(found[0].here.columns()[0].values.to_vector<std::int32_t>(), (std::vector<std::int32_t>{-1, -1}));
}

TEST(RowsOfRanks, HaveTheClassesWeightsGroupsAndOffsetsOfAll) {
  const auto part = [](const Names& classes, const std::vector<int>& ids) {
    const std::vector<double> x(classes.size(), 1);
    return Dataset().with_column("x", x).with_label(classes).with_groups(ids).with_offset(x);
  };
  const std::vector<RowsOfRanks> found =
      merged({part({"b", "c"}, {1, 1}), part({"a", "c", "c"}, {1, 2, 2}).with_weight(std::vector<double>{2, 3, 4})});
  for (const RowsOfRanks& rows : found) {
    EXPECT_EQ(rows.whole.classes(), (Names{"a", "b", "c"}));
    EXPECT_EQ(rows.whole.label().to_vector<double>(), (std::vector<double>{1, 2, 0, 2, 2}));
    EXPECT_EQ(rows.whole.weight().to_vector<double>(), (std::vector<double>{1, 1, 2, 3, 4}));
    EXPECT_EQ(rows.whole.groups().to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 2, 3, 5}));
    EXPECT_EQ(rows.whole.offset().to_vector<double>(), std::vector<double>(5, 1));
  }
}

TEST(RowsOfRanks, HaveTheSparseColumnsOfAllInOneOrder) {
  const auto part = [](const std::vector<int>& columns, int features) {
    return Dataset::from_csr(std::vector<int>{0, static_cast<int>(columns.size())}, columns,
                             std::vector<double>(columns.size(), 7), features,
                             {.label = std::vector<double>{1}, .names = [&] {
                                Names names;
                                for (int f = 0; f < features; ++f) names.push_back(std::to_string(2 * f + 1));
                                return names;
                              }()});
  };
  const std::vector<RowsOfRanks> found = merged({part({0, 1}, 2), part({0, 3}, 4), Dataset()});
  for (const RowsOfRanks& rows : found) EXPECT_EQ(rows.here.feature_names(), (Names{"1", "3", "5", "7"}));
  EXPECT_EQ(found[1].here.sparse().columns.to_vector<std::int32_t>(), (std::vector<std::int32_t>{0, 3}));
  EXPECT_EQ(found[2].here.rows(), 0);
}

TEST(RowsOfRanks, AreRefusedTogether) {
  const auto said = [](const Dataset& a, const Dataset& b) { return refusal<DataError>([&] { merged({a, b}); }); };
  const std::vector<double> one{1};
  const Dataset plain = Dataset().with_column("x", one).with_column("y", one).with_label(one);
  EXPECT_EQ(said(plain, plain.without("y")), "here: rank 1 has no column \"y\", which rank 0 has.");
  EXPECT_EQ(said(plain, plain.with_label(std::vector<std::string>{"a"})),
            "here: the label is text on rank 1, and numbers on rank 0. Hint: read all parts alike.");
  EXPECT_EQ(said(plain, plain.with_groups(std::vector<int>{1})),
            "here: the data is with groups on rank 1, and without groups on rank 0. Hint: read all parts alike.");
  EXPECT_EQ(said(plain, plain.with_offset(one)),
            "here: the number of offsets a row is 1 on rank 1, and 0 on rank 0. Hint: read all parts alike.");
  EXPECT_EQ(said(plain, plain.with_label(one, "z")),
            "here: the column of the label is z on rank 1, and nameless on rank 0. Hint: read all parts alike.");
}

}  // namespace
}  // namespace linden
