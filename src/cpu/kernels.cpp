// Which instruction level runs: the best that the machine has, or the one that LINDEN_ISA names.
#include <cstdlib>

#include "backend/explain_kernels.hpp"
#include "backend/linear_kernels.hpp"
#include "backend/page_kernels.hpp"
#include "backend/tensor_kernels.hpp"
#include "backend/tree_kernels.hpp"
#include "base/fail.hpp"
#include "cpu/levels.hpp"

namespace linden {

int machine_level() {
#if defined(__x86_64__) || defined(_M_X64)
  __builtin_cpu_init();
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
                  __builtin_cpu_supports("bmi2");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  return v4 ? 4 : v3 ? 3 : 2;
#else
  return 0;
#endif
}

#if (defined(__x86_64__) || defined(_M_X64)) && !defined(LINDEN_ONE_LEVEL)

namespace v2 {
const TreeKernels& tree_kernels();
const TensorKernels& tensor_kernels();
const LinearKernels& linear_kernels();
const ExplainKernels& explain_kernels();
const PageKernels& page_kernels();
}  // namespace v2
namespace v3 {
const TreeKernels& tree_kernels();
const TensorKernels& tensor_kernels();
const LinearKernels& linear_kernels();
const ExplainKernels& explain_kernels();
const PageKernels& page_kernels();
}  // namespace v3
namespace v4 {
const TreeKernels& tree_kernels();
const TensorKernels& tensor_kernels();
const LinearKernels& linear_kernels();
const ExplainKernels& explain_kernels();
const PageKernels& page_kernels();
}  // namespace v4

namespace {

constexpr CpuLevel built[] = {
    {"v2", v2::tree_kernels, v2::tensor_kernels, v2::linear_kernels, v2::explain_kernels, v2::page_kernels},
    {"v3", v3::tree_kernels, v3::tensor_kernels, v3::linear_kernels, v3::explain_kernels, v3::page_kernels},
    {"v4", v4::tree_kernels, v4::tensor_kernels, v4::linear_kernels, v4::explain_kernels, v4::page_kernels}};

std::size_t count_runnable() { return static_cast<std::size_t>(machine_level() - 1); }

}  // namespace

#else

namespace native {
const TreeKernels& tree_kernels();
const TensorKernels& tensor_kernels();
const LinearKernels& linear_kernels();
const ExplainKernels& explain_kernels();
const PageKernels& page_kernels();
}  // namespace native

namespace {

constexpr CpuLevel built[] = {{"native", native::tree_kernels, native::tensor_kernels, native::linear_kernels,
                               native::explain_kernels, native::page_kernels}};

std::size_t count_runnable() { return 1; }

}  // namespace

#endif

namespace {

const CpuLevel& choose() {
  const std::span<const CpuLevel> levels = cpu_levels();
  const char* const wanted = std::getenv("LINDEN_ISA");
  if (!wanted) return levels.back();
  const std::string_view name = wanted;
  if (name != "v2" && name != "v3" && name != "v4")
    fail<ArgumentError>("LINDEN_ISA is \"{}\"; it must be v2, v3 or v4.", name);
  if (std::size(built) == 1) return levels.back();  // the one that was built stands for whichever is wanted
  for (const CpuLevel& level : levels)
    if (level.name == name) return level;
  fail<ArgumentError>("LINDEN_ISA is \"{}\", but this machine has {} at most. Hint: unset it.", name,
                      levels.back().name);
}

const CpuLevel& chosen() {
  static const CpuLevel& level = choose();
  return level;
}

}  // namespace

std::span<const CpuLevel> cpu_levels() {
  static const std::size_t count = count_runnable();
  return {built, count};
}

const TreeKernels& cpu_tree_kernels() { return chosen().tree(); }
const TensorKernels& cpu_tensor_kernels() { return chosen().tensor(); }
const LinearKernels& cpu_linear_kernels() { return chosen().linear(); }
const ExplainKernels& cpu_explain_kernels() { return chosen().explain(); }
const PageKernels& cpu_page_kernels() { return chosen().page(); }

}  // namespace linden
