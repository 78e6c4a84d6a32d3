// The door to the CUDA backend. One source answers it: no_cuda.cpp in a build without CUDA, src/cuda/backend.cpp in one
// that has it.
#pragma once

#include <cstdint>
#include <linden/device.hpp>

namespace linden {

struct Backend;
struct ExplainKernels;
namespace cuda {
class Stream;
}

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
  DeviceMemoryUse (*memory_use)(int device) = nullptr;
  void (*set_memory_budget)(int device, std::int64_t bytes) = nullptr;
  void (*trim_memory)(int device) = nullptr;
};

const CudaBackend& cuda_backend() noexcept;

}  // namespace linden
