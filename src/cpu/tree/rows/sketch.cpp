// Fewer planes of gradients for those of all outputs.
#include "backend/loss/row_gradient.hpp"
#include "backend/tree/sketch.hpp"
#include "cpu/tree/rows/gradient_peaks.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

void sketch(Context& context, const SketchTask& task) {
  constexpr std::int64_t sketched_rows = 4096;  // of all outputs: they stay in the second-level cache
  GradientTask planes;                          // where they go, as gradients do
  planes.rows = task.rows;
  planes.gradients = task.plane_gradients;
  planes.curvatures = task.plane_curvatures;
  planes.ranges = task.ranges;
  for (std::int32_t plane = 0; plane < task.planes; ++plane) task.ranges[plane] = {};
  context.workers.chunks(task.rows, sketched_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    for (std::int32_t plane = 0; plane < task.planes; ++plane) {
      float* const gradients = task.plane_gradients + plane * task.rows;
      float* const curvatures = task.plane_curvatures + plane * task.rows;
      Peak peak;
      for (std::int64_t row = begin; row < end; ++row) {
        const SketchedRow of_row = sketched(task, plane, row);
        gradients[row] = of_row.gradient;
        curvatures[row] = of_row.curvature;
        peak.gradient = larger(peak.gradient, magnitude_bits(of_row.gradient));
        peak.curvature = larger(peak.curvature, magnitude_bits(of_row.curvature));
      }
      combine(planes, plane, begin, end, peak);
    }
  });
}

LINDEN_LEVEL_END
}  // namespace linden
