// Monotone features on a GPU: no prediction goes against their signs.
#include "boosting/monotone.hpp"
#include "device/gpu.hpp"

namespace linden {
namespace {

using DeviceMonotone = device_test::OnGpu;

TEST_F(DeviceMonotone, NoPredictionGoesAgainstTheSigns) {
  check_monotone(gpu(), "squared", 1000, 5);
  check_monotone(gpu(), "quantile", 2000, 5);
  check_monotone(gpu(), "softmax", 3000, 3);
}

}  // namespace
}  // namespace linden
