// Progress: a flag that kernels set, seen by the host some steps late, so that it never waits for the step at hand.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

namespace linden::cuda {

class Progress {
 public:
  Progress();
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void restart() noexcept { steps_ = 0; }
  /// Calls of step() since restart().
  int steps() const noexcept { return steps_; }
  /// Asks for the flag as it stands after what is queued now; returns what it was `lag` calls ago, or false.
  bool step(const std::int32_t* flag, cudaStream_t stream);

 private:
  static constexpr int lag = 2;

  int steps_ = 0;
  std::int32_t* seen_ = nullptr;  // [lag + 1], pinned
  cudaEvent_t copied_[lag + 1] = {};
};

}  // namespace linden::cuda
