// The door to the CUDA backend. One source answers it: no_cuda.cpp in a build without CUDA.
#pragma once

namespace linden {

struct TreeKernels;

struct CudaBackend {
  const TreeKernels* tree_kernels = nullptr;  ///< null without a usable GPU
  int devices = 0;
  const char* reason = "";  ///< why the table is null, as half a sentence
};

const CudaBackend& cuda_backend() noexcept;

}  // namespace linden
