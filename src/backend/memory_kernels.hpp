// The seam of memory: room on a device, and copies between it and the host.
//
// Everything happens in the order of the context's stream. On the CPU, device and host are the same and a copy is a
// copy; its table is host_memory.cpp, the GPU's src/cuda/memory.cpp.
#pragma once

#include <cstdint>

#include "backend/context.hpp"

namespace linden {

struct MemoryKernels {
  /// Whether the host reads and writes this memory as its own.
  bool is_host;
  /// Uninitialised memory, aligned to 256 bytes; null for 0 bytes. `what` names it in the MemoryError that says how
  /// much was wanted, what is free and what would need less ("histograms").
  void* (*allocate)(Context&, std::int64_t bytes, const char* what);
  /// What was queued before may still use it.
  void (*release)(Context&, void* memory, std::int64_t bytes) noexcept;
  /// From the host. The source may change as soon as it returns.
  void (*upload)(Context&, void* to, const void* from, std::int64_t bytes);
  /// To the host: when it returns, all that was queued before is done, and the bytes are there.
  void (*download)(Context&, void* to, const void* from, std::int64_t bytes);
  /// From device to device.
  void (*copy)(Context&, void* to, const void* from, std::int64_t bytes);
  void (*fill)(Context&, void* to, std::uint8_t byte, std::int64_t bytes);
  /// Bytes that could be allocated now; on the host nobody asks, and there is no end.
  std::int64_t (*available)(Context&);
};

/// The host's own.
const MemoryKernels& host_memory_kernels();

}  // namespace linden
