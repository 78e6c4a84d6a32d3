// Uploaded: a list of the host's for the kernels of one call.
#pragma once

#include <vector>

#include "cuda/runtime/stream.hpp"

namespace linden::cuda {

template <class T>
class Uploaded {
 public:
  Uploaded(Context& context, const std::vector<T>& values, const char* what = "a list for a kernel")
      : memory_(context, static_cast<std::int64_t>(values.size()), what) {
    if (!values.empty())
      check(cudaMemcpyAsync(memory_.data(), values.data(), values.size() * sizeof(T), cudaMemcpyHostToDevice,
                            stream_of(context)),
            what);
  }

  const T* data() const noexcept { return memory_.data(); }

 private:
  Scratch<T> memory_;
};

}  // namespace linden::cuda
