// The CUDA backend's answer: its tables, or why this machine cannot use them. CUDA is asked once, on first use.
#include "backend/backend.hpp"

#include <array>
#include <cstring>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "backend/cuda.hpp"
#include "base/fail.hpp"
#include "cuda/comms/nccl_comms.hpp"
#include "cuda/memory.hpp"
#include "cuda/probe.hpp"
#include "cuda/runtime/pool.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/tables.hpp"

namespace linden {
namespace {

std::string version_text(int version) { return fmt::format("{}.{}", version / 1000, version % 1000 / 10); }

// Half a sentence; empty when there are GPUs.
std::string why_no_devices(int& devices) {
  int driver = 0, runtime = 0;
  if (cudaDriverGetVersion(&driver) != cudaSuccess || driver == 0) return "no NVIDIA driver";
  const cudaError_t counted = cudaGetDeviceCount(&devices);
  cudaGetLastError();
  if (counted == cudaErrorNoDevice || (counted == cudaSuccess && devices == 0)) return "no NVIDIA GPU";
  if (counted == cudaErrorInsufficientDriver) {
    cudaRuntimeGetVersion(&runtime);
    return fmt::format("the NVIDIA driver is for CUDA {}, this build wants {}", version_text(driver),
                       version_text(runtime));
  }
  return counted == cudaSuccess ? "" : cudaGetErrorString(counted);
}

// Half a sentence; empty when this GPU can be worked on.
std::string why_not_this(int device) {
  const cuda::CurrentDevice current(device);
  const cudaError_t probed = cuda::probe_kernels();
  if (probed == cudaSuccess) return "";
  if (probed != cudaErrorNoKernelImageForDevice) return fmt::format("cuda:{}: {}", device, cudaGetErrorString(probed));
  return fmt::format("cuda:{} has compute capability {}.{}, for which this build has no kernels", device,
                     cuda::device_attribute(cudaDevAttrComputeCapabilityMajor, device),
                     cuda::device_attribute(cudaDevAttrComputeCapabilityMinor, device));
}

// What each GPU keeps until the process ends.
struct Kept {
  std::string why_not;
  cuda::Stream* shared = nullptr;           // never closed: tensors may outlive everything
  std::array<cuda::Stream*, 4> spare = {};  // of fits and predictions that have ended, for the next ones
};
std::mutex mutex;
std::vector<Kept>& kept() {
  static auto* const all = new std::vector<Kept>;
  return *all;
}
Kept& kept(int device) { return kept().at(static_cast<std::size_t>(device)); }

const char* why_not(int device) { return kept(device).why_not.c_str(); }

cuda::Stream* open_stream(int device) {
  {
    const std::lock_guard lock(mutex);
    for (cuda::Stream*& spare : kept(device).spare)
      if (spare != nullptr) return std::exchange(spare, nullptr);
  }
  return new cuda::Stream(device);
}

// A stream whose work failed is not used again.
void close_stream(cuda::Stream* stream) noexcept {
  if (cudaStreamSynchronize(stream->handle()) == cudaSuccess) {
    const std::lock_guard lock(mutex);
    for (cuda::Stream*& spare : kept(stream->device()).spare)
      if (spare == nullptr) {
        spare = stream;
        return;
      }
  }
  delete stream;
}

cuda::Stream* shared_stream(int device) {
  const std::lock_guard lock(mutex);
  cuda::Stream*& stream = kept(device).shared;
  if (stream == nullptr) stream = new cuda::Stream(device);
  return stream;
}

GpuId id_of(int device) {
  cudaDeviceProp properties{};
  cuda::check(cudaGetDeviceProperties(&properties, device), "the device's properties");
  GpuId id;
  static_assert(sizeof properties.uuid == sizeof id);
  std::memcpy(id.data(), &properties.uuid, sizeof id);
  return id;
}

DeviceMemoryUse memory_of(int device) {
  const cuda::Pool& pool = cuda::pool_of(device);
  return {pool.in_use(), pool.peak(), pool.budget(), pool.available()};
}

void budget_of(int device, std::int64_t bytes) { cuda::pool_of(device).set_budget(bytes); }

void trim(int device) { cuda::pool_of(device).trim(); }

CudaBackend ask() {
  static std::string reason;
  CudaBackend backend{.why_not = why_not,
                      .open_stream = open_stream,
                      .close_stream = close_stream,
                      .shared_stream = shared_stream,
                      .id = id_of,
                      .comms = cuda::nccl_comms,
                      .memory_use = memory_of,
                      .set_memory_budget = budget_of,
                      .trim_memory = trim};
  reason = why_no_devices(backend.devices);
  if (reason.empty()) {
    for (int device = 0; device < backend.devices; ++device) kept().push_back({.why_not = why_not_this(device)});
    while (backend.first < backend.devices && *why_not(backend.first) != 0) ++backend.first;
    if (backend.first == backend.devices) reason = why_not(0);
  }
  backend.reason = reason.c_str();
  if (reason.empty()) {
    static const Backend tables{cuda::tensor_kernels(), cuda::tree_kernels(), cuda::memory_kernels(),
                                cuda::linear_kernels()};
    backend.backend = &tables;
    backend.explain = &cuda::explain_kernels();
  }
  return backend;
}

}  // namespace

const CudaBackend& cuda_backend() noexcept {
  static const CudaBackend answer = ask();
  return answer;
}

}  // namespace linden
