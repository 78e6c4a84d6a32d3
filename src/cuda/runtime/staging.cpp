#include "cuda/runtime/staging.hpp"

#include <algorithm>
#include <cstring>

#include "cuda/runtime/stream.hpp"

namespace linden::cuda {
namespace {

constexpr std::int64_t slice = std::int64_t{1} << 18;  // of a buffer, for one worker

void copy_with(Workers& workers, std::byte* to, const std::byte* from, std::size_t bytes) {
  workers.chunks(static_cast<std::int64_t>(bytes), slice, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    std::memcpy(to + begin, from + begin, static_cast<std::size_t>(end - begin));
  });
}

}  // namespace

Staging::~Staging() {
  for (const Buffer& buffer : buffers_) {
    if (buffer.free != nullptr) cudaEventDestroy(buffer.free);
    if (buffer.bytes != nullptr) cudaFreeHost(buffer.bytes);
  }
}

// Where there is no pinned memory the driver copies as it can.
bool Staging::is_open() {
  for (Buffer& buffer : buffers_) {
    if (buffer.bytes == nullptr && cudaMallocHost(&buffer.bytes, buffer_bytes) != cudaSuccess) {
      cudaGetLastError();  // an error that is no fault must not be told
      return false;
    }
    if (buffer.free == nullptr) check(cudaEventCreateWithFlags(&buffer.free, cudaEventDisableTiming), "an event");
  }
  return true;
}

void Staging::upload(Workers& workers, const StreamHandle& stream, void* to, const void* from, std::size_t bytes) {
  constexpr const char* what = "a copy to the GPU";
  const CurrentDevice current(stream.device);
  const std::lock_guard lock(mutex_);
  if (!is_open()) return check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream), what);
  auto* const target = static_cast<std::byte*>(to);
  const auto* const source = static_cast<const std::byte*>(from);
  for (std::size_t at = 0; at < bytes; at += buffer_bytes) {
    const Buffer& buffer = buffers_[at / buffer_bytes % 2];
    const std::size_t count = std::min(buffer_bytes, bytes - at);
    check(cudaEventSynchronize(buffer.free), what);  // at once where nothing was asked for
    copy_with(workers, buffer.bytes, source + at, count);
    check(cudaMemcpyAsync(target + at, buffer.bytes, count, cudaMemcpyHostToDevice, stream), what);
    check(cudaEventRecord(buffer.free, stream), what);
  }
}

void Staging::download(Workers& workers, const StreamHandle& stream, void* to, const void* from, std::size_t bytes) {
  constexpr const char* what = "a copy from the GPU";
  const CurrentDevice current(stream.device);
  const std::lock_guard lock(mutex_);
  if (!is_open()) return check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream), what);
  auto* const target = static_cast<std::byte*>(to);
  const auto* const source = static_cast<const std::byte*>(from);
  const auto empty = [&](std::size_t at) {
    const Buffer& buffer = buffers_[at / buffer_bytes % 2];
    check(cudaEventSynchronize(buffer.free), what);
    copy_with(workers, target + at, buffer.bytes, std::min(buffer_bytes, bytes - at));
  };
  std::size_t at = 0;
  for (; at < bytes; at += buffer_bytes) {
    const Buffer& buffer = buffers_[at / buffer_bytes % 2];
    const std::size_t count = std::min(buffer_bytes, bytes - at);
    check(cudaMemcpyAsync(buffer.bytes, source + at, count, cudaMemcpyDeviceToHost, stream), what);
    check(cudaEventRecord(buffer.free, stream), what);
    if (at > 0) empty(at - buffer_bytes);  // while the GPU fills the other
  }
  if (bytes > 0) empty(at - buffer_bytes);
}

}  // namespace linden::cuda
