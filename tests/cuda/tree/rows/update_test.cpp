// Leaf values added to scores on the device: the bytes of the CPU's.
#include <random>

#include "cuda/device.hpp"

namespace linden::cuda_test {
namespace {

using CudaUpdate = DeviceTest;

TEST_F(CudaUpdate, HasTheBytesOfTheCpu) {
  for (const std::size_t rows : {0, 1, 1023, 5001}) {
    std::mt19937_64 random(rows);
    std::normal_distribution<double> normal(0, 1);
    std::vector<double> values(17), scores(rows);
    std::vector<std::int32_t> leaf_of_row(rows);
    for (double& x : values) x = normal(random);
    for (double& x : scores) x = normal(random);
    for (std::int32_t& leaf : leaf_of_row) leaf = std::int32_t(random() % values.size());
    const auto device_scores = upload(scores), device_values = upload(values);
    const auto device_leaves = upload(leaf_of_row);

    TreeMemory tree;
    tree.bins.rows = std::int64_t(rows);
    tree.leaf_values = device_values.data();
    tree.leaf_of_row = device_leaves.data();
    device_backend().tree.update(context(), tree, device_scores.data());
    tree.leaf_values = values.data();
    tree.leaf_of_row = leaf_of_row.data();
    cpu_backend().tree.update(cpu(), tree, scores.data());
    EXPECT_TRUE(same_bytes(scores, download(device_scores)));
  }
}

}  // namespace
}  // namespace linden::cuda_test
