// Renewed leaf values on the device: the bytes of the CPU's, with and without weights, at several levels.
#include "cuda/tree/tree_on_device.hpp"

namespace linden::cuda_test {
namespace {

class CudaRenew : public OnDeviceTree {
 protected:
  void expect_same(HostTree& host, const std::string& what) {
    DeviceTree device = to_device(host);
    cpu_backend().tree.leaf_sums(cpu(), host.memory);
    cpu_backend().tree.renew(cpu(), host.memory);
    device_backend().tree.leaf_sums(context(), device.memory);
    device_backend().tree.renew(context(), device.memory);
    EXPECT_TRUE(same_bytes(host.leaf_values, download(device.leaf_values))) << what;
  }
};

TEST_F(CudaRenew, HasTheBytesOfTheCpu) {
  for (const TreeShape& shape : tree_shapes()) {
    HostTree host(shape);
    expect_same(host, "seed " + std::to_string(shape.seed));
  }
}

TEST_F(CudaRenew, AtEveryLevel) {
  for (const double level : {1e-9, 0.5, 0.999999}) {
    HostTree host({.rows = 400, .expansions = 8, .weighted = level == 0.5, .seed = 9});
    host.memory.renewal.level = level;
    expect_same(host, "level " + std::to_string(level));
  }
}

TEST_F(CudaRenew, OfWeightsInManyUnits) {
  HostTree host({.rows = 900, .expansions = 3, .weighted = true, .seed = 11});
  host.memory.renewal.weight_unit = 0x1p-49;  // sums stay below 2^62
  host.weights[0] = 1e-300;                   // counts as one unit
  expect_same(host, "fine units");
}

TEST_F(CudaRenew, GivesALeafWithoutWeightZero) {
  HostTree host({.rows = 300, .expansions = 4, .weighted = true, .seed = 12});
  std::fill(host.weights.begin(), host.weights.end(), 0.0);
  expect_same(host, "no weight");
  EXPECT_EQ(host.leaf_values[0], 0);
}

}  // namespace
}  // namespace linden::cuda_test
