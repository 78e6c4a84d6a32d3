// Staging: two pinned buffers of a stream, through which large copies between pageable memory and the GPU go. The
// driver has its own for that, filled by one thread, and waits where these two take turns: while the GPU reads or
// writes one, all workers fill or empty the other.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>

#include "base/parallel.hpp"
#include "cuda/runtime/launch.hpp"

namespace linden::cuda {

class Staging {
 public:
  /// Bytes up to which the driver takes what it copies along with the command.
  static constexpr std::size_t not_worth = std::size_t{1} << 16;

  Staging() = default;
  ~Staging();
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  /// Copies to the stream's device, in the order of the stream; when it returns, the source has been read.
  void upload(Workers& workers, const StreamHandle& stream, void* to, const void* from, std::size_t bytes);
  /// When it returns, the bytes are there.
  void download(Workers& workers, const StreamHandle& stream, void* to, const void* from, std::size_t bytes);

 private:
  struct Buffer {
    std::byte* bytes = nullptr;
    cudaEvent_t free = nullptr;  ///< the GPU has done what it was asked for
  };
  static constexpr std::size_t buffer_bytes = std::size_t{4} << 20;

  bool is_open();

  std::mutex mutex_;               // tensors of several threads share a stream
  std::array<Buffer, 2> buffers_;  // made by the first copy
};

}  // namespace linden::cuda
