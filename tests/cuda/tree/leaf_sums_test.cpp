// Leaves, their sums and values on the device: the bytes of the CPU's.
#include "cuda/tree/tree_on_device.hpp"

namespace linden::cuda_test {
namespace {

using CudaLeafSums = OnDeviceTree;

TEST_F(CudaLeafSums, HaveTheBytesOfTheCpu) {
  for (const TreeShape& shape : tree_shapes()) {
    HostTree host(shape);
    DeviceTree device = to_device(host);
    cpu_backend().tree.leaf_sums(cpu(), host.memory);
    cpu_backend().tree.set_leaves(cpu(), host.memory);
    device_backend().tree.leaf_sums(context(), device.memory);
    device_backend().tree.set_leaves(context(), device.memory);
    const auto leaves = std::size_t(host.state.leaf_count);
    EXPECT_EQ(state_of(device).leaf_count, host.state.leaf_count);
    EXPECT_EQ(leaves, host.leaf_values.size());
    EXPECT_TRUE(same_bytes(host.leaf_of_node, download(device.leaf_of_node))) << "seed " << shape.seed;
    EXPECT_TRUE(same_bytes(host.leaf_of_row, download(device.leaf_of_row))) << "seed " << shape.seed;
    EXPECT_TRUE(same_bytes(host.leaf_totals, download(device.leaf_totals))) << "seed " << shape.seed;
    EXPECT_TRUE(same_bytes(host.leaf_values, download(device.leaf_values))) << "seed " << shape.seed;
    EXPECT_TRUE(same_bytes(host.leaf_curvatures, download(device.leaf_curvatures))) << "seed " << shape.seed;
  }
}

}  // namespace
}  // namespace linden::cuda_test
