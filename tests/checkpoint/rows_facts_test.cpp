#include "checkpoint/rows_facts.hpp"

#include <gtest/gtest.h>

#include <set>

#include "backend/host_comms.hpp"
#include "meeting.hpp"
#include "ranks/fits_of_ranks.hpp"

namespace linden {
namespace {

std::string digits(const Dataset& data, int threads = 1) {
  Workers workers(threads);
  return digits_of_columns(data, 0, {}, workers);
}

TEST(DigitsOfColumns, DoNotDependOnThreadsOrRanks) {
  for (const Dataset& data : {mixed(1, 200), sparse_rows(2, 200)}) {
    const std::string wanted = digits(data);
    EXPECT_EQ(digits(data, 7), wanted);
    for (const RowSplit& split : splits_of(data.rows(), 3)) {
      std::vector<std::string> found(3);
      Meeting meeting(3, false);
      meeting.run([&](int rank) {
        Meeting::Seat seat(meeting, rank);
        const RanksOfHost ranks{CommunicatorRef(seat)};
        Workers workers(1);
        const auto r = static_cast<std::size_t>(rank);
        found[r] = digits_of_columns(part_of_rank(data, split, rank), split[r], ranks, workers);
      });
      EXPECT_EQ(found, std::vector(3, wanted));
    }
  }
}

TEST(DigitsOfColumns, TellAnyTwoValuesThatChangePlaces) {
  const std::vector<double> a{1, 2, 3, 2}, b{5, 6, 7, 8};
  std::set<std::string> all;
  const auto add = [&](const std::vector<double>& x, const std::vector<double>& y) {
    all.insert(digits(Dataset().with_column("x", x).with_column("y", y)));
  };
  add(a, b);
  add(b, a);
  add({2, 1, 3, 2}, b);
  add({1, 2, 2, 3}, b);
  add({1, 2, 3, 6}, {5, 2, 7, 8});
  add({-1, 2, 3, 2}, b);
  add({std::nextafter(1.0, 2.0), 2, 3, 2}, b);
  add({std::numeric_limits<double>::quiet_NaN(), 2, 3, 2}, b);
  EXPECT_EQ(all.size(), 8);
}

TEST(DigitsOfColumns, AreToldWhenAColumnWasRead) {
  Workers workers(1);
  std::vector<std::int64_t> read;
  digits_of_columns(mixed(3, 20), 0, {}, workers, [&](std::int64_t column) { read.push_back(column); });
  EXPECT_EQ(read, (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
}

}  // namespace
}  // namespace linden
