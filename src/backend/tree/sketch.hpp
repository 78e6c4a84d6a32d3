// Sketches: planes of gradients that stand for those of more outputs in the search for splits. Each output belongs to
// one plane, with a sign; a plane's gradient is the signed sum of those of its outputs, and its curvature their mean.
// On average over signs the square of such a sum is the sum of the squares: so what splits gain is kept, but for noise.
#pragma once

#include "backend/math/host_device.hpp"
#include "backend/tree/tree_input.hpp"

namespace linden {

struct SketchTask {
  std::int64_t rows = 0;
  std::int32_t outputs = 0, planes = 0;
  const float* gradients = nullptr;   ///< [outputs, rows]
  const float* curvatures = nullptr;  ///< [outputs, rows]
  const std::int32_t* terms =
      nullptr;  ///< [outputs], plane by plane: an output, or its complement where it is negative
  const std::int32_t* first = nullptr;  ///< [planes + 1]: which of them are whose; every plane has some
  float* plane_gradients = nullptr;     ///< out [planes, rows]
  float* plane_curvatures = nullptr;    ///< out [planes, rows]
  GradientRange* ranges = nullptr;      ///< [planes], the host's, out
};

LINDEN_LEVEL_BEGIN

struct SketchedRow {
  float gradient, curvature;
};

LINDEN_HD SketchedRow sketched(const SketchTask& task, std::int32_t plane, std::int64_t row) {
  const std::int32_t begin = task.first[plane], end = task.first[plane + 1];
  double gradient = 0, curvature = 0;
  for (std::int32_t t = begin; t < end; ++t) {
    const std::int32_t term = task.terms[t], output = term < 0 ? ~term : term;
    const double own = task.gradients[output * task.rows + row];
    gradient += term < 0 ? -own : own;
    curvature += task.curvatures[output * task.rows + row];
  }
  constexpr double most = 3.4028234663852886e38;  // that a float holds
  gradient = gradient > most ? most : gradient < -most ? -most : gradient;
  return {static_cast<float>(gradient), static_cast<float>(curvature / (end - begin))};
}

LINDEN_LEVEL_END
}  // namespace linden
