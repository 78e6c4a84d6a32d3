// The gradient kernel of every instruction level that this machine can run.
#pragma once

#include <vector>

#include "backend/tree_kernels.hpp"
#include "cpu/levels.hpp"

namespace linden {

using Kernel = void (*)(Context&, const GradientTask&);

inline std::vector<Kernel> kernels() {
  std::vector<Kernel> list;
  for (const CpuLevel& level : cpu_levels()) list.push_back(level.tree().gradients);
  return list;
}

}  // namespace linden
