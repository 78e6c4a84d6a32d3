// What every kernel is handed: where to run.
#pragma once

#include "base/parallel.hpp"

namespace linden {

namespace cuda {
class Stream;  // src/cuda/runtime/stream.hpp
}

struct Context {
  Workers& workers;                ///< the threads of the CPU
  cuda::Stream* stream = nullptr;  ///< the stream of a GPU; null on the CPU
};

}  // namespace linden
