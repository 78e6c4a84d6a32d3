// The crew behind Workers: helpers that stay for a moment after a call, ready for the next.
//
// Waking a sleeping thread takes as long as a hundred thousand additions. So a helper, once called, looks out for the
// next call of these workers for a tenth of a millisecond before it goes back to those that anyone may ask
// (helpers.hpp).
#include "base/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/fail.hpp"
#include "base/helpers.hpp"

#ifdef __linux__
#include <sched.h>
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
struct Workers::Pool {
  explicit Pool(int threads) : present(static_cast<std::size_t>(threads)), asked(static_cast<std::size_t>(threads)) {}
  ~Pool() {
    stopped = true;
    if (helpers_are_lost()) return;
    for (std::size_t worker = 1; worker < present.size(); ++worker) {
      if (!present[worker].load() || take_back(asked[worker])) continue;
      while (present[worker].load()) std::this_thread::yield();
    }
  }

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
  std::vector<std::atomic<bool>> present;  // by worker: asked for, or there
  std::vector<HelperTask> asked;           // by worker

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
    present[static_cast<std::size_t>(worker)].store(false);  // the last that a helper sees of the crew
  }

  void call_in(int worker, std::uint64_t seen) noexcept {
    const auto w = static_cast<std::size_t>(worker);
    if (present[w].exchange(true)) return;
    const auto help = [](void* crew, int number, std::uint64_t before) noexcept {
      static_cast<Pool*>(crew)->help(number, before);
    };
    asked[w] = {help, this, worker, seen};
    if (!ask_helper(asked[w])) present[w].store(false);
  }

  std::atomic<bool> taken{false};  // by the one caller whose tasks are shared
};

void Workers::run(std::int64_t tasks, Call call, const void* closure) {
  // Alone: nothing to share, or another thread (or a task of a call that is under way) has the helpers.
  if (pool_ == nullptr || tasks <= 1 || helpers_are_lost() || pool_->taken.exchange(true)) {
    for (std::int64_t task = 0; task < tasks; ++task) call(closure, task, 0);
    return;
  }
  Pool& crew = *pool_;
  const auto threads = static_cast<std::int64_t>(crew.present.size());
  crew.call = call;
  crew.closure = closure;
  crew.tasks = tasks;
  crew.caller_core = current_core();
  crew.next.store(0);
  crew.error = nullptr;
  crew.open.store(true);
  const std::uint64_t before = crew.calls.fetch_add(1);
  for (std::int64_t worker = 1; worker < std::min(threads, tasks); ++worker)
    crew.call_in(static_cast<int>(worker), before);
  crew.work(0);
  crew.open.store(false);
  for (int turns = 0; crew.inside.load() != 0; ++turns) turns < 1000 ? pause() : std::this_thread::yield();
  const std::exception_ptr error = std::exchange(crew.error, nullptr);
  crew.taken.store(false);
  if (error) std::rethrow_exception(error);
}

// More threads than cores would only wait for each other. Scratch memory is made for `threads_`, so that the number is
// bounded; where it is small it is left as asked for.
Workers::Workers(int threads)
    : threads_(threads > 0 ? std::min(threads, std::max(64, usable_cores())) : usable_cores()) {
  if (threads < 0) fail<ArgumentError>("threads is {}; it must be >= 0. Hint: 0 takes all cores.", threads);
  const int crew = std::min(threads_, usable_cores());
  if (crew > 1) pool_ = std::make_unique<Pool>(crew);
}

Workers::Workers(Workers&&) noexcept = default;
Workers::~Workers() = default;

}  // namespace linden
