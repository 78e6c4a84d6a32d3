// Threads: as many workers as the caller sets, and one way to use them.
//
// Which worker runs which task is not fixed, so a result must not depend on it: tasks write to places of their own,
// and whatever is added up afterwards is added in the order of tasks (or is a sum of integers).
//
// This header has no code that instantiates a thread library: files compiled for several instruction levels include
// it, and must not share such code.
#pragma once

#include <cstdint>
#include <memory>

namespace linden {

class Workers {
 public:
  /// `threads` workers, the calling thread among them; 0 takes all cores that the process may use. Of a number above
  /// 64 and above the cores the larger of these two is left. Where the system gives no threads the caller works alone.
  explicit Workers(int threads);
  ~Workers();
  Workers(Workers&&) noexcept;

  int threads() const noexcept { return threads_; }

  /// Calls body(task, worker) for each task in [0, tasks), 0 <= worker < threads(). No two calls at the same time
  /// have the same worker. An exception from a task is thrown here, when the others have ended.
  template <class Body>
  void each(std::int64_t tasks, const Body& body) {
    run(
        tasks,
        [](const void* closure, std::int64_t task, int worker) { (*static_cast<const Body*>(closure))(task, worker); },
        &body);
  }

  /// Calls body(begin, end, chunk, worker) for the chunks [0, size), [size, 2 size), ... of [0, count). The chunks do
  /// not depend on the number of threads.
  template <class Body>
  void chunks(std::int64_t count, std::int64_t size, const Body& body) {
    each((count + size - 1) / size, [&](std::int64_t chunk, int worker) {
      const std::int64_t end = (chunk + 1) * size;
      body(chunk * size, end < count ? end : count, chunk, worker);
    });
  }

 private:
  using Call = void (*)(const void* closure, std::int64_t task, int worker);
  void run(std::int64_t tasks, Call call, const void* closure);

  struct Pool;
  std::unique_ptr<Pool> pool_;
  int threads_;
};

}  // namespace linden
