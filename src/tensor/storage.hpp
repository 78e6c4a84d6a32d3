// The memory behind tensors, on the host or on a GPU: owned, or borrowed from the caller. All views of it share one
// Storage.
#pragma once

#include <atomic>
#include <cstdint>
#include <linden/device.hpp>
#include <memory>
#include <optional>

#include "tensor/pages.hpp"

namespace linden {

namespace cuda {
class Stream;
}

struct Storage {
  static constexpr std::size_t small_bytes = 32;

  /// Uninitialised memory: small amounts within this object, large ones in huge pages. Throws MemoryError.
  explicit Storage(std::size_t bytes);
  /// The same on a device. It is released in the order of the stream that all tensors of the device share, so that work
  /// which is still queued may use it.
  Storage(std::size_t bytes, const Device& device);
  /// Memory that someone else owns, and that may be const.
  Storage(void* borrowed, bool is_borrowed_const, std::shared_ptr<const void> keep_alive) noexcept
      : data(borrowed), is_const(is_borrowed_const), owner_(std::move(keep_alive)) {}
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  void* data = nullptr;
  bool is_const = false;  ///< nothing may write here
  /// How often elements were changed in place: a saved value that has changed since must not be used.
  std::atomic<std::uint32_t> version{0};

 private:
  void* block_ = nullptr;  // from malloc
  std::optional<Pages> pages_;
  std::shared_ptr<const void> owner_;
  cuda::Stream* stream_ = nullptr;  // of `data` on a GPU
  std::size_t device_bytes_ = 0;
  alignas(16) unsigned char small_[small_bytes];
};

}  // namespace linden
