// Derivatives as they are kept: stored as floats, and of all rows the largest of either and the first bad row.
#pragma once

#include <vector>

#include "backend/loss/row_gradient.hpp"
#include "backend/tree_kernels.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"

namespace linden::cuda {

/// What has been seen of an output: the largest bit patterns of its finite numbers, and the complement of the first row
/// that has others (0: none).
struct Peak {
  std::int32_t gradient, curvature;
  unsigned long long bad;
};

struct HigherPeak {
  __device__ __forceinline__ Peak operator()(const Peak& a, const Peak& b) const {
    return {Max()(a.gradient, b.gradient), Max()(a.curvature, b.curvature), Max()(a.bad, b.bad)};
  }
};

/// The arrays of a GradientTask; outputs stand `rows` apart.
struct Arrays {
  std::int64_t rows;
  const double *scores, *labels, *weights;
  float *gradients, *curvatures;
};

/// Stores the derivatives of a row in output k.
template <bool weighted>
__device__ __forceinline__ Peak store(const Arrays& arrays, std::int64_t k, std::int64_t row,
                                      const SoftmaxLoss::Output& d) {
  const StoredGradient kept = stored_gradient<weighted>(d, weighted ? arrays.weights[row] : 1.0);
  arrays.gradients[k * arrays.rows + row] = kept.gradient;
  arrays.curvatures[k * arrays.rows + row] = kept.curvature;
  const std::int32_t g = magnitude_bits(kept.gradient), h = magnitude_bits(kept.curvature);
  if (Max()(g, h) >= infinite_bits) return {0, 0, ~static_cast<unsigned long long>(row)};
  return {g, h, 0};
}

__device__ __forceinline__ void raise(Peak& target, const Peak& peak) {
  atomicMax(&target.gradient, peak.gradient);
  atomicMax(&target.curvature, peak.curvature);
  if (peak.bad != 0) atomicMax(&target.bad, peak.bad);
}

/// Of each output, to the host.
inline void read_peaks(Context& context, const Peak* peaks, std::size_t outputs, GradientRange* ranges) {
  std::vector<Peak> seen(outputs);
  check(cudaMemcpyAsync(seen.data(), peaks, outputs * sizeof(Peak), cudaMemcpyDeviceToHost, stream_of(context)),
        "gradients");
  context.stream->synchronize();
  for (std::size_t k = 0; k < outputs; ++k) {
    ranges[k].max_gradient = __builtin_bit_cast(float, seen[k].gradient);
    ranges[k].max_curvature = __builtin_bit_cast(float, seen[k].curvature);
    if (seen[k].bad != 0) ranges[k].first_bad_row = static_cast<std::int64_t>(~seen[k].bad);
  }
}

}  // namespace linden::cuda
