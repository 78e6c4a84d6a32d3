// The seam of memory on a GPU.
#pragma once

#include "backend/memory_kernels.hpp"

namespace linden::cuda {

const MemoryKernels& memory_kernels();

}  // namespace linden::cuda
