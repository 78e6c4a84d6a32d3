// Where a tensor operation runs: the kernel table of its device, and the threads of the caller.
#pragma once

#include <linden/device.hpp>

#include "backend/tensor_kernels.hpp"

namespace linden {

const TensorKernels& tensor_kernels_of(const Device& device);

/// The context of operations on this thread (threads.hpp).
Context& tensor_context();

}  // namespace linden
