// Two workers add to one variable without a lock. ThreadSanitizer must report it, or it sees nothing at all.
#include <cstdio>

#include "base/parallel.hpp"

int main() {
  linden::Arena arena(2);
  long sum = 0;
  arena.each(1000, [&](std::int64_t task, int) { sum += task; });
  std::printf("%ld\n", sum);
}
