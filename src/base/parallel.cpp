#include "base/parallel.hpp"

#include <algorithm>
#include <thread>

#ifdef LINDEN_PLAIN_THREADS  // the tsan preset: ThreadSanitizer does not understand oneTBB's own synchronisation
#include <atomic>
#include <exception>
#include <mutex>
#include <vector>
#else
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>
#endif

namespace linden {

#ifdef LINDEN_PLAIN_THREADS

struct Arena::Pool {
  explicit Pool(int) {}
};

void Arena::run(std::int64_t tasks, Call call, const void* closure) {
  std::atomic<std::int64_t> next{0};
  std::exception_ptr error;
  std::mutex mutex;
  const auto work = [&](int worker) {
    try {
      for (std::int64_t task; (task = next.fetch_add(1)) < tasks;) call(closure, task, worker);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!error) error = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    for (int worker = 1; worker < std::min<std::int64_t>(threads_, tasks); ++worker) others.emplace_back(work, worker);
    work(0);
  }
  if (error) std::rethrow_exception(error);
}

#else

// More threads than cores would only wait for each other, and oneTBB says so on stderr.
struct Arena::Pool {
  explicit Pool(int threads) : arena(std::min(threads, tbb::info::default_concurrency())) {}
  tbb::task_arena arena;
};

void Arena::run(std::int64_t tasks, Call call, const void* closure) {
  if (threads_ == 1 || tasks <= 1) {
    for (std::int64_t task = 0; task < tasks; ++task) call(closure, task, 0);
    return;
  }
  pool_->arena.execute([&] {
    tbb::parallel_for(
        tbb::blocked_range<std::int64_t>(0, tasks, 1),
        [&](const tbb::blocked_range<std::int64_t>& range) {
          const int worker = tbb::this_task_arena::current_thread_index();
          for (std::int64_t task = range.begin(); task < range.end(); ++task) call(closure, task, worker);
        },
        tbb::simple_partitioner());
  });
}

#endif

Arena::Arena(int threads)
    : threads_(threads > 0 ? threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()))) {
  pool_ = std::make_unique<Pool>(threads_);
}

Arena::Arena(Arena&&) noexcept = default;
Arena::~Arena() = default;

}  // namespace linden
