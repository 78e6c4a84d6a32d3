// What every kernel is handed: where to run.
#pragma once

#include "base/parallel.hpp"

namespace linden {

namespace cuda {
class Queue;  // src/cuda/runtime/queue.hpp
}

struct Context {
  Arena& arena;                  ///< the threads of the CPU
  cuda::Queue* queue = nullptr;  ///< the stream of a GPU; null on the CPU
};

}  // namespace linden
