// For the tests of kernels: the GPU (or the executor in its place) beside the CPU, and arrays on either.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "backend/cuda.hpp"

namespace linden::cuda_test {

/// A test with a GPU: `context` runs on it, `cpu` beside it on two threads. Where there is none it skips, or fails with
/// LINDEN_GPU_REQUIRED in the environment, and says why.
class OnDevice : public testing::Test {
 protected:
  void SetUp() override {
    if (!cuda_available()) {
      if (std::getenv("LINDEN_GPU_REQUIRED") != nullptr)
        FAIL() << "no usable GPU (" << cuda_unavailable_reason() << ")";
      GTEST_SKIP() << "no usable GPU (" << cuda_unavailable_reason() << ")";
    }
    context_ = std::make_unique<DeviceContext>(Device::cuda(0), arena_);
  }

  Context& context() { return *context_; }
  Context& cpu() { return cpu_; }
  const Backend& device_backend() { return backend_of(Device::cuda(0)); }
  const Backend& cpu_backend() { return backend_of(Device::cpu()); }

  /// Values on the device.
  template <class T>
  DeviceArray<T> upload(const std::vector<T>& values) {
    DeviceArray<T> array(device_backend().memory, *context_, static_cast<std::int64_t>(values.size()), "test values");
    if (!values.empty()) array.upload(values.data());
    return array;
  }
  /// Unwritten memory on the device.
  template <class T>
  DeviceArray<T> room(std::int64_t count) {
    return DeviceArray<T>(device_backend().memory, *context_, count, "test results");
  }
  template <class T>
  std::vector<T> download(const DeviceArray<T>& array) {
    std::vector<T> values(static_cast<std::size_t>(array.size()));
    if (!values.empty()) array.download(values.data());
    return values;
  }

 private:
  Arena arena_{2};
  Context cpu_{arena_};
  std::unique_ptr<DeviceContext> context_;
};

/// Whether two arrays have the same bytes (NaN equals itself, 0 is not -0).
template <class T>
testing::AssertionResult same_bytes(const std::vector<T>& a, const std::vector<T>& b) {
  if (a.size() != b.size()) return testing::AssertionFailure() << a.size() << " values against " << b.size();
  for (std::size_t i = 0; i < a.size(); ++i)
    if (std::memcmp(&a[i], &b[i], sizeof(T)) != 0)
      return testing::AssertionFailure() << "value " << i << ": " << +a[i] << " against " << +b[i];
  return testing::AssertionSuccess();
}

}  // namespace linden::cuda_test
