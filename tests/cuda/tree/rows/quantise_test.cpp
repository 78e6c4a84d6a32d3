// Quantised gradients and the root on the device: the bytes of the CPU's, in 15 bits and in 24.
#include "boosting/train/growth/grow.hpp"
#include "cuda/tree/tree_on_device.hpp"

namespace linden::cuda_test {
namespace {

class CudaQuantise : public OnDeviceTree {
 protected:
  void expect_same(HostTree& host, bool wide) {
    host.wide.resize(host.order.size());
    host.memory.entries = host.wide.data();
    DeviceTree device = to_device(host);
    device.wide = room<WideEntry>(2 * std::int64_t(host.order.size()));
    device.memory.entries = device.wide.data();
    plant(cpu_backend(), cpu(), host.memory);
    plant(device_backend(), context(), device.memory);

    ASSERT_EQ(host.memory.wide, wide);
    const TreeState there = state_of(device);
    for (const TreeInput& m : {TreeInput(device.memory), TreeInput(there)}) {
      EXPECT_EQ(m.wide, wide);
      EXPECT_EQ(m.gradient_unit, host.memory.gradient_unit);
      EXPECT_EQ(m.curvature_unit, host.memory.curvature_unit);
      EXPECT_EQ(m.max_curvature, host.memory.max_curvature);
    }
    EXPECT_EQ(there.node_count, 1);
    const GrowNode root = download(device.nodes)[0];
    EXPECT_EQ(root.begin, 0);
    EXPECT_EQ(root.entries, host.nodes[0].entries);
    EXPECT_EQ(root.rows, host.nodes[0].rows);
    EXPECT_EQ(root.gradient, host.nodes[0].gradient);
    EXPECT_EQ(root.curvature, host.nodes[0].curvature);
    wide ? expect_entries<WideEntry>(host, device) : expect_entries<NarrowEntry>(host, device);
  }

 private:
  template <class E>
  void expect_entries(const HostTree& host, const DeviceTree& device) {
    const std::size_t rows = host.order.size();
    std::vector<E> found(rows);
    device_backend().memory.download(context(), found.data(), device.memory.entries, std::int64_t(rows * sizeof(E)));
    EXPECT_EQ(std::memcmp(found.data(), host.memory.entries, rows * sizeof(E)), 0);
  }
};

TEST_F(CudaQuantise, HasTheBytesOfTheCpu) {
  for (const bool sampled : {false, true}) {
    for (const int rows : {1, 1024, 5003}) {
      HostTree host({.rows = rows, .sampled = sampled});
      expect_same(host, false);
    }
  }
}

TEST_F(CudaQuantise, TakesWideEntriesWhereTheMeanIsSmall) {
  for (const bool sampled : {false, true}) {
    HostTree host({.rows = 3000, .sampled = sampled, .seed = 8});
    host.gradients[0] = 4096;
    host.memory.range.max_gradient = 4096;
    expect_same(host, true);
  }
}

TEST_F(CudaQuantise, RoundsHalvesToEvenAndTakesZeros) {
  HostTree host({.rows = 64});
  for (std::size_t i = 0; i < 64; ++i) {
    host.gradients[i] = float(16384 - int(i)) + 0.5f;
    host.curvatures[i] = 0;
  }
  host.gradients[0] = 16384;
  host.memory.range = {16384, 0, -1};
  expect_same(host, false);
}

}  // namespace
}  // namespace linden::cuda_test
