// Fewer planes of gradients for those of all outputs: a row of blocks for each plane.
#include "backend/tree/sketch.hpp"
#include "cuda/tree/rows/gradient_peaks.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned threads = 256;

__global__ void __launch_bounds__(threads) add_outputs(SketchTask task, Peak* peaks) {
  const auto plane = static_cast<std::int32_t>(blockIdx.y);
  float* const gradients = task.plane_gradients + plane * task.rows;
  float* const curvatures = task.plane_curvatures + plane * task.rows;
  Peak peak{};
  const std::int64_t step = std::int64_t{gridDim.x} * threads;
  for (std::int64_t row = std::int64_t{blockIdx.x} * threads + threadIdx.x; row < task.rows; row += step) {
    const SketchedRow of_row = sketched(task, plane, row);
    gradients[row] = of_row.gradient;
    curvatures[row] = of_row.curvature;
    const std::int32_t g = magnitude_bits(of_row.gradient), h = magnitude_bits(of_row.curvature);
    const bool is_bad = Max()(g, h) >= infinite_bits;
    peak = HigherPeak()(peak, is_bad ? Peak{0, 0, ~static_cast<unsigned long long>(row)} : Peak{g, h, 0});
  }
  peak = block_reduce(peak, HigherPeak());
  if (threadIdx.x == 0) raise(peaks[plane], peak);
}

}  // namespace

void sketch(Context& context, const SketchTask& task) {
  const auto planes = static_cast<std::size_t>(task.planes);
  const Scratch<Peak> peaks(context, task.planes);
  set_bytes(context, peaks.data(), 0, planes * sizeof(Peak), "a sketch of gradients");
  if (task.rows > 0)
    launch<add_outputs>({.grid = dim3(blocks_for(context, task.rows, threads), static_cast<unsigned>(task.planes)),
                         .block = threads,
                         .stream = stream_of(context)},
                        task, peaks.data());
  for (std::int32_t plane = 0; plane < task.planes; ++plane) task.ranges[plane] = {};
  read_peaks(context, peaks.data(), planes, task.ranges);
}

}  // namespace linden::cuda
