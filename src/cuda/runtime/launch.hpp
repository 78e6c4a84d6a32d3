// Starting a kernel: launch<kernel<float>>({.grid = blocks, .block = 256, .shared = bytes, .stream = stream},
// arguments...);
//
// The kernel is a template parameter: it fixes the types of the arguments, and errors know its name. A launch that
// cannot be throws DeviceError; what goes wrong inside a kernel shows at the next synchronisation.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <linden/error.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "cuda/runtime/current_device.hpp"  // which has CUDA's words: of the toolkit, or of the executor, which says so by LINDEN_SIMT
#ifdef LINDEN_SIMT
#include "simt/launch.hpp"
#endif

namespace linden::cuda {

/// A stream and the GPU that it is of, which need not be the thread's current one.
struct StreamHandle {
  constexpr StreamHandle(cudaStream_t its_handle = nullptr, int its_device = -1) noexcept
      : handle(its_handle), device(its_device) {}
  constexpr operator cudaStream_t() const noexcept { return handle; }

  cudaStream_t handle;
  int device;  ///< -1: the current one
};

struct LaunchShape {
  dim3 grid = 1;
  dim3 block = 1;
  std::size_t shared = 0;  ///< bytes of dynamic shared memory
  StreamHandle stream = {};
};

namespace launching {

/// "histogram<unsigned char, 64>" of what the compiler calls this function; namespaces are left out, and by clang the
/// template arguments.
template <auto Kernel>
constexpr std::string_view kernel_name() {
  std::string_view name = __PRETTY_FUNCTION__;
  const std::size_t begin = name.find("Kernel = ") + 9;
  name = name.substr(begin, name.find_first_of(";]", begin) - begin);
  const std::size_t scope = name.substr(0, name.find('<')).rfind("::");
  return scope == name.npos ? name : name.substr(scope + 2);
}

inline std::string text(const dim3& shape) {
  return "(" + std::to_string(shape.x) + "," + std::to_string(shape.y) + "," + std::to_string(shape.z) + ")";
}

[[noreturn]] inline void refuse(std::string_view kernel, const LaunchShape& shape, const std::string& why) {
  throw DeviceError(std::string(kernel) + ": cannot launch a grid of " + text(shape.grid) + " blocks of " +
                    text(shape.block) + " threads with " + std::to_string(shape.shared) +
                    " bytes of dynamic shared memory: " + why + ".");
}

#ifndef LINDEN_SIMT
/// Lets a kernel have all the shared memory there is beside its own variables; one that does not ask has 48 KB for
/// both. A multiprocessor's memory goes to shared memory as far as it can, so that two blocks fit where the driver
/// would rather keep a larger first-level cache. Once for a device and not by what a launch needs, so that several
/// threads may launch the kernel.
template <auto Kernel, class Check>
void ask_for_shared(const Check& check) {
  static std::atomic<std::uint64_t> asked{0};  // a bit for each device
  int device = 0, most = 0;
  check(cudaGetDevice(&device));
  const std::uint64_t bit = std::uint64_t{1} << device;
  if ((asked & bit) != 0) return;
  cudaFuncAttributes own{};
  check(cudaFuncGetAttributes(&own, Kernel));
  check(cudaDeviceGetAttribute(&most, cudaDevAttrMaxSharedMemoryPerBlockOptin, device));
  check(cudaFuncSetAttribute(Kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, most - int(own.sharedSizeBytes)));
  check(cudaFuncSetAttribute(Kernel, cudaFuncAttributePreferredSharedMemoryCarveout, cudaSharedmemCarveoutMaxShared));
  asked |= bit;
}
#endif

}  // namespace launching

template <auto Kernel, class... Parameters, class... Arguments>
void launch_as(void (*)(Parameters...), const LaunchShape& shape, Arguments&&... arguments) {
  static_assert(sizeof...(Parameters) == sizeof...(Arguments), "the kernel takes another number of arguments");
  static_assert((std::is_trivially_copyable_v<Parameters> && ...), "kernels take plain values");
  static_assert((!std::is_reference_v<Parameters> && ...), "kernels take no references");
  const CurrentDevice current(shape.stream.device);
#ifndef LINDEN_SIMT
  const auto check = [&](cudaError_t status) {
    if (status != cudaSuccess) launching::refuse(launching::kernel_name<Kernel>(), shape, cudaGetErrorString(status));
  };
  if (shape.shared > 0) launching::ask_for_shared<Kernel>(check);
  [&](Parameters... values) {
    void* addresses[] = {static_cast<void*>(&values)..., nullptr};
    check(cudaLaunchKernel(reinterpret_cast<const void*>(Kernel), shape.grid, shape.block, addresses, shape.shared,
                           shape.stream.handle));
  }(std::forward<Arguments>(arguments)...);
#else
  const simt::Shape plain{shape.grid, shape.block, shape.shared};
  if (const char* why = simt::why_not(plain)) launching::refuse(launching::kernel_name<Kernel>(), shape, why);
  if (simt::device_of(shape.stream.handle) != simt::current_device())
    launching::refuse(launching::kernel_name<Kernel>(), shape, cudaGetErrorString(cudaErrorInvalidResourceHandle));
  simt::enqueue<Kernel, Parameters...>(shape.stream.handle, launching::kernel_name<Kernel>(), plain,
                                       std::forward<Arguments>(arguments)...);
#endif
}

template <auto Kernel, class... Arguments>
void launch(const LaunchShape& shape, Arguments&&... arguments) {
  launch_as<Kernel>(Kernel, shape, std::forward<Arguments>(arguments)...);
}

}  // namespace linden::cuda
