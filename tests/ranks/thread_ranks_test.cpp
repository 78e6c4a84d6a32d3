// Ranks that are threads of one process: what they tell each other, and what one that has failed does to the others.
#include "backend/thread_ranks.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace linden {
namespace {

// Calls work(seat) on a thread for each rank.
template <class Work>
void on_threads(int ranks, const Work& work) {
  ThreadRanks all(ranks);
  std::vector<std::thread> threads;
  for (int rank = 0; rank < ranks; ++rank)
    threads.emplace_back([&, rank] {
      ThreadRanks::Seat seat(all, rank);
      work(seat);
    });
  for (std::thread& thread : threads) thread.join();
}

TEST(ThreadRanks, SumAndCompareAndGather) {
  for (const int ranks : {1, 2, 5})
    on_threads(ranks, [&](ThreadRanks::Seat& seat) {
      EXPECT_EQ(seat.size(), ranks);
      for (const int count : {0, 1, 3, 1000}) {
        std::vector<std::int64_t> values;
        std::vector<double> largest;
        for (int i = 0; i < count; ++i) {
          values.push_back((seat.rank() + 1) * (i - 3));
          largest.push_back((i + seat.rank()) % ranks);
        }
        const std::vector<std::int64_t> mine = values;
        std::vector<std::int64_t> all(mine.size() * static_cast<std::size_t>(ranks));
        seat.sum(values.data(), count);
        seat.max(largest.data(), count);
        seat.gather(mine.data(), count * std::int64_t{sizeof(std::int64_t)}, all.data());
        for (int i = 0; i < count; ++i) {
          const auto at = static_cast<std::size_t>(i);
          ASSERT_EQ(values[at], ranks * (ranks + 1) / 2 * (i - 3));
          ASSERT_EQ(largest[at], ranks - 1);
          for (int rank = 0; rank < ranks; ++rank)
            ASSERT_EQ(all[static_cast<std::size_t>(rank * count + i)], (rank + 1) * (i - 3));
        }
      }
    });
}

TEST(ThreadRanks, WaitForNoneThatHasLeft) {
  on_threads(3, [](ThreadRanks::Seat& seat) {
    seat.meet();
    if (seat.rank() == 1) return seat.leave();
    std::int64_t value = 1;
    EXPECT_THROW(for (int i = 0; i < 1000; ++i) seat.sum(&value, 1), FailedElsewhere);
    EXPECT_THROW(seat.meet(), FailedElsewhere);
  });
}

}  // namespace
}  // namespace linden
