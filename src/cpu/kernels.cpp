// Which instruction level runs: the best that the machine has, or the one that LINDEN_ISA names.
#include <cstdlib>
#include <string_view>

#include "backend/linear_kernels.hpp"
#include "backend/tensor_kernels.hpp"
#include "backend/tree_kernels.hpp"
#include "base/fail.hpp"

namespace linden {
namespace {

/// The level that LINDEN_ISA names, or 0.
int wanted_level() {
  const char* wanted = std::getenv("LINDEN_ISA");
  if (!wanted) return 0;
  const std::string_view name = wanted;
  if (name != "v2" && name != "v3" && name != "v4")
    fail<ArgumentError>("LINDEN_ISA is \"{}\"; it must be v2, v3 or v4.", name);
  return name[1] - '0';
}

}  // namespace

#if (defined(__x86_64__) || defined(_M_X64)) && !defined(LINDEN_ONE_LEVEL)

namespace v2 {
const TreeKernels& tree_kernels();
const TensorKernels& tensor_kernels();
const LinearKernels& linear_kernels();
}  // namespace v2
namespace v3 {
const TreeKernels& tree_kernels();
const TensorKernels& tensor_kernels();
const LinearKernels& linear_kernels();
}  // namespace v3
namespace v4 {
const TreeKernels& tree_kernels();
const TensorKernels& tensor_kernels();
const LinearKernels& linear_kernels();
}  // namespace v4

namespace {

int machine_level() {
  __builtin_cpu_init();
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
                  __builtin_cpu_supports("bmi2");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  return v4 ? 4 : v3 ? 3 : 2;
}

int chosen_level() {
  const int most = machine_level(), wanted = wanted_level();
  if (wanted > most)
    fail<ArgumentError>("LINDEN_ISA is \"v{}\", but this machine has v{} at most. Hint: unset it.", wanted, most);
  return wanted > 0 ? wanted : most;
}

int level() {
  static const int chosen = chosen_level();
  return chosen;
}

const TreeKernels& choose_tree() {
  return level() == 4 ? v4::tree_kernels() : level() == 3 ? v3::tree_kernels() : v2::tree_kernels();
}
const TensorKernels& choose_tensor() {
  return level() == 4 ? v4::tensor_kernels() : level() == 3 ? v3::tensor_kernels() : v2::tensor_kernels();
}
const LinearKernels& choose_linear() {
  return level() == 4 ? v4::linear_kernels() : level() == 3 ? v3::linear_kernels() : v2::linear_kernels();
}

}  // namespace

#else

namespace native {
const TreeKernels& tree_kernels();
const TensorKernels& tensor_kernels();
const LinearKernels& linear_kernels();
}  // namespace native
namespace {
// One level was built: it stands for whichever is wanted.
const TreeKernels& choose_tree() {
  wanted_level();
  return native::tree_kernels();
}
const TensorKernels& choose_tensor() {
  wanted_level();
  return native::tensor_kernels();
}
const LinearKernels& choose_linear() {
  wanted_level();
  return native::linear_kernels();
}
}  // namespace

#endif

const TreeKernels& cpu_tree_kernels() {
  static const TreeKernels& chosen = choose_tree();
  return chosen;
}

const TensorKernels& cpu_tensor_kernels() {
  static const TensorKernels& chosen = choose_tensor();
  return chosen;
}

const LinearKernels& cpu_linear_kernels() {
  static const LinearKernels& chosen = choose_linear();
  return chosen;
}

}  // namespace linden
