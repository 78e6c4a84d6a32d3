// How large the gradients of the rows are, and how many magnitudes begin with the same bits: what tells from which
// magnitude on a row is large. Only whole numbers are added up, so that no order shows.
#include "backend/tree/row_weights.hpp"
#include "backend/tree/tree_math.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned threads = magnitude_digits;
using Counter = unsigned long long;

__global__ void __launch_bounds__(threads) measure(MagnitudeTask task, double per_unit, Counter* total) {
  std::int64_t sum = 0;
  const std::int64_t step = std::int64_t{gridDim.x} * threads;
  for (std::int64_t row = std::int64_t{blockIdx.x} * threads + threadIdx.x; row < task.rows; row += step) {
    const float magnitude = magnitude_of(task, row);
    task.magnitudes[row] = magnitude;
    sum += in_units(magnitude, per_unit);
  }
  sum = block_reduce(sum, Sum());
  if (threadIdx.x == 0) atomicAdd(total, static_cast<Counter>(sum));
}

/// counters [2, magnitude_digits]: rows, then sums.
__global__ void __launch_bounds__(threads) count(DigitTask task, double per_unit, Counter* counters) {
  LINDEN_SHARED(counts, Counter[2 * magnitude_digits]);
  counts[threadIdx.x] = counts[magnitude_digits + threadIdx.x] = 0;
  __syncthreads();
  const std::int64_t step = std::int64_t{gridDim.x} * threads;
  for (std::int64_t row = std::int64_t{blockIdx.x} * threads + threadIdx.x; row < task.rows; row += step) {
    const float magnitude = task.magnitudes[row];
    const std::uint64_t key = magnitude_key(magnitude);
    if (key >> (task.shift + 8) != task.prefix) continue;
    const auto digit = static_cast<unsigned>(key >> task.shift & (magnitude_digits - 1));
    atomicAdd(&counts[digit], Counter{1});
    atomicAdd(&counts[magnitude_digits + digit], static_cast<Counter>(in_units(magnitude, per_unit)));
  }
  __syncthreads();
  if (counts[threadIdx.x] == 0) return;
  atomicAdd(counters + threadIdx.x, counts[threadIdx.x]);
  atomicAdd(counters + magnitude_digits + threadIdx.x, counts[magnitude_digits + threadIdx.x]);
}

LaunchShape shape_of(Context& context, std::int64_t rows) {
  return {.grid = blocks_for(context, rows, 4 * threads), .block = threads, .stream = stream_of(context)};
}

void to_host(Context& context, void* to, const void* from, std::size_t bytes) {
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream_of(context)), "magnitudes");
}

}  // namespace

std::int64_t magnitudes(Context& context, const MagnitudeTask& task) {
  const Scratch<Counter> total(context, 1);
  set_bytes(context, total.data(), 0, sizeof(Counter), "magnitudes");
  launch<measure>(shape_of(context, task.rows), task, 1 / sum_unit(1, task.rows), total.data());
  std::int64_t sum = 0;
  to_host(context, &sum, total.data(), sizeof sum);
  context.stream->synchronize();
  return sum;
}

void count_digits(Context& context, const DigitTask& task) {
  const Scratch<Counter> counters(context, 2 * magnitude_digits);
  set_bytes(context, counters.data(), 0, 2 * magnitude_digits * sizeof(Counter), "magnitudes");
  launch<count>(shape_of(context, task.rows), task, 1 / sum_unit(1, task.rows), counters.data());
  to_host(context, task.rows_of, counters.data(), magnitude_digits * sizeof(Counter));
  to_host(context, task.sums_of, counters.data() + magnitude_digits, magnitude_digits * sizeof(Counter));
  context.stream->synchronize();
}

}  // namespace linden::cuda
