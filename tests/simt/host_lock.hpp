// HostLock: one host thread at a time is in the executor, whichever of them. It nests.
#pragma once

#include <chrono>

namespace linden::simt {

class HostLock {
 public:
  HostLock();
  ~HostLock();
  HostLock(const HostLock&) = delete;
  HostLock& operator=(const HostLock&) = delete;

  /// Lets other threads in, from the outermost lock alone, until one of them has left; false when none has for so long.
  bool wait(std::chrono::seconds most);
};

}  // namespace linden::simt
