// A device as the library sees it: its tables of functions.
#pragma once

#include <linden/device.hpp>

#include "backend/device_array.hpp"
#include "backend/linear_kernels.hpp"
#include "backend/memory_kernels.hpp"
#include "backend/tensor_kernels.hpp"
#include "backend/tree_kernels.hpp"

namespace linden {

struct Backend {
  const TensorKernels& tensor;
  const TreeKernels& tree;
  const MemoryKernels& memory;
  const LinearKernels& linear;
};

/// Throws DeviceError for a GPU that this process cannot use.
const Backend& backend_of(const Device& device);

/// The stream of a GPU that all tensors of the process share; null for the CPU.
cuda::Stream* tensor_stream_of(const Device& device);

/// A context for one fit or prediction: the caller's threads, and on a GPU a stream of its own. Its end waits for the
/// work. `comms` must outlive it.
class DeviceContext : public Context {
 public:
  DeviceContext(const Device& device, Workers& workers, Comms* comms = nullptr);
  ~DeviceContext();
  DeviceContext(const DeviceContext&) = delete;
  DeviceContext& operator=(const DeviceContext&) = delete;
};

}  // namespace linden
