#include "runtime/queue.hpp"

#include "base/fail.hpp"
#include "runtime/pool.hpp"

namespace linden::cuda {
namespace {

int attribute(cudaDeviceAttr which, int device) {
  int value = 0;
  check(cudaDeviceGetAttribute(&value, which, device), "the device's attributes");
  return value;
}

}  // namespace

void check(cudaError_t status, const char* what) {
  if (status != cudaSuccess) fail<DeviceError>("{}: {}.", what, cudaGetErrorString(status));
}

Queue::Queue(int device) : device_(device) {
  use();
  multiprocessors_ = attribute(cudaDevAttrMultiProcessorCount, device);
  most_shared_ = static_cast<std::size_t>(attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin, device));
  check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "a stream");
  progress_ = std::make_unique<Progress>();
}

Queue::~Queue() { cudaStreamDestroy(stream_); }

void Queue::use() const { check(cudaSetDevice(device_), "the device"); }

void Queue::synchronize() { check(cudaStreamSynchronize(stream_), "work on the GPU"); }

void* Queue::allocate(std::int64_t bytes, const char* what) { return pool_of(device_).allocate(bytes, what, stream_); }

void Queue::release(void* memory, std::int64_t bytes) noexcept { pool_of(device_).release(memory, bytes, stream_); }

std::int64_t Queue::available() const { return pool_of(device_).available(); }

}  // namespace linden::cuda
