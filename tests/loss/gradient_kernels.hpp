// The gradient kernel of every instruction level that this machine can run.
#pragma once

#include <vector>

#include "backend/tree_kernels.hpp"

namespace linden {

#if defined(__x86_64__) && !defined(LINDEN_ONE_LEVEL)
namespace v2 {
void gradients(Context&, const GradientTask&);
}
namespace v3 {
void gradients(Context&, const GradientTask&);
}
namespace v4 {
void gradients(Context&, const GradientTask&);
}
#else
namespace native {
void gradients(Context&, const GradientTask&);
}
#endif

using Kernel = void (*)(Context&, const GradientTask&);

inline std::vector<Kernel> kernels() {
#if defined(__x86_64__) && !defined(LINDEN_ONE_LEVEL)
  __builtin_cpu_init();
  std::vector<Kernel> list{v2::gradients};
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2")) return list;
  list.push_back(v3::gradients);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    list.push_back(v4::gradients);
  return list;
#else
  return {native::gradients};
#endif
}

}  // namespace linden
