// Devices: which there are, and why a GPU is not.
#include <linden/device.hpp>

#include "backend/cuda.hpp"
#include "base/fail.hpp"

namespace linden {

bool cuda_available() noexcept { return cuda_backend().tree_kernels != nullptr; }

std::string cuda_unavailable_reason() { return cuda_backend().reason; }

Device Device::cuda(int index) {
  if (!cuda_available())
    fail<DeviceError>("Device::cuda({}): no usable GPU ({}). Hint: Device::best() falls back to the CPU.", index,
                      cuda_unavailable_reason());
  if (index < 0 || index >= cuda_backend().devices)
    fail<DeviceError>("Device::cuda({}): there is no such GPU; there are {}. Hint: they are counted from 0.", index,
                      cuda_backend().devices);
  return {Kind::cuda, index};
}

Device Device::best() noexcept { return cuda_available() ? Device{Kind::cuda, 0} : cpu(); }

std::string Device::name() const { return kind_ == Kind::cpu ? "cpu" : fmt::format("cuda:{}", index_); }

}  // namespace linden
