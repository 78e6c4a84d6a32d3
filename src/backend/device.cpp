// Devices: which there are, and why a GPU is not.
#include <linden/device.hpp>

#include "backend/cuda.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"

namespace linden {

bool cuda_available() noexcept { return cuda_backend().backend != nullptr; }

std::string cuda_unavailable_reason() {
  return or_out_of_memory("cuda_unavailable_reason", [] { return std::string(cuda_backend().reason); });
}

Device Device::cuda(int index) {
  if (!cuda_available())
    fail<DeviceError>("Device::cuda({}): no usable GPU ({}). Hint: Device::best() falls back to the CPU.", index,
                      cuda_unavailable_reason());
  if (index < 0 || index >= cuda_backend().devices)
    fail<DeviceError>("Device::cuda({}): there is no such GPU; there are {}. Hint: they are counted from 0.", index,
                      cuda_backend().devices);
  if (const char* why = cuda_backend().why_not(index); *why != 0)
    fail<DeviceError>("Device::cuda({}): {}. Hint: Device::best() takes the first GPU that can be used.", index, why);
  return {Kind::cuda, index};
}

std::vector<Device> Device::all_cuda() {
  return or_out_of_memory("Device::all_cuda", [] {
    if (!cuda_available())
      fail<DeviceError>("Device::all_cuda: no usable GPU ({}). Hint: Device::best() falls back to the CPU.",
                        cuda_unavailable_reason());
    std::vector<Device> all;
    for (int index = 0; index < cuda_backend().devices; ++index)
      if (*cuda_backend().why_not(index) == 0) all.push_back(Device(Kind::cuda, index));
    return all;
  });
}

Device Device::best() noexcept { return cuda_available() ? Device{Kind::cuda, cuda_backend().first} : cpu(); }

std::string Device::name() const try {
  return kind_ == Kind::cpu ? "cpu" : fmt::format("cuda:{}", index_);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("Device::name");
}

namespace {

void want_gpu(const char* where, const Device& device) {
  if (device.kind() == Device::Kind::cpu)
    fail<DeviceError>("{}: the memory of the CPU is not counted. Hint: Device::cuda(0).", where);
}

}  // namespace

DeviceMemoryUse memory_use(const Device& device) {
  want_gpu("memory_use", device);
  return cuda_backend().memory_use(device.index());
}

void set_memory_budget(const Device& device, std::int64_t bytes) {
  want_gpu("set_memory_budget", device);
  if (bytes < 0) fail<ArgumentError>("set_memory_budget: {} bytes. Hint: 0 takes the limit away.", bytes);
  cuda_backend().set_memory_budget(device.index(), bytes);
}

void trim_memory(const Device& device) {
  want_gpu("trim_memory", device);
  cuda_backend().trim_memory(device.index());
}

}  // namespace linden
