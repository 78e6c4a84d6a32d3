#include "backend/backend.hpp"

#include "backend/cuda.hpp"
#include "backend/explain_kernels.hpp"
#include "base/fail.hpp"

namespace linden {

const Backend& backend_of(const Device& device) {
  static const Backend cpu{cpu_tensor_kernels(), cpu_tree_kernels(), host_memory_kernels(), cpu_linear_kernels()};
  if (device.kind() == Device::Kind::cpu) return cpu;
  const CudaBackend& cuda = cuda_backend();
  if (cuda.backend == nullptr)
    fail<DeviceError>("{}: no usable GPU ({}). Hint: Device::best() falls back to the CPU.", device.name(),
                      cuda.reason);
  return *cuda.backend;
}

const ExplainKernels& explain_kernels_of(const Device& device) {
  if (device.kind() == Device::Kind::cpu) return cpu_explain_kernels();
  backend_of(device);
  return *cuda_backend().explain;
}

cuda::Stream* tensor_stream_of(const Device& device) {
  return device.kind() == Device::Kind::cpu ? nullptr : cuda_backend().shared_stream(device.index());
}

DeviceContext::DeviceContext(const Device& device, Workers& threads, Comms* others)
    : Context{threads, device.kind() == Device::Kind::cpu ? nullptr : cuda_backend().open_stream(device.index()),
              others} {}

DeviceContext::~DeviceContext() {
  if (stream != nullptr) cuda_backend().close_stream(stream);
}

}  // namespace linden
