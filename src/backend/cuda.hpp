// The door to the CUDA backend. One source answers it: no_cuda.cpp in a build without CUDA, src/cuda/backend.cpp in one
// that has it.
#pragma once

#include <array>
#include <cstdint>
#include <linden/communicator.hpp>
#include <linden/device.hpp>
#include <memory>

namespace linden {

struct Backend;
class Comms;
struct ExplainKernels;
namespace cuda {
class Stream;
}

/// What tells a GPU from all others, anywhere.
using GpuId = std::array<char, 16>;

struct CudaBackend {
  const Backend* backend = nullptr;              ///< null without a usable GPU
  const ExplainKernels* explain = nullptr;       ///< likewise
  const char* reason = "";                       ///< why it is null, as half a sentence
  int devices = 0;                               ///< usable or not
  int first = 0;                                 ///< the first usable one
  const char* (*why_not)(int device) = nullptr;  ///< why this one cannot be used, as half a sentence; empty if it can
  cuda::Stream* (*open_stream)(int device) = nullptr;
  void (*close_stream)(cuda::Stream*) noexcept = nullptr;  ///< waits for its work; never throws
  cuda::Stream* (*shared_stream)(int device) = nullptr;    ///< that of all tensors, never closed
  GpuId (*id)(int device) = nullptr;
  /// Sums on the streams of GPUs, by NCCL; null where it is not to be had, on all ranks alike. All ranks, each of which
  /// has a GPU of its own, call it together.
  std::unique_ptr<Comms> (*comms)(int device, Communicator& ranks) = nullptr;
  DeviceMemoryUse (*memory_use)(int device) = nullptr;
  void (*set_memory_budget)(int device, std::int64_t bytes) = nullptr;
  void (*trim_memory)(int device) = nullptr;
};

const CudaBackend& cuda_backend() noexcept;

}  // namespace linden
