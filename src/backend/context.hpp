// What every kernel is handed: where to run. The loops above the kernels find there, too, who has the other rows.
#pragma once

#include "base/parallel.hpp"

namespace linden {

namespace cuda {
class Stream;  // src/cuda/runtime/stream.hpp
}

class Comms;  // backend/comms.hpp

struct Context {
  Workers& workers;                ///< the threads of the CPU
  cuda::Stream* stream = nullptr;  ///< the stream of a GPU; null on the CPU
  Comms* comms = nullptr;          ///< the machines that have other rows of the same data; null: there are none
};

}  // namespace linden
