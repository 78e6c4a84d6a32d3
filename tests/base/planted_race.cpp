// Two workers add to one variable without a lock. ThreadSanitizer must report it, or it sees nothing at all.
#include <atomic>
#include <cstdio>

#include "base/parallel.hpp"

int main() {
  linden::Workers workers(2);
  std::atomic<int> arrived{0};
  long sum = 0;
  workers.each(2, [&](std::int64_t task, int) {
    arrived.fetch_add(1, std::memory_order_relaxed);
    while (arrived.load(std::memory_order_relaxed) < 2) {  // both at once, without an order between them
    }
    sum += task;
  });
  std::printf("%ld\n", sum);
}
