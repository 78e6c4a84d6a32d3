// How the backend behaves as a guest of a program that uses CUDA itself: on the executor, whose second GPU has no
// memory pools and whose third is older than the kernels.
#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include <cstring>
#include <linden/boosting.hpp>
#include <linden/linalg.hpp>
#include <linden/ops.hpp>

#include "boosting/random_data.hpp"
#include "refusal.hpp"
#include "simt/kernels/kernels.hpp"

namespace linden {
namespace {

const BoostingConfig small{.rounds = 3, .max_leaves = 7};

Dataset rows() {
  Random random(1);
  return random_data(random, 200, 4, "squared").dataset();
}

int current_device() {
  int device = -1;
  cudaGetDevice(&device);
  return device;
}

class Guest : public testing::Test {
 protected:
  void TearDown() override { cudaSetDevice(0); }
};

TEST_F(Guest, TheCurrentDeviceIsTheCallersAfterEveryCall) {
  cudaSetDevice(2);
  const Device gpu = Device::cuda(0);
  const BoostedModel model = fit_boosted(rows(), small, {.device = gpu});
  EXPECT_EQ(current_device(), 2);
  model.predict(rows(), {.device = gpu});
  EXPECT_EQ(current_device(), 2);
  const Tensor x = Tensor::ones({3, 3}, DType::f32, gpu);
  EXPECT_EQ(sum(matmul(x, x) + x).item(), 36);
  EXPECT_EQ(current_device(), 2);
  EXPECT_GT(memory_use(Device::cuda(1)).available, 0);
  set_memory_budget(gpu, 0);
  trim_memory(gpu);
  EXPECT_EQ(current_device(), 2);
}

TEST_F(Guest, ACallbackMayTurnToAnotherDevice) {
  const Callback elsewhere = [](const Round&) {
    cudaSetDevice(1);
    memory_use(Device::cuda(1));
    return Signal::proceed();
  };
  const std::string expected = bytes_of(fit_boosted(rows(), small));
  EXPECT_EQ(bytes_of(fit_boosted(rows(), small, {.device = Device::cuda(0), .callbacks = {elsewhere}})), expected);
  EXPECT_EQ(current_device(), 1);
  const Callback tensors = [](const Round&) {
    Tensor::zeros({4}, DType::f64, Device::cuda(1)) + 1.0;
    return Signal::proceed();
  };
  EXPECT_EQ(bytes_of(fit_boosted(rows(), small, {.device = Device::cuda(0), .callbacks = {tensors}})), expected);
}

TEST_F(Guest, ALaunchOnAnotherDevicesStreamIsRefusedByTheExecutor) {
  cudaStream_t stream = nullptr;
  cudaSetDevice(1);
  ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  cudaSetDevice(0);
  unsigned* value = nullptr;
  ASSERT_EQ(cudaMalloc(&value, 4), cudaSuccess);
  EXPECT_EQ(cudaMemsetAsync(value, 0, 4, stream), cudaErrorInvalidResourceHandle);
  const std::string message = refusal<DeviceError>([&] { simt_test::run_total(value, 1, value, stream); });
  EXPECT_NE(message.find("invalid resource handle"), message.npos) << message;
  cudaFree(value);
  cudaStreamDestroy(stream);
}

TEST_F(Guest, PinnedMemoryMayBeWrittenOverAtOnce) {
  float* pinned = nullptr;
  ASSERT_EQ(cudaMallocHost(&pinned, 1000 * sizeof(float)), cudaSuccess);
  std::fill_n(pinned, 1000, 1.0f);
  const Tensor there = Tensor::view_of(std::span<const float>(pinned, 1000), {1000}).to(Device::cuda(0));
  std::fill_n(pinned, 1000, 2.0f);
  EXPECT_EQ(sum(there).item(), 1000);
  cudaFreeHost(pinned);
}

TEST_F(Guest, AGpuWithoutMemoryPoolsTrainsTheSameModel) {
  const Device gpu = Device::cuda(device_without_pools);
  const std::int64_t before = memory_use(gpu).in_use;
  EXPECT_EQ(bytes_of(fit_boosted(rows(), small, {.device = gpu})), bytes_of(fit_boosted(rows(), small)));
  EXPECT_EQ(memory_use(gpu).in_use, before);
  EXPECT_GT(memory_use(gpu).peak, before);
  trim_memory(gpu);
}

TEST_F(Guest, AGpuOlderThanTheKernelsIsRefusedByName) {
  EXPECT_EQ(refusal<DeviceError>([] { Device::cuda(device_too_old); }),
            "Device::cuda(2): cuda:2 has compute capability 5.2, for which this build has no kernels. Hint: "
            "Device::best() takes the first GPU that can be used.");
  EXPECT_EQ(refusal<DeviceError>([] { Device::cuda(5); }),
            "Device::cuda(5): there is no such GPU; there are 5. Hint: they are counted from 0.");
  EXPECT_EQ(Device::best(), Device::cuda(0));
  EXPECT_EQ(Device::all_cuda(), (std::vector{Device::cuda(0), Device::cuda(1), Device::cuda(3), Device::cuda(4)}));
}

TEST_F(Guest, StreamsAndPinnedMemoryAreKeptForTheNextFit) {
  const Dataset data = rows();
  fit_boosted(data, small, {.device = Device::cuda(0)});
  const int streams = simt::streams_made();
  const BoostedModel model = fit_boosted(data, small, {.device = Device::cuda(0)});
  for (int i = 0; i < 10; ++i) model.predict(data, {.device = Device::cuda(0)});
  EXPECT_EQ(simt::streams_made(), streams);
}

}  // namespace
}  // namespace linden
