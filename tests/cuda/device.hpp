// For the tests of kernels: the GPU (or the executor in its place) beside the CPU, and arrays on either.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "backend/cuda.hpp"
#include "device/gpu.hpp"

namespace linden::cuda_test {

/// A test with a GPU: `context` runs on it, `cpu` beside it on two threads.
class DeviceTest : public device_test::OnGpu {
 protected:
  void SetUp() override {
    OnGpu::SetUp();
    if (!HasFatalFailure() && !IsSkipped()) context_ = std::make_unique<DeviceContext>(gpu(), workers_);
  }

  Context& context() { return *context_; }
  Context& cpu() { return cpu_; }
  const Backend& device_backend() { return backend_of(gpu()); }
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
  Workers workers_{2};
  Context cpu_{workers_};
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
