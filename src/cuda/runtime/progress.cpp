#include "cuda/runtime/progress.hpp"

#include "cuda/runtime/stream.hpp"

namespace linden::cuda {

Progress::Progress() {
  check(cudaMallocHost(&seen_, sizeof(std::int32_t) * (lag + 1)), "pinned memory");
  for (cudaEvent_t& event : copied_) check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "an event");
}

Progress::~Progress() {
  for (cudaEvent_t event : copied_) cudaEventDestroy(event);
  cudaFreeHost(seen_);
}

bool Progress::step(const std::int32_t* flag, cudaStream_t stream) {
  const int at = steps_ % (lag + 1);
  check(cudaMemcpyAsync(seen_ + at, flag, sizeof(std::int32_t), cudaMemcpyDeviceToHost, stream), "a step's end");
  check(cudaEventRecord(copied_[at], stream), "a step's end");
  if (++steps_ <= lag) return false;
  const int then = steps_ % (lag + 1);  // the oldest of the ring
  check(cudaEventSynchronize(copied_[then]), "a step's end");
  return seen_[then] != 0;
}

}  // namespace linden::cuda
