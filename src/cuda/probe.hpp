// Whether this build has kernels for a GPU.
#pragma once

#include <cuda_runtime.h>

namespace linden::cuda {

/// cudaErrorNoKernelImageForDevice where the current device is too old, or of another kind than was compiled for.
cudaError_t probe_kernels();

}  // namespace linden::cuda
