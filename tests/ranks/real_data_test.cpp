// Real sets on one to four ranks, threads of this process, each split three ways: the bytes of one machine.
#include <gtest/gtest.h>

#include "meeting.hpp"
#include "ranks/real_sets.hpp"

namespace linden {
namespace {

TEST(RealDataOnRanks, HasTheBytesOfOneMachine) {
  const auto fits = real_fits(std::filesystem::path(LINDEN_SOURCE_DIR) / "../shared/data");
  if (fits.empty()) GTEST_SKIP() << "no folder of real data";
  for (const FitOfRanks& fit : fits) {
    const std::string wanted = fitted(fit, {}, 0, {});
    EXPECT_GT(wanted.size(), 2000u) << fit.name;
    for (const int ranks : {1, 2, 3, 4})
      for (const RowSplit& any : splits_of(fit.train.rows(), ranks)) {
        const RowSplit split = between_groups(any, fit.train);
        std::vector<std::string> found(static_cast<std::size_t>(ranks));
        Meeting meeting(ranks, false);
        meeting.run([&](int rank) {
          Meeting::Seat seat(meeting, rank);
          found[static_cast<std::size_t>(rank)] = fitted(fit, split, rank, seat);
        });
        for (int rank = 0; rank < ranks; ++rank)
          ASSERT_TRUE(found[static_cast<std::size_t>(rank)] == wanted)
              << fit.name << ": rank " << rank << " of " << ranks << " has another model";
      }
  }
}

}  // namespace
}  // namespace linden
