// The CPU's backend, which counts what it is asked for.
#pragma once

#include "backend/backend.hpp"

namespace linden {

struct BackendCounts {
  int passes = 0;    ///< over the rows, for scores and gradient
  int products = 0;  ///< of Hessians and vectors
  int arrays = 0;    ///< that memory was allocated for
};

/// Of all tests of the process: one sets it to {} before it counts.
inline BackendCounts backend_counts;

inline const Backend& counting_backend() {
  static const LinearKernels linear = [] {
    LinearKernels kernels = cpu_linear_kernels();
    kernels.evaluate = [](Context& context, const EvaluateTask& task) {
      ++backend_counts.passes;
      cpu_linear_kernels().evaluate(context, task);
    };
    kernels.hessian_product = [](Context& context, const HessianProductTask& task) {
      ++backend_counts.products;
      cpu_linear_kernels().hessian_product(context, task);
    };
    return kernels;
  }();
  static const MemoryKernels memory = [] {
    MemoryKernels kernels = host_memory_kernels();
    kernels.allocate = [](Context& context, std::int64_t bytes, const char* what) {
      ++backend_counts.arrays;
      return host_memory_kernels().allocate(context, bytes, what);
    };
    return kernels;
  }();
  const Backend& cpu = backend_of(Device::cpu());
  static const Backend backend{cpu.tensor, cpu.tree, memory, linear};
  return backend;
}

}  // namespace linden
