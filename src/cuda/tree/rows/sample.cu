// The rows of a round: those with the smallest random numbers, of equal ones the first.
//
// A stable sort of the numbers tells which row is the last of them; the rows up to it are then selected in their order.
#include "backend/math/philox.hpp"
#include "cuda/runtime/radix_sort.hpp"
#include "cuda/runtime/selection.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned threads = 256;

/// Calls f(row, number) for the four rows that share a draw.
template <class F>
__device__ __forceinline__ void each_number(const SampleTask& task, const F& f) {
  const std::int64_t step = std::int64_t{gridDim.x} * threads;
  for (std::int64_t draw = std::int64_t{blockIdx.x} * threads + threadIdx.x; 4 * draw < task.count; draw += step) {
    const PhiloxCounter drawn = random_words(task.seed, task.use, task.round, static_cast<std::uint64_t>(draw));
#pragma unroll
    for (int k = 0; k < 4; ++k)
      if (4 * draw + k < task.count) f(4 * draw + k, drawn.word[k]);
  }
}

__global__ void __launch_bounds__(threads) draw(SampleTask task, RadixRecords<std::uint32_t> records) {
  each_number(task, [&](std::int64_t row, std::uint32_t number) {
    records.keys[row] = number;
    records.positions[row] = static_cast<unsigned>(row);
  });
}

__global__ void __launch_bounds__(threads)
    mark(SampleTask task, RadixRecords<std::uint32_t> sorted, std::uint8_t* is_drawn) {
  const std::uint32_t last = sorted.keys[task.wanted - 1], last_row = sorted.positions[task.wanted - 1];
  each_number(task, [&](std::int64_t row, std::uint32_t number) {
    is_drawn[row] = number < last || (number == last && row <= last_row);
  });
}

}  // namespace

void sample(Context& context, const SampleTask& task) {
  if (task.count > most_to_select_from)
    throw DeviceError("fit_boosted: " + std::to_string(task.count) +
                      " rows to draw a sample from, but a GPU takes at most " + std::to_string(most_to_select_from) +
                      ". Hint: row_fraction = 1, or train on the CPU.");
  const LaunchShape shape{
      .grid = blocks_for(context, task.count, 4 * threads), .block = threads, .stream = stream_of(context)};
  RadixSort<std::uint32_t> numbers(context, 1, task.count);
  launch<draw>(shape, task, numbers.records());
  numbers.run(context, 32);
  const Scratch<std::uint8_t> is_drawn(context, task.count, "sample");
  launch<mark>(shape, task, numbers.records(), is_drawn.data());
  select_positions(context, is_drawn.data(), task.count, task.sample);
}

}  // namespace linden::cuda
