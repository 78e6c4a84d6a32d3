// A device as the library sees it: its tables of functions.
#pragma once

#include <linden/device.hpp>

#include "backend/linear_kernels.hpp"
#include "backend/memory_kernels.hpp"
#include "backend/tensor_kernels.hpp"
#include "backend/tree_kernels.hpp"

namespace linden {

struct Backend {
  const TensorKernels& tensor;
  const TreeKernels& tree;
  const MemoryKernels& memory;
  const LinearKernels& linear;
};

/// Throws DeviceError for a GPU that this process cannot use.
const Backend& backend_of(const Device& device);

/// The queue of a GPU that all tensors of the process share; null for the CPU.
cuda::Queue* tensor_queue_of(const Device& device);

/// A context for one fit or prediction: the caller's threads, and on a GPU a queue of its own. Its end waits for the
/// work.
class DeviceContext : public Context {
 public:
  DeviceContext(const Device& device, Arena& arena);
  ~DeviceContext();
  DeviceContext(const DeviceContext&) = delete;
  DeviceContext& operator=(const DeviceContext&) = delete;
};

/// An array in a device's memory.
template <class T>
class DeviceArray {
 public:
  DeviceArray() noexcept = default;
  DeviceArray(const MemoryKernels& memory, Context& context, std::int64_t count, const char* what)
      : memory_(&memory),
        context_(&context),
        count_(count),
        first_(static_cast<T*>(memory.allocate(context, count * static_cast<std::int64_t>(sizeof(T)), what))) {}
  DeviceArray(DeviceArray&& other) noexcept { *this = static_cast<DeviceArray&&>(other); }
  DeviceArray& operator=(DeviceArray&& other) noexcept {
    swap(memory_, other.memory_);
    swap(context_, other.context_);
    swap(count_, other.count_);
    swap(first_, other.first_);
    return *this;
  }
  ~DeviceArray() {
    if (first_ != nullptr) memory_->release(*context_, first_, bytes());
  }

  T* data() const noexcept { return first_; }
  std::int64_t size() const noexcept { return count_; }
  std::int64_t bytes() const noexcept { return count_ * static_cast<std::int64_t>(sizeof(T)); }

  void upload(const T* from) { memory_->upload(*context_, first_, from, bytes()); }
  void download(T* to) const { memory_->download(*context_, to, first_, bytes()); }
  void fill(std::uint8_t byte) { memory_->fill(*context_, first_, byte, bytes()); }

 private:
  template <class U>
  static void swap(U& a, U& b) noexcept {
    const U c = a;
    a = b;
    b = c;
  }

  const MemoryKernels* memory_ = nullptr;
  Context* context_ = nullptr;
  std::int64_t count_ = 0;
  T* first_ = nullptr;
};

/// Values of the host for kernels to read: uploaded to a GPU, and left where they are on the CPU.
template <class T>
class OnDevice {
 public:
  OnDevice() noexcept = default;
  OnDevice(const MemoryKernels& memory, Context& context, const T* values, std::int64_t count, const char* what)
      : first_(values) {
    if (context.queue == nullptr || count == 0) return;
    copy_ = DeviceArray<T>(memory, context, count, what);
    copy_.upload(values);
    first_ = copy_.data();
  }
  const T* data() const noexcept { return first_; }

 private:
  const T* first_ = nullptr;
  DeviceArray<T> copy_;
};

}  // namespace linden
