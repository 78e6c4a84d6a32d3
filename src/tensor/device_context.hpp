// Where a tensor operation runs: the kernel table of its device, the threads of the caller, and a GPU's stream.
#pragma once

#include <linden/device.hpp>

#include "backend/backend.hpp"

namespace linden {

/// The context of operations on this thread (threads.hpp) on a device, good until the next call. On a GPU its stream is
/// the one of all tensors.
Context& tensor_context(const Device& device);

inline const TensorKernels& tensor_kernels_of(const Device& device) { return backend_of(device).tensor; }

}  // namespace linden
