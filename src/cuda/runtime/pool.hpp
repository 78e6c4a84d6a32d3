// The memory of one GPU: CUDA's stream-ordered pool, counted, with a budget.
//
// Memory that has been released stays with the process until trim(), so that fits and predictions one after another ask
// the driver once. Some virtual and old GPUs have no pools: there each allocation asks the driver.
#pragma once

#include <atomic>
#include <cstdint>

#include "cuda/runtime/launch.hpp"

namespace linden::cuda {

class Pool {
 public:
  explicit Pool(int device);
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// 256-byte aligned, in stream order; null for 0 bytes. Throws MemoryError naming `what` when the budget or the
  /// device has not so much.
  void* allocate(std::int64_t bytes, const char* what, StreamHandle stream);
  void release(void* memory, std::int64_t bytes, StreamHandle stream) noexcept;
  /// Gives what is not in use back to the driver.
  void trim() noexcept;

  std::int64_t in_use() const noexcept { return in_use_; }
  std::int64_t peak() const noexcept { return peak_; }
  std::int64_t budget() const noexcept { return budget_; }
  /// At most so many bytes in use from now on; 0: as many as the device has.
  void set_budget(std::int64_t bytes) noexcept { budget_ = bytes; }
  /// Bytes that could be allocated now.
  std::int64_t available() const;

 private:
  struct Room {
    std::int64_t free, total;
  };
  /// What the pool keeps without use is free, too.
  Room room() const;
  [[noreturn]] void refuse(std::int64_t bytes, const char* what) const;

  cudaError_t ask_for(void** memory, std::int64_t bytes, StreamHandle stream);

  int device_;
  bool has_pool_;
  cudaMemPool_t pool_ = nullptr;
  std::atomic<std::int64_t> in_use_{0}, peak_{0}, budget_{0};
};

/// That of a device, made on first use and never destroyed: no CUDA call runs when the process ends.
Pool& pool_of(int device);

}  // namespace linden::cuda
