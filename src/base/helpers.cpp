#include "base/helpers.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#ifdef __linux__
#include <pthread.h>
#include <sched.h>
#endif

namespace linden {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds until_next_try{100};  // after the system refused a thread

std::atomic<bool> lost{false};

class Helpers {
 public:
  bool ask(HelperTask& task) {
    const std::lock_guard lock(mutex_);
    if (waiting_ >= idle_ && started_ + 1 < usable_cores() && Clock::now() >= next_try_ && !start())
      next_try_ = Clock::now() + until_next_try;
    if (started_ == 0) return false;
    task.next = nullptr;
    *last_ = &task;
    last_ = &task.next;
    ++waiting_;
    called_.notify_one();
    return true;
  }

  bool take_back(const HelperTask& task) {
    const std::lock_guard lock(mutex_);
    for (HelperTask** at = &first_; *at != nullptr; at = &(*at)->next)
      if (*at == &task) {
        remove(at);
        return true;
      }
    return false;
  }

 private:
  bool start() noexcept {
    try {
      watch_forks();
      std::thread([this] { serve(); }).detach();
      ++started_;
      return true;
    } catch (...) {  // no memory, no thread
      return false;
    }
  }

  void serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
      ++idle_;
      called_.wait(lock, [&] { return first_ != nullptr; });
      --idle_;
      const HelperTask task = *first_;  // the crew may be gone when it has been helped
      remove(&first_);
      lock.unlock();
      task.help(task.crew, task.worker, task.seen);
      lock.lock();
    }
  }

  void remove(HelperTask** at) {
    if (last_ == &(*at)->next) last_ = at;
    *at = (*at)->next;
    --waiting_;
  }

  void watch_forks() {
#ifdef __linux__
    if (!std::exchange(watches_, true)) pthread_atfork(nullptr, nullptr, [] { lost.store(true); });
#endif
  }

  std::mutex mutex_;
  std::condition_variable called_;
  HelperTask* first_ = nullptr;  // of those that wait
  HelperTask** last_ = &first_;
  int waiting_ = 0, idle_ = 0;
  int started_ = 0;
  bool watches_ = false;
  Clock::time_point next_try_{};
};

// Never destroyed: its threads wait until the process ends.
Helpers* all_helpers() noexcept {
  static Helpers* const helpers = new (std::nothrow) Helpers;
  return helpers;
}

}  // namespace

int usable_cores() {
  static const int cores = [] {
#ifdef __linux__
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return std::max(1, CPU_COUNT(&allowed));
#endif
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  }();
  return cores;
}

bool ask_helper(HelperTask& task) noexcept {
  Helpers* const helpers = all_helpers();
  return helpers != nullptr && !helpers_are_lost() && helpers->ask(task);
}

bool take_back(HelperTask& task) noexcept { return all_helpers()->take_back(task); }

bool helpers_are_lost() noexcept { return lost.load(std::memory_order_relaxed); }

}  // namespace linden
