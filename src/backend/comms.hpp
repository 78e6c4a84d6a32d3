// The seam between machines, beside that of memory: what those who have different rows of the same data tell each
// other. Each of them is a rank, and all ranks call the same functions in the same order, with the same counts.
//
// Everything lies in the memory of the context's device and happens in the order of its stream. A context without Comms
// is alone: it has all rows, and the functions below do nothing. Sums are of whole numbers, so that no order of ranks
// shows in them.
#pragma once

#include <cstdint>

#include "backend/device_array.hpp"
#include "backend/memory_kernels.hpp"

namespace linden {

class Comms {
 public:
  virtual ~Comms() = default;
  /// Each value becomes the sum of what it is on all ranks.
  virtual void sum(Context&, std::int64_t* values, std::int64_t count) = 0;
  /// Each value becomes the largest of what it is on all ranks.
  virtual void max(Context&, double* values, std::int64_t count) = 0;
};

inline void sum_over_ranks(Context& context, std::int64_t* values, std::int64_t count) {
  if (context.comms != nullptr && count > 0) context.comms->sum(context, values, count);
}

/// The same for values of the host.
inline void sum_over_ranks(const MemoryKernels& memory, Context& context, std::int64_t* values, std::int64_t count) {
  if (context.comms == nullptr) return;
  const ToHost<std::int64_t> there(memory, context, values, count, "sums over machines");
  there.upload();
  context.comms->sum(context, there.data(), count);
  there.download();
}

inline void max_over_ranks(const MemoryKernels& memory, Context& context, double* values, std::int64_t count) {
  if (context.comms == nullptr) return;
  const ToHost<double> there(memory, context, values, count, "maxima over machines");
  there.upload();
  context.comms->max(context, there.data(), count);
  there.download();
}

}  // namespace linden
