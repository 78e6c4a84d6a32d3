#include <gtest/gtest.h>

#include <linden/device.hpp>
#include <linden/error.hpp>
#include <string>

namespace linden {
namespace {

TEST(Device, IsTheCpuWithoutAGpu) {
  EXPECT_FALSE(cuda_available());
  EXPECT_EQ(cuda_unavailable_reason(), "this build has no CUDA backend");
  EXPECT_EQ(Device::best(), Device::cpu());
  EXPECT_EQ(Device::cpu().name(), "cpu");
}

TEST(Device, RefusesAGpuThatIsNotThere) {
  try {
    Device::cuda(0);
    FAIL();
  } catch (const DeviceError& error) {
    EXPECT_STREQ(
        error.what(),
        "Device::cuda(0): no usable GPU (this build has no CUDA backend). Hint: Device::best() falls back to the CPU.");
  }
}

TEST(Device, CountsNoMemoryOfTheCpu) {
  const auto message = [](const auto& ask) -> std::string {
    try {
      ask();
    } catch (const DeviceError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message([] { memory_use(Device::cpu()); }),
            "memory_use: the memory of the CPU is not counted. Hint: Device::cuda(0).");
  EXPECT_EQ(message([] { set_memory_budget(Device::cpu(), 1); }),
            "set_memory_budget: the memory of the CPU is not counted. Hint: Device::cuda(0).");
}

}  // namespace
}  // namespace linden
