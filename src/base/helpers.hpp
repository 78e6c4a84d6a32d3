// Threads that help: one set for the process, as many as there are cores beside the caller's, started when they are
// first asked for and kept. They go from crew to crew; whoever finds none works alone.
#pragma once

#include <cstdint>

namespace linden {

/// Cores that this process may use, at least 1.
int usable_cores();

/// Work for a helper: it calls help(crew, worker, seen) once. Must stay in place until that has begun, or it was taken
/// back.
struct HelperTask {
  void (*help)(void* crew, int worker, std::uint64_t seen) noexcept = nullptr;
  void* crew = nullptr;
  int worker = 0;
  std::uint64_t seen = 0;
  HelperTask* next = nullptr;  ///< of those that wait
};

/// Gives the task to the next helper that is free. False when there is none and no thread can be had.
bool ask_helper(HelperTask& task) noexcept;

/// Takes a task back that no helper has begun with. False when one has.
bool take_back(HelperTask& task) noexcept;

/// Whether this process came out of a fork after helpers had been started: they stayed behind, and it works alone.
bool helpers_are_lost() noexcept;

}  // namespace linden
