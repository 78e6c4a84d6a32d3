// The parts of a dataset that several GPUs of a process have.
#include "ranks/parts_of_rows.hpp"

#include <gtest/gtest.h>

#include "ranks/fits_of_ranks.hpp"

namespace linden {
namespace {

std::vector<std::int64_t> rows_of(const std::vector<PartOfRows>& parts) {
  std::vector<std::int64_t> rows;
  for (const PartOfRows& part : parts) rows.push_back(part.train.here.rows());
  return rows;
}

TEST(PartsOfRows, AreEvenAndMayBeEmpty) {
  const Dataset data = mixed(1, 10);
  EXPECT_EQ(rows_of(parts_of_rows(data, {}, 3)), (std::vector<std::int64_t>{3, 3, 4}));
  EXPECT_EQ(rows_of(parts_of_rows(mixed(1, 2), {}, 4)), (std::vector<std::int64_t>{0, 1, 0, 1}));
  EXPECT_EQ(parts_of_rows(data, {}, 3)[2].first_row, 6);
}

TEST(PartsOfRows, AreTheRowsInTheMemoryOfTheWhole) {
  const Dataset data = mixed(2, 50, true);
  const std::vector<PartOfRows> parts = parts_of_rows(data, {}, 4);
  std::vector<Dataset> here;
  for (const PartOfRows& part : parts) {
    here.push_back(part.train.here);
    EXPECT_EQ(part.train.whole.rows(), 50);
    EXPECT_EQ(part.train.whole.features(), 0);
    EXPECT_EQ(part.train.whole.label().data<const double>(), data.label().data<const double>());
    EXPECT_EQ(part.train.here.columns()[1].values.data<const double>(),
              data.columns()[1].values.data<const double>() + part.first_row);
  }
  const Dataset again = Dataset::concat(here);
  for (std::size_t c = 0; c < data.columns().size(); ++c)
    EXPECT_EQ(to_string(again.columns()[c].values, 1000), to_string(data.columns()[c].values, 1000));
  EXPECT_EQ(to_string(again.label(), 1000), to_string(data.label(), 1000));
  EXPECT_EQ(to_string(again.weight(), 1000), to_string(data.weight(), 1000));
}

TEST(PartsOfRows, OfSparseRowsBeginTheirEntriesAnew) {
  const Dataset data = sparse_rows(3, 41);
  std::vector<Dataset> here;
  for (const PartOfRows& part : parts_of_rows(data, {}, 3)) {
    here.push_back(part.train.here);
    EXPECT_EQ(part.train.here.sparse().offsets.span<const std::int64_t>().front(), 0);
  }
  const Dataset again = Dataset::concat(here);
  EXPECT_EQ(to_string(again.sparse().offsets, 1000), to_string(data.sparse().offsets, 1000));
  EXPECT_EQ(to_string(again.sparse().columns, 1000), to_string(data.sparse().columns, 1000));
  EXPECT_EQ(to_string(again.sparse().values, 1000), to_string(data.sparse().values, 1000));
}

TEST(PartsOfRows, LeaveGroupsWhole) {
  const std::vector<PartOfRows> parts = parts_of_rows(queries(4, 7), queries(5, 2), 4);
  EXPECT_EQ(rows_of(parts), (std::vector<std::int64_t>{20, 20, 20, 10}));
  std::vector<std::int64_t> valid;
  for (const PartOfRows& part : parts) valid.push_back(part.valid.at(0).here.rows());
  EXPECT_EQ(valid, (std::vector<std::int64_t>{10, 0, 10, 0}));
}

}  // namespace
}  // namespace linden
