#include <gtest/gtest.h>

#include <linden/device.hpp>
#include <linden/error.hpp>

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

}  // namespace
}  // namespace linden
