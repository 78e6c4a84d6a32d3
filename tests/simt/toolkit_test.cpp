// The twin of CUDA's runtime: its answers, and a kernel from memory to memory through it.
#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "simt/kernels/kernels.hpp"

namespace linden::simt_test {
namespace {

TEST(Toolkit, RunsAKernelFromCopyToCopy) {
  std::vector<unsigned> values(1000);
  std::iota(values.begin(), values.end(), 0u);
  cudaStream_t stream = nullptr;
  ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  unsigned *device = nullptr, *sum = nullptr, host = 0;
  ASSERT_EQ(cudaMallocAsync(&device, 4000, stream), cudaSuccess);
  ASSERT_EQ(cudaMallocAsync(&sum, 4, stream), cudaSuccess);
  EXPECT_EQ(cudaMemcpyAsync(device, values.data(), 4000, cudaMemcpyHostToDevice, stream), cudaSuccess);
  EXPECT_EQ(cudaMemsetAsync(sum, 0, 4, stream), cudaSuccess);
  run_total(device, 1000, sum, stream);
  EXPECT_EQ(cudaMemcpyAsync(&host, sum, 4, cudaMemcpyDeviceToHost, stream), cudaSuccess);
  EXPECT_EQ(cudaFreeAsync(device, stream), cudaSuccess);
  EXPECT_EQ(cudaFreeAsync(sum, stream), cudaSuccess);
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
  EXPECT_EQ(host, 499500u);
  EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
}

TEST(Toolkit, RefusesCopiesOfTheWrongKind) {
  unsigned* device = nullptr;
  ASSERT_EQ(cudaMalloc(&device, 4), cudaSuccess);
  unsigned host = 5;
  EXPECT_EQ(cudaMemcpy(device, &host, 4, cudaMemcpyDeviceToHost), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpy(device, &host, 4, cudaMemcpyHostToDevice), cudaSuccess);
  host = 0;
  EXPECT_EQ(cudaMemcpy(&host, device, 4, cudaMemcpyDefault), cudaSuccess);
  EXPECT_EQ(host, 5u);
  EXPECT_EQ(cudaFree(device), cudaSuccess);
}

TEST(Toolkit, SaysWhenMemoryIsOut) {
  std::size_t free = 0, total = 0;
  ASSERT_EQ(cudaMemGetInfo(&free, &total), cudaSuccess);
  char* device = nullptr;
  EXPECT_EQ(cudaMalloc(&device, free + 1), cudaErrorMemoryAllocation);
  EXPECT_EQ(device, nullptr);
  EXPECT_STREQ(cudaGetErrorString(cudaErrorMemoryAllocation), "out of memory");
}

}  // namespace
}  // namespace linden::simt_test
