// The arena's crew: helpers that stay for a moment after a call, ready for the next.
//
// Waking a sleeping thread takes as long as a hundred thousand additions. So a helper, once called, looks out for the
// arena's next call for a tenth of a millisecond before it goes back to oneTBB, which owns the threads and lends no
// more of them than there are cores, however many arenas a program has.
#include "base/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#ifdef __linux__
#include <sched.h>
#endif
#ifndef LINDEN_PLAIN_THREADS  // the tsan preset: ThreadSanitizer does not understand oneTBB's own synchronisation
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>
#endif

namespace linden {
namespace {

constexpr std::chrono::microseconds patience{100};

#ifdef __linux__
int current_core() { return sched_getcpu(); }

/// Linux may wake a helper on the core of its caller and leave both there for a tenth of a second: ask for another one.
void leave_core(int core) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) < 2) return;
  cpu_set_t others = allowed;
  CPU_CLR(core, &others);
  if (sched_setaffinity(0, sizeof others, &others) == 0) sched_setaffinity(0, sizeof allowed, &allowed);
}
#else
int current_core() { return -1; }
void leave_core(int) {}
#endif

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

/// One call at a time: its tasks are handed out by a counter to the caller (worker 0) and to the helpers that are
/// there.
struct Arena::Pool {
  struct Crew {
    explicit Crew(int threads) : present(static_cast<std::size_t>(threads)) {}

    // The call. A helper counts itself in before it looks whether the call is open; the caller closes it before it
    // looks whether all are out. So whoever works on a call is waited for.
    std::atomic<bool> open{false};
    std::atomic<int> inside{0};
    std::atomic<std::int64_t> next{0};
    Call call = nullptr;
    const void* closure = nullptr;
    std::int64_t tasks = 0;
    int caller_core = -1;
    std::mutex error_mutex;
    std::exception_ptr error;

    std::atomic<std::uint64_t> calls{0};  // so far
    std::atomic<bool> stopped{false};
    std::vector<std::atomic<bool>> present;  // by worker

    void work(int worker) {
      try {
        for (std::int64_t task; (task = next.fetch_add(1, std::memory_order_relaxed)) < tasks;)
          call(closure, task, worker);
      } catch (...) {
        const std::lock_guard lock(error_mutex);
        if (!error) error = std::current_exception();
        next.store(tasks, std::memory_order_relaxed);  // the rest is not worth doing
      }
    }

    /// Whether there was a call after the one numbered `seen` before patience ran out.
    bool waits_for_another(std::uint64_t seen) const {
      const auto end = std::chrono::steady_clock::now() + patience;
      do {
        for (int i = 0; i < 64; ++i) {
          if (calls.load() != seen) return true;
          if (stopped.load(std::memory_order_relaxed)) return false;
          pause();
        }
      } while (std::chrono::steady_clock::now() < end);
      return false;
    }

    void help(int worker, std::uint64_t seen) {
      while (waits_for_another(seen)) {
        seen = calls.load();
        inside.fetch_add(1);
        if (open.load()) {
          if (const int core = current_core(); core >= 0 && core == caller_core) leave_core(core);
          work(worker);
        }
        inside.fetch_sub(1);
      }
      present[static_cast<std::size_t>(worker)].store(false);
    }
  };

  Crew crew;

#ifdef LINDEN_PLAIN_THREADS
  explicit Pool(int threads) : crew(std::min(threads, 3)), helpers(3) {}
  ~Pool() { crew.stopped = true; }
  void call_in(int worker, std::uint64_t seen) {
    helpers[static_cast<std::size_t>(worker)] = std::jthread([this, worker, seen] { crew.help(worker, seen); });
  }
  std::vector<std::jthread> helpers;
#else
  // More threads than cores would only wait for each other.
  explicit Pool(int threads)
      : crew(std::min(threads, tbb::info::default_concurrency())),
        arena(std::min(threads, tbb::info::default_concurrency())) {}
  ~Pool() {
    crew.stopped = true;
    arena.execute([this] { helpers.wait(); });  // those too that oneTBB has not started yet
  }
  void call_in(int worker, std::uint64_t seen) {
    arena.enqueue(helpers.defer([this, worker, seen] { crew.help(worker, seen); }));
  }
  tbb::task_arena arena;
  tbb::task_group helpers;
#endif

  std::atomic<bool> taken{false};  // by the one caller whose tasks are shared
};

void Arena::run(std::int64_t tasks, Call call, const void* closure) {
  Pool::Crew& crew = pool_->crew;
  const auto threads = static_cast<std::int64_t>(crew.present.size());
  // Alone: nothing to share, or another thread (or a task of a call that is under way) has the helpers.
  if (threads == 1 || tasks <= 1 || pool_->taken.exchange(true)) {
    for (std::int64_t task = 0; task < tasks; ++task) call(closure, task, 0);
    return;
  }
  crew.call = call;
  crew.closure = closure;
  crew.tasks = tasks;
  crew.caller_core = current_core();
  crew.next.store(0);
  crew.error = nullptr;
  crew.open.store(true);
  const std::uint64_t before = crew.calls.fetch_add(1);
  for (std::int64_t worker = 1; worker < std::min(threads, tasks); ++worker)
    if (!crew.present[static_cast<std::size_t>(worker)].exchange(true))
      pool_->call_in(static_cast<int>(worker), before);
  crew.work(0);
  crew.open.store(false);
  for (int turns = 0; crew.inside.load() != 0; ++turns) turns < 1000 ? pause() : std::this_thread::yield();
  const std::exception_ptr error = std::exchange(crew.error, nullptr);
  pool_->taken.store(false);
  if (error) std::rethrow_exception(error);
}

Arena::Arena(int threads)
    : threads_(threads > 0 ? threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()))) {
  pool_ = std::make_unique<Pool>(threads_);
}

Arena::Arena(Arena&&) noexcept = default;
Arena::~Arena() = default;

}  // namespace linden
