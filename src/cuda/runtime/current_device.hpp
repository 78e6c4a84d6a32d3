// CurrentDevice: makes a GPU the one that CUDA's calls of this thread go to, until the end of the scope.
//
// The current device belongs to the program that Linden is a guest of: whoever starts a kernel, allocates or makes a
// stream sets it for that long and leaves it as it was.
#pragma once

#include <cuda_runtime.h>

namespace linden::cuda {

class CurrentDevice {
 public:
  /// A negative number leaves the device as it is. Never throws: the call that wants the device says what is wrong.
  explicit CurrentDevice(int device) noexcept {
    if (device < 0 || cudaGetDevice(&before_) != cudaSuccess || before_ == device) return;
    is_changed_ = cudaSetDevice(device) == cudaSuccess;
  }
  ~CurrentDevice() {
    if (is_changed_) cudaSetDevice(before_);
  }
  CurrentDevice(const CurrentDevice&) = delete;
  CurrentDevice& operator=(const CurrentDevice&) = delete;

 private:
  int before_ = 0;
  bool is_changed_ = false;
};

}  // namespace linden::cuda
