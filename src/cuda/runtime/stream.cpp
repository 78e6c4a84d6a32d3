#include "cuda/runtime/stream.hpp"

#include "base/fail.hpp"
#include "cuda/runtime/pool.hpp"

namespace linden::cuda {

void check(cudaError_t status, const char* what) {
  if (status != cudaSuccess) fail<DeviceError>("{}: {}.", what, cudaGetErrorString(status));
}

int device_attribute(cudaDeviceAttr which, int device) {
  int value = 0;
  check(cudaDeviceGetAttribute(&value, which, device), "the device's attributes");
  return value;
}

Stream::Stream(int device) : device_(device) {
  const CurrentDevice current(device);
  multiprocessors_ = device_attribute(cudaDevAttrMultiProcessorCount, device);
  most_shared_ = static_cast<std::size_t>(device_attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin, device));
  check(cudaStreamCreateWithFlags(&handle_, cudaStreamNonBlocking), "a stream");
  progress_ = std::make_unique<Progress>();
}

Stream::~Stream() { cudaStreamDestroy(handle_); }

void Stream::synchronize() { check(cudaStreamSynchronize(handle_), "work on the GPU"); }

void* Stream::allocate(std::int64_t bytes, const char* what) {
  return pool_of(device_).allocate(bytes, what, handle());
}

void Stream::release(void* memory, std::int64_t bytes) noexcept { pool_of(device_).release(memory, bytes, handle()); }

std::int64_t Stream::available() const { return pool_of(device_).available(); }

void set_bytes(Context& context, void* to, int byte, std::size_t bytes, const char* what) {
  if (bytes == 0) return;
  const StreamHandle stream = stream_of(context);
  const CurrentDevice current(stream.device);
  check(cudaMemsetAsync(to, byte, bytes, stream), what);
}

}  // namespace linden::cuda
