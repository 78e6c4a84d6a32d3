// What rows weigh in a sample, gradients times that, and the rows that are left.
//
// Of all rows only maxima are kept: integer maxima of bit patterns, whose order does not show.
#include <string>
#include <vector>

#include "backend/loss/row_gradient.hpp"
#include "backend/math/philox.hpp"
#include "backend/tree/row_weights.hpp"
#include "cuda/runtime/selection.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned threads = 256;

/// The largest bit patterns of an output.
struct Peaks {
  std::int32_t gradient, curvature;
};

/// Units of one row: a thread each. Units of many: a block each.
__global__ void __launch_bounds__(threads) mark_each(MarkTask task) {
  const std::int64_t step = std::int64_t{gridDim.x} * threads;
  for (std::int64_t i = std::int64_t{blockIdx.x} * threads + threadIdx.x; i < task.count; i += step)
    task.weights[task.rows[task.drawn[i]]] = 1;
}

__global__ void __launch_bounds__(threads) mark_whole(MarkTask task) {
  for (std::int64_t i = blockIdx.x; i < task.count; i += gridDim.x) {
    const std::uint32_t unit = task.drawn[i];
    const std::int64_t end = task.first[unit + 1];
    for (std::int64_t row = task.first[unit] + threadIdx.x; row < end; row += threads) task.weights[row] = 1;
  }
}

/// Each thread has the four rows that share a draw.
__global__ void __launch_bounds__(threads) weigh(RowWeightTask task) {
  const std::int64_t step = std::int64_t{gridDim.x} * threads;
  for (std::int64_t draw = std::int64_t{blockIdx.x} * threads + threadIdx.x; 4 * draw < task.rows; draw += step) {
    const PhiloxCounter drawn = random_words(task.seed, Draw::rows, task.round, static_cast<std::uint64_t>(draw));
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      const std::int64_t row = 4 * draw + k;
      if (row < task.rows)
        task.weights[row] = row_weight(task, drawn.word[k], task.magnitudes != nullptr ? task.magnitudes[row] : 0.0f);
    }
  }
}

/// Those of an output a row of blocks.
__global__ void __launch_bounds__(threads) scale(ScaleTask task, Peaks* peaks) {
  std::int32_t gradient = 0, curvature = 0;
  const std::int64_t step = std::int64_t{gridDim.x} * threads, first = blockIdx.y * task.rows;
  for (std::int64_t row = std::int64_t{blockIdx.x} * threads + threadIdx.x; row < task.rows; row += step) {
    const double weight = task.weights[row];
    if (weight == 0) continue;
    const float g = times_weight(task.gradients[first + row], weight);
    const float h = times_weight(task.curvatures[first + row], weight);
    task.gradients[first + row] = g;
    task.curvatures[first + row] = h;
    gradient = Max()(gradient, magnitude_bits(g));
    curvature = Max()(curvature, magnitude_bits(h));
  }
  gradient = block_reduce(gradient, Max());
  curvature = block_reduce(curvature, Max());
  if (threadIdx.x != 0) return;
  atomicMax(&peaks[blockIdx.y].gradient, gradient);
  atomicMax(&peaks[blockIdx.y].curvature, curvature);
}

__global__ void __launch_bounds__(threads) flag(CollectTask task, std::uint8_t* has_weight, unsigned long long* total) {
  std::int64_t here = 0;
  const std::int64_t step = std::int64_t{gridDim.x} * threads;
  for (std::int64_t row = std::int64_t{blockIdx.x} * threads + threadIdx.x; row < task.rows; row += step) {
    has_weight[row] = task.weights[row] != 0;
    here += has_weight[row];
  }
  here = block_reduce(here, Sum());
  if (threadIdx.x == 0) atomicAdd(total, static_cast<unsigned long long>(here));
}

LaunchShape shape_of(Context& context, std::int64_t rows) {
  return {.grid = blocks_for(context, rows, 4 * threads), .block = threads, .stream = stream_of(context)};
}

}  // namespace

void mark_drawn(Context& context, const MarkTask& task) {
  if (task.count == 0) return;
  if (task.first == nullptr)
    launch<mark_each>(shape_of(context, task.count), task);
  else
    launch<mark_whole>({.grid = blocks_for(context, task.count, 1), .block = threads, .stream = stream_of(context)},
                       task);
}

void weigh_rows(Context& context, const RowWeightTask& task) { launch<weigh>(shape_of(context, task.rows), task); }

void scale_rows(Context& context, const ScaleTask& task) {
  constexpr std::int64_t most_outputs = 65535;  // rows of blocks in a grid
  std::vector<Peaks> seen(static_cast<std::size_t>(task.outputs));
  const Scratch<Peaks> peaks(context, task.outputs);
  set_bytes(context, peaks.data(), 0, seen.size() * sizeof(Peaks), "weights of rows");
  for (std::int64_t first = 0; first < task.outputs; first += most_outputs) {
    const std::int64_t left = task.outputs - first;
    ScaleTask part = task;
    part.gradients += first * task.rows;
    part.curvatures += first * task.rows;
    const LaunchShape shape = shape_of(context, task.rows);
    launch<scale>({.grid = dim3(shape.grid.x, static_cast<unsigned>(left < most_outputs ? left : most_outputs)),
                   .block = threads,
                   .stream = stream_of(context)},
                  part, peaks.data() + first);
  }
  check(cudaMemcpyAsync(seen.data(), peaks.data(), seen.size() * sizeof(Peaks), cudaMemcpyDeviceToHost,
                        stream_of(context)),
        "weights of rows");
  context.stream->synchronize();
  for (std::size_t k = 0; k < seen.size(); ++k)
    task.ranges[k] = {__builtin_bit_cast(float, seen[k].gradient), __builtin_bit_cast(float, seen[k].curvature), -1};
}

std::int64_t collect_rows(Context& context, const CollectTask& task) {
  if (task.rows > most_to_select_from)
    throw DeviceError("fit_boosted: " + std::to_string(task.rows) +
                      " rows to draw a sample from, but a GPU takes at most " + std::to_string(most_to_select_from) +
                      ". Hint: all rows, or train on the CPU.");
  const Scratch<std::uint8_t> has_weight(context, task.rows, "sample");
  const Scratch<unsigned long long> total(context, 1);
  set_bytes(context, total.data(), 0, sizeof(unsigned long long), "sample");
  launch<flag>(shape_of(context, task.rows), task, has_weight.data(), total.data());
  select_positions(context, has_weight.data(), task.rows, task.sample);
  std::int64_t rows = 0;
  check(cudaMemcpyAsync(&rows, total.data(), sizeof rows, cudaMemcpyDeviceToHost, stream_of(context)), "sample");
  context.stream->synchronize();
  return rows;
}

}  // namespace linden::cuda
