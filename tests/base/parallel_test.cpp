#include "base/parallel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/helpers.hpp"

#ifdef __linux__
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace linden {
namespace {

class WorkersOf : public testing::TestWithParam<int> {};

TEST_P(WorkersOf, RunsEveryTaskOnce) {
  Workers workers(GetParam());
  std::vector<std::atomic<int>> runs(1000);
  workers.each(1000, [&](std::int64_t task, int worker) {
    ASSERT_GE(worker, 0);
    ASSERT_LT(worker, workers.threads());
    ++runs[task];
  });
  for (const auto& r : runs) EXPECT_EQ(r, 1);
}

TEST_P(WorkersOf, NeverRunsTwoTasksAsOneWorker) {
  Workers workers(GetParam());
  std::vector<std::atomic<int>> busy(static_cast<std::size_t>(workers.threads()));
  workers.each(2000, [&](std::int64_t, int worker) {
    EXPECT_EQ(busy[worker]++, 0);
    --busy[worker];
  });
}

TEST_P(WorkersOf, CutsTheSameChunksForAnyThreads) {
  Workers workers(GetParam());
  std::vector<std::int64_t> begins(4), ends(4);
  workers.chunks(10, 3, [&](std::int64_t begin, std::int64_t end, std::int64_t chunk, int) {
    begins[chunk] = begin;
    ends[chunk] = end;
  });
  EXPECT_EQ(begins, (std::vector<std::int64_t>{0, 3, 6, 9}));
  EXPECT_EQ(ends, (std::vector<std::int64_t>{3, 6, 9, 10}));
}

TEST_P(WorkersOf, ThrowsWhatATaskThrows) {
  Workers workers(GetParam());
  EXPECT_THROW(workers.each(100,
                            [](std::int64_t task, int) {
                              if (task == 42) throw std::runtime_error("42");
                            }),
               std::runtime_error);
}

TEST_P(WorkersOf, DoesNothingForNoTasks) {
  Workers workers(GetParam());
  workers.each(0, [](std::int64_t, int) { FAIL(); });
}

TEST_P(WorkersOf, ServesManyShortCalls) {
  Workers workers(GetParam());
  std::vector<std::int64_t> sums(64);
  for (std::int64_t call = 0; call < 3000; ++call)
    workers.each(64, [&](std::int64_t task, int) { sums[task] += call; });
  for (const std::int64_t sum : sums) EXPECT_EQ(sum, 2999 * 3000 / 2);
}

TEST_P(WorkersOf, RunsCallsWithinCallsAndFromOtherThreads) {
  Workers workers(GetParam());
  std::atomic<int> runs{0};
  const auto nested = [&] {
    for (int i = 0; i < 20; ++i)
      workers.each(8, [&](std::int64_t, int) { workers.each(4, [&](std::int64_t, int) { ++runs; }); });
  };
  std::thread other(nested);
  nested();
  other.join();
  EXPECT_EQ(runs, 2 * 20 * 8 * 4);
}

TEST_P(WorkersOf, WorksAfterATaskHasThrown) {
  Workers workers(GetParam());
  EXPECT_THROW(workers.each(50, [](std::int64_t, int) { throw std::runtime_error("each"); }), std::runtime_error);
  std::atomic<int> runs{0};
  workers.each(50, [&](std::int64_t, int) { ++runs; });
  EXPECT_EQ(runs, 50);
}

INSTANTIATE_TEST_SUITE_P(Threads, WorkersOf, testing::Values(0, 1, 2, 7, std::numeric_limits<int>::max()));

TEST(Workers, TakesNoMoreThreadsThanThereMayBeCores) {
  EXPECT_EQ(Workers(7).threads(), 7);
  EXPECT_LE(Workers(std::numeric_limits<int>::max()).threads(), std::max(64, usable_cores()));
}

TEST(Workers, ManyComeAndGo) {
  std::atomic<std::int64_t> sum{0};
  for (int i = 0; i < 2000; ++i) {
    Workers workers(0);
    workers.each(4, [&](std::int64_t task, int) { sum += task; });
  }
  EXPECT_EQ(sum, 2000 * 6);
}

TEST(Workers, ManyAtATimeShareTheHelpers) {
  std::atomic<std::int64_t> sum{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      Workers workers(0);
      for (int i = 0; i < 200; ++i) workers.each(8, [&](std::int64_t task, int) { sum += task; });
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum, 8 * 200 * 28);
}

#if defined(__linux__) && !defined(__SANITIZE_THREAD__)
// In a child of fork there is one thread: what was the helpers' is its own work, also for Workers that came along.
TEST(Workers, WorksAloneAfterAFork) {
  Workers workers(0);
  std::atomic<int> runs{0};
  for (int i = 0; i < 10; ++i) workers.each(100, [&](std::int64_t, int) { ++runs; });
  const pid_t child = fork();
  if (child == 0) {
    runs = 0;
    for (int i = 0; i < 10; ++i) {
      workers.each(100, [&](std::int64_t, int) { ++runs; });
      Workers(0).each(100, [&](std::int64_t, int) { ++runs; });
    }
    _exit(runs == 2000 ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}
#endif

}  // namespace
}  // namespace linden
