// The instruction levels of the machine, and those that the kernels were compiled for.
#pragma once

#include <span>
#include <string_view>

namespace linden {

struct TreeKernels;
struct PageKernels;
struct TensorKernels;
struct LinearKernels;
struct ExplainKernels;

/// The best instruction level of x86-64 that this machine runs: 2, 3 or 4; 0 on other processors.
int machine_level();

struct CpuLevel {
  std::string_view name;  ///< "v2", "v3", "v4" of x86-64; "native" where kernels were compiled once
  const TreeKernels& (*tree)();
  const TensorKernels& (*tensor)();
  const LinearKernels& (*linear)();
  const ExplainKernels& (*explain)();
  const PageKernels& (*page)();
};

/// Those that were compiled and that the machine runs: one at least, the best last.
std::span<const CpuLevel> cpu_levels();

}  // namespace linden
