// Seconds that a process has computed.
#pragma once

#include <time.h>

namespace linden::bench {

/// Of all threads of this process, since it began.
inline double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace linden::bench
