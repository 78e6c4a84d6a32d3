// The CUDA backend's answer: its tables, or why this machine cannot use them. CUDA is asked once, on first use.
#include "backend/backend.hpp"

#include <array>
#include <mutex>
#include <string>

#include "backend/cuda.hpp"
#include "base/fail.hpp"
#include "memory.hpp"
#include "probe.hpp"
#include "runtime/pool.hpp"
#include "runtime/queue.hpp"
#include "tables.hpp"

namespace linden {
namespace {

std::string version_text(int version) { return fmt::format("{}.{}", version / 1000, version % 1000 / 10); }

// Half a sentence; empty when there is a GPU to work on.
std::string why_not(int& devices) {
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
  if (counted != cudaSuccess) return cudaGetErrorString(counted);
  if (const cudaError_t probed = cuda::probe_kernels(); probed == cudaErrorNoKernelImageForDevice) {
    int major = 0, minor = 0;
    cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0);
    cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, 0);
    return fmt::format("cuda:0 has compute capability {}.{}, for which this build has no kernels", major, minor);
  } else if (probed != cudaSuccess) {
    return cudaGetErrorString(probed);
  }
  return "";
}

cuda::Queue* open_queue(int device) { return new cuda::Queue(device); }

void close_queue(cuda::Queue* queue) noexcept {
  cudaStreamSynchronize(queue->stream());
  const int device = queue->device();
  delete queue;
  cuda::pool_of(device).trim();
}

cuda::Queue* shared_queue(int device) {
  static std::mutex mutex;
  static std::array<cuda::Queue*, 64> queues{};  // never closed: tensors may outlive everything
  const std::lock_guard lock(mutex);
  cuda::Queue*& queue = queues.at(static_cast<std::size_t>(device));
  if (queue == nullptr) queue = new cuda::Queue(device);
  queue->use();
  return queue;
}

DeviceMemoryUse memory_of(int device) {
  const cuda::Pool& pool = cuda::pool_of(device);
  return {pool.in_use(), pool.peak(), pool.budget(), pool.available()};
}

void budget_of(int device, std::int64_t bytes) { cuda::pool_of(device).set_budget(bytes); }

CudaBackend ask() {
  static std::string reason;
  CudaBackend backend{.open_queue = open_queue,
                      .close_queue = close_queue,
                      .shared_queue = shared_queue,
                      .memory_use = memory_of,
                      .set_memory_budget = budget_of};
  reason = why_not(backend.devices);
  backend.reason = reason.c_str();
  if (reason.empty()) {
    static const Backend tables{cuda::tensor_kernels(), cuda::tree_kernels(), cuda::memory_kernels(),
                                cuda::linear_kernels()};
    backend.backend = &tables;
  }
  return backend;
}

}  // namespace

const CudaBackend& cuda_backend() noexcept {
  static const CudaBackend answer = ask();
  return answer;
}

}  // namespace linden
