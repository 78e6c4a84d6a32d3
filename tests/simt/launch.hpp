// What launch<kernel>(...) calls in a build for the executor: checks the shape and puts the kernel into its stream.
#pragma once

#include <cstddef>
#include <string_view>
#include <tuple>

#include "simt/words.hpp"

namespace linden::simt {

struct Stream;
int current_device();
int device_of(const Stream* stream);

struct Shape {
  dim3 grid, block;
  std::size_t shared = 0;  ///< bytes of dynamic shared memory
};

/// Why a device with the limits of compute capability 9.0 refuses the shape; null if it does not.
const char* why_not(const Shape& shape);

/// `call` runs the kernel for one thread with the values, of which a copy is kept until then.
void enqueue_kernel(Stream* stream, std::string_view name, const Shape& shape, void (*call)(const void* values),
                    const void* values, std::size_t bytes);

/// A copy that the checking build does not take for an access of the kernel.
void copy_values(void* to, const void* from, std::size_t bytes);

template <auto Kernel, class... Parameters>
void call_kernel(const void* values) {
  using Values = std::tuple<Parameters...>;
  alignas(Values) unsigned char mine[sizeof(Values)];
  copy_values(mine, values, sizeof(Values));
  std::apply(Kernel, *reinterpret_cast<const Values*>(mine));
}

template <auto Kernel, class... Parameters, class... Arguments>
void enqueue(Stream* stream, std::string_view name, const Shape& shape, Arguments&&... arguments) {
  const std::tuple<Parameters...> values(static_cast<Parameters>(arguments)...);
  enqueue_kernel(stream, name, shape, &call_kernel<Kernel, Parameters...>, &values, sizeof(values));
}

}  // namespace linden::simt
