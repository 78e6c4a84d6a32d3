// Derivatives as they are kept: stored as floats, and of all rows the largest of either and the first bad row.
#pragma once

#include "backend/loss/row_gradient.hpp"
#include "backend/tree_kernels.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// The largest bit patterns without their signs.
struct Peak {
  std::int32_t gradient = 0;
  std::int32_t curvature = 0;
};

template <class T>
T larger(T a, T b) {
  return a > b ? a : b;
}

/// Rows [begin, end) of output k. `derivatives(row)` returns {gradient, curvature}; negative curvature becomes 0.
template <bool weighted, class Derivatives>
Peak store(const GradientTask& task, std::int64_t k, std::int64_t begin, std::int64_t end,
           const Derivatives& derivatives) {
  float* __restrict gradients = task.gradients + k * task.rows;
  float* __restrict curvatures = task.curvatures + k * task.rows;
  const double* __restrict weights = task.weights;
  std::int32_t gradient_peak = 0, curvature_peak = 0;
  for (std::int64_t row = begin; row < end; ++row) {
    const StoredGradient kept = stored_gradient<weighted>(derivatives(row), weighted ? weights[row] : 1.0);
    gradients[row] = kept.gradient;
    curvatures[row] = kept.curvature;
    gradient_peak = larger(gradient_peak, magnitude_bits(kept.gradient));
    curvature_peak = larger(curvature_peak, magnitude_bits(kept.curvature));
  }
  return {gradient_peak, curvature_peak};
}

/// target = the larger of the two; the order of calls does not show.
inline void raise(double* target, double value) {
  double seen;
  __atomic_load(target, &seen, __ATOMIC_RELAXED);
  while (seen < value && !__atomic_compare_exchange(target, &seen, &value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
}

inline void lower_row(std::int64_t* target, std::int64_t row) {
  std::int64_t seen = __atomic_load_n(target, __ATOMIC_RELAXED);
  while ((seen < 0 || row < seen) &&
         !__atomic_compare_exchange_n(target, &seen, row, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
}

inline void combine(const GradientTask& task, std::int64_t k, std::int64_t begin, std::int64_t end, Peak peak) {
  GradientRange& range = task.ranges[k];
  const auto is_bad = [](float x) { return magnitude_bits(x) >= infinite_bits; };
  if (larger(peak.gradient, peak.curvature) >= infinite_bits) {
    const float* gradients = task.gradients + k * task.rows;
    const float* curvatures = task.curvatures + k * task.rows;
    for (std::int64_t row = begin; row < end; ++row) {
      if (!is_bad(gradients[row]) && !is_bad(curvatures[row])) continue;
      lower_row(&range.first_bad_row, row);
      break;
    }
    return;  // the maxima of a fit that is refused do not matter
  }
  raise(&range.max_gradient, __builtin_bit_cast(float, peak.gradient));
  raise(&range.max_curvature, __builtin_bit_cast(float, peak.curvature));
}

LINDEN_LEVEL_END
}  // namespace linden
