// The door to the CUDA backend. One source answers it: no_cuda.cpp in a build without CUDA.
#pragma once

namespace linden {

struct TensorKernels;
struct TreeKernels;

struct CudaBackend {
  const TensorKernels* tensor_kernels = nullptr;  ///< null without a usable GPU
  const TreeKernels* tree_kernels = nullptr;
  int devices = 0;
  const char* reason = "";  ///< why the tables are null, as half a sentence
};

const CudaBackend& cuda_backend() noexcept;

}  // namespace linden
