// The words that Linden adds to CUDA's, for nvcc. Kernels include simt.hpp; the executor's twin is
// tests/simt/device.hpp.
#pragma once

#include <cuda_runtime.h>

#include <type_traits>

// A variable in shared memory, given a type that needs no constructor: LINDEN_SHARED(partial, float[32]);
// The kernel writes it before it reads it.
#define LINDEN_SHARED(name, ...)                                                            \
  static_assert(std::is_trivially_default_constructible_v<__VA_ARGS__>,                     \
                "shared memory is not initialised: " #name " must have no initial values"); \
  __shared__ std::type_identity_t<__VA_ARGS__> name

// The shared memory that the launch asked for with .shared, as a pointer to T.
#define LINDEN_DYNAMIC_SHARED(name, ...)                                        \
  extern __shared__ __align__(16) unsigned char linden_dynamic_shared_memory[]; \
  __VA_ARGS__* const name = reinterpret_cast<__VA_ARGS__*>(linden_dynamic_shared_memory)

namespace linden::cuda {

/// Reads a word that another block writes with store_release: what that thread wrote before is then visible here.
__device__ __forceinline__ unsigned long long load_acquire(const unsigned long long* word) {
  unsigned long long value;
  asm volatile("ld.acquire.gpu.global.u64 %0, [%1];" : "=l"(value) : "l"(word) : "memory");
  return value;
}

__device__ __forceinline__ void store_release(unsigned long long* word, unsigned long long value) {
  asm volatile("st.release.gpu.global.u64 [%0], %1;" ::"l"(word), "l"(value) : "memory");
}

}  // namespace linden::cuda
