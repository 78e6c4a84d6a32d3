// An array in the executor's device memory, for tests: filled from a vector, read back as one.
#pragma once

#include <vector>

#include "simt/memory/heap.hpp"
#include "simt/stream.hpp"

namespace linden::simt_test {

template <class T>
class DeviceArray {
 public:
  /// Unwritten.
  explicit DeviceArray(std::size_t count) : count_(count), first_(static_cast<T*>(simt::allocate(count * sizeof(T)))) {}
  explicit DeviceArray(const std::vector<T>& values) : DeviceArray(values.size()) {
    simt::copy_async(first_, values.data(), count_ * sizeof(T), nullptr);
    simt::synchronize(static_cast<simt::Stream*>(nullptr));
  }
  static DeviceArray zeros(std::size_t count) { return DeviceArray(std::vector<T>(count, T{})); }
  ~DeviceArray() { simt::free(first_); }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;

  T* data() const { return first_; }

  /// Runs the work of the null stream, then copies.
  std::vector<T> read() const {
    std::vector<T> values(count_);
    simt::copy_async(values.data(), first_, count_ * sizeof(T), nullptr);
    simt::synchronize(static_cast<simt::Stream*>(nullptr));
    return values;
  }

 private:
  std::size_t count_;
  T* first_;
};

}  // namespace linden::simt_test
