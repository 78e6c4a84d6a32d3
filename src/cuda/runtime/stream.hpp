// A stream of a GPU, with what host code asks of the device, and temporary memory in stream order.
//
//     launch<fill<float>>({.grid = blocks, .block = 256, .stream = stream_of(context)}, ...);
//     const Scratch<double> partial(context, blocks);      // released in stream order at the end of the scope
//
// CUDA's headers are seen by cuda/ alone; the tables of the seam hand a Stream through as an opaque pointer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "backend/context.hpp"
#include "cuda/runtime/launch.hpp"
#include "cuda/runtime/progress.hpp"
#include "cuda/runtime/staging.hpp"

namespace linden::cuda {

/// Throws DeviceError "what: reason." unless `status` is cudaSuccess.
void check(cudaError_t status, const char* what);

int device_attribute(cudaDeviceAttr which, int device);

class Stream {
 public:
  /// A new stream of the device.
  explicit Stream(int device);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  int device() const noexcept { return device_; }
  StreamHandle handle() const noexcept { return {handle_, device_}; }
  int multiprocessors() const noexcept { return multiprocessors_; }
  /// Shared memory that a block may have: its variables and what it asks for (227 KB on Hopper).
  std::size_t most_shared() const noexcept { return most_shared_; }

  /// Waits until the work is done; errors of kernels are thrown here.
  void synchronize();

  /// Memory from the device's pool, in stream order. Throws MemoryError naming `what`.
  void* allocate(std::int64_t bytes, const char* what);
  void release(void* memory, std::int64_t bytes) noexcept;
  /// Bytes that could be allocated now.
  std::int64_t available() const;

  Progress& progress() noexcept { return *progress_; }
  Staging& staging() noexcept { return staging_; }

 private:
  int device_ = 0;
  int multiprocessors_ = 1;
  std::size_t most_shared_ = 48 * 1024;
  cudaStream_t handle_ = nullptr;
  std::unique_ptr<Progress> progress_;
  Staging staging_;
};

inline StreamHandle stream_of(const Context& context) { return context.stream->handle(); }

/// Sets bytes of the device's memory, in the order of the stream.
void set_bytes(Context& context, void* to, int byte, std::size_t bytes, const char* what);

/// An array for the kernels of one call.
template <class T>
class Scratch {
 public:
  Scratch(Context& context, std::int64_t count, const char* what = "temporary memory")
      : stream_(*context.stream),
        bytes_(count * static_cast<std::int64_t>(sizeof(T))),
        first_(static_cast<T*>(stream_.allocate(bytes_, what))) {}
  ~Scratch() { stream_.release(first_, bytes_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  T* data() const noexcept { return first_; }

 private:
  Stream& stream_;
  std::int64_t bytes_;
  T* first_;
};

/// Blocks for `count` items, `each` to a block, but no more than the device keeps busy: for kernels that stride over
/// the grid.
inline unsigned blocks_for(const Context& context, std::int64_t count, std::int64_t each) {
  const std::int64_t wanted = (count + each - 1) / each, most = std::int64_t{16} * context.stream->multiprocessors();
  return static_cast<unsigned>(wanted < 1 ? 1 : wanted < most ? wanted : most);
}

}  // namespace linden::cuda
