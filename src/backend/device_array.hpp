// Arrays in the memory of a device, and values of the host where its kernels reach them. Whether host and device are
// one is asked here and by those that copy rows, and nowhere else: on the CPU nothing is copied.
#pragma once

#include <cstddef>
#include <cstring>
#include <vector>

#include "backend/memory_kernels.hpp"

namespace linden {

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
    if (memory.is_host || count == 0) return;
    copy_ = DeviceArray<T>(memory, context, count, what);
    copy_.upload(values);
    first_ = copy_.data();
  }
  const T* data() const noexcept { return first_; }

 private:
  const T* first_ = nullptr;
  DeviceArray<T> copy_;
};

/// The way back: values of the host for kernels to write, or to change once upload() was called. On a GPU they are in
/// an array of its own until download(); on the CPU kernels work on the values themselves, and both calls do nothing.
template <class T>
class ToHost {
 public:
  ToHost() noexcept = default;
  ToHost(const MemoryKernels& memory, Context& context, T* values, std::int64_t count, const char* what)
      : ToHost(memory, context, values, 1, count, count, what) {}
  /// [lists, count] values, the lists `stride` values apart.
  ToHost(const MemoryKernels& memory, Context& context, T* values, std::int64_t lists, std::int64_t count,
         std::int64_t stride, const char* what)
      : memory_(&memory), context_(&context), values_(values), lists_(lists), count_(count), stride_(stride) {
    if (!memory.is_host) room_ = DeviceArray<T>(memory, context, lists * count, what);
  }

  /// For kernels, which find the lists stride() values apart.
  T* data() const noexcept { return is_apart() ? room_.data() : values_; }
  std::int64_t stride() const noexcept { return is_apart() ? count_ : stride_; }

  void upload() const {
    if (!is_apart()) return;
    for (std::int64_t i = 0; i < lists_; ++i)
      memory_->upload(*context_, room_.data() + i * count_, values_ + i * stride_, bytes());
  }
  void download() const {
    if (!is_apart()) return;
    for (std::int64_t i = 0; i < lists_; ++i)
      memory_->download(*context_, values_ + i * stride_, room_.data() + i * count_, bytes());
  }

 private:
  bool is_apart() const noexcept { return memory_ != nullptr && !memory_->is_host; }
  std::int64_t bytes() const noexcept { return count_ * static_cast<std::int64_t>(sizeof(T)); }

  const MemoryKernels* memory_ = nullptr;
  Context* context_ = nullptr;
  T* values_ = nullptr;
  std::int64_t lists_ = 0, count_ = 0, stride_ = 0;
  DeviceArray<T> room_;
};

/// A list of the host, `count` values from `first` on.
template <class T>
struct HostList {
  const T*& first;
  std::int64_t count;
};
template <class T>
HostList(const T*&, std::int64_t) -> HostList<T>;

/// Lists of the host for kernels to read, as OnDevice has one: each `first` points to where they find it. On a GPU all
/// go there in one copy, into the array that is returned.
template <class... T>
DeviceArray<std::byte> on_device_together(const MemoryKernels& memory, Context& context, const char* what,
                                          HostList<T>... lists) {
  if (memory.is_host) return {};
  constexpr std::size_t alignment = 16;
  const auto aligned = [](std::size_t bytes) { return (bytes + alignment - 1) / alignment * alignment; };
  std::vector<std::byte> bytes((aligned(static_cast<std::size_t>(lists.count) * sizeof(T)) + ...));
  const auto each = [&](const auto& f) {
    std::size_t place = 0;
    const auto next = [&]<class U>(const HostList<U>& list) {
      f(list, place);
      place += aligned(static_cast<std::size_t>(list.count) * sizeof(U));
    };
    (next(lists), ...);
  };
  each([&]<class U>(const HostList<U>& list, std::size_t to) {
    if (list.count > 0) std::memcpy(bytes.data() + to, list.first, static_cast<std::size_t>(list.count) * sizeof(U));
  });
  DeviceArray<std::byte> array(memory, context, static_cast<std::int64_t>(bytes.size()), what);
  array.upload(bytes.data());
  each([&]<class U>(const HostList<U>& list, std::size_t to) {
    list.first = reinterpret_cast<const U*>(array.data() + to);
  });
  return array;
}

}  // namespace linden
