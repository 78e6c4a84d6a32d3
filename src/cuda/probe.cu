#include "cuda/probe.hpp"

#include "cuda/runtime/simt.hpp"

namespace linden::cuda {
namespace {

__global__ void nothing() {}

}  // namespace

cudaError_t probe_kernels() {
  cudaFuncAttributes attributes;
  const cudaError_t status = cudaFuncGetAttributes(&attributes, reinterpret_cast<const void*>(nothing));
  cudaGetLastError();
  return status;
}

}  // namespace linden::cuda
