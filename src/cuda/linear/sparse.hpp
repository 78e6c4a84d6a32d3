// Passes over the entries of a sparse design: scores with a warp to a row, gradients with a warp to a column, or to
// part of one.
//
// Columns are shifted without being made dense: sum_j c_j (x_j - shift_j) is the sum over entries of c_j x_j less a
// number that is the same for every row, and a column's gradient is factor_j (sum_i x_ij r_i - shift_j sum_i r_i).
#pragma once

#include "cuda/linear/tile.hpp"
#include "cuda/runtime/stream.hpp"

namespace linden::cuda {

inline constexpr std::int64_t column_warps = 16896;  // 32 for each of 4 blocks of 132 multiprocessors

/// In how many parts the entries of a column are summed.
inline int column_parts(const DesignView& design) {
  const std::int64_t wanted = column_warps / (design.features > 0 ? design.features : 1);
  const std::int64_t most = (design.rows + 255) / 256;
  return static_cast<int>(wanted < 1 || most < 1 ? 1 : wanted < most ? wanted : most);
}

namespace {

constexpr unsigned coefficient_threads = 1024;

/// coefficients [columns, outputs] = parameter times factor; starts [outputs]: the score of a row without entries. A
/// block to an output.
__global__ void __launch_bounds__(coefficient_threads)
    sparse_coefficients(__grid_constant__ const DesignView design, const double* parameters, double* coefficients,
                        double* starts) {
  const std::int64_t width = std::int64_t{design.features} + 1;
  const double* const mine = parameters + blockIdx.x * width;
  double shifted = 0;
#pragma unroll 4
  for (std::int32_t j = int(threadIdx.x); j < design.features; j += int(blockDim.x)) {
    const double factor = design.factor[j], coefficient = factor != 0.0 ? mine[j] * factor : 0.0;
    coefficients[std::int64_t{j} * gridDim.x + blockIdx.x] = coefficient;
    shifted = ::fma(design.shift[j], coefficient, shifted);
  }
  shifted = block_reduce(shifted, Sum());
  if (threadIdx.x == 0) starts[blockIdx.x] = (design.intercept ? mine[design.features] : 0.0) - shifted;
}

/// scores [outputs, stride]
template <class T, int group>
__global__ void __launch_bounds__(pass_threads)
    sparse_scores(__grid_constant__ const DesignView design, std::int32_t outputs, const double* coefficients,
                  const double* starts, double* scores, std::int64_t stride) {
  constexpr int holders = 32 / group;
  const std::int64_t warps = std::int64_t{gridDim.x} * warps_in_block();
  const T* const values = static_cast<const T*>(design.entries.values);
  const int lane = int(lane_index());
  for (std::int64_t row = std::int64_t{blockIdx.x} * warps_in_block() + warp_index(); row < design.rows; row += warps) {
    const std::int64_t begin = design.entries.offsets[row], end = design.entries.offsets[row + 1];
    for (std::int32_t k = 0; k < outputs; k += group) {
      double sums[group] = {};
#pragma unroll 2
      for (std::int64_t e = begin + lane; e < end; e += 32) {
        const double x = static_cast<double>(values[e]);
        const double* const of_column = coefficients + std::int64_t{design.entries.indices[e]} * outputs + k;
#pragma unroll
        for (int g = 0; g < group; ++g) sums[g] = ::fma(x, k + g < outputs ? of_column[g] : 0.0, sums[g]);
      }
      const double total = sum_over_lanes(sums);
      const std::int32_t output = k + lane / holders;
      if (lane % holders == 0 && output < outputs) scores[output * stride + row] = starts[output] + total;
    }
  }
}

/// parts [part, outputs, width]: sums over a part of a column's entries of x times slope.
template <class T, int group>
__global__ void __launch_bounds__(pass_threads)
    sparse_gradient(__grid_constant__ const DesignView design, std::int32_t outputs, int count, const double* slopes,
                    double* parts) {
  constexpr int holders = 32 / group;
  const std::int64_t warps = std::int64_t{gridDim.x} * warps_in_block(), width = std::int64_t{design.features} + 1;
  const T* const values = static_cast<const T*>(design.by_column.values);
  const int lane = int(lane_index());
  for (std::int64_t i = std::int64_t{blockIdx.x} * warps_in_block() + warp_index(); i < count * (width - 1);
       i += warps) {
    const std::int64_t part = i / (width - 1), column = i % (width - 1);
    const std::int64_t first = design.by_column.offsets[column];
    const std::int64_t entries = design.factor[column] != 0.0 ? design.by_column.offsets[column + 1] - first : 0;
    const std::int64_t begin = first + entries * part / count, end = first + entries * (part + 1) / count;
    for (std::int32_t k = 0; k < outputs; k += group) {
      double sums[group] = {};
#pragma unroll 4
      for (std::int64_t e = begin + lane; e < end; e += 32) {
        const double x = static_cast<double>(values[e]);
        const std::int64_t row = design.by_column.indices[e];
#pragma unroll
        for (int g = 0; g < group; ++g)
          if (k + g < outputs) sums[g] = ::fma(x, slopes[(k + g) * design.rows + row], sums[g]);
      }
      const double total = sum_over_lanes(sums);
      const std::int32_t output = k + lane / holders;
      if (lane % holders == 0 && output < outputs) parts[(part * outputs + output) * width + column] = total;
    }
  }
}

/// parts [outputs, gridDim.x]: sums of slopes. A block to a part of the rows of one output.
__global__ void __launch_bounds__(pass_threads) sum_slopes(std::int64_t rows, const double* slopes, double* parts) {
  const double* const mine = slopes + blockIdx.y * rows;
  double sum = 0;
#pragma unroll 4
  for (std::int64_t row = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; row < rows;
       row += std::int64_t{gridDim.x} * blockDim.x)
    sum += mine[row];
  sum = block_reduce(sum, Sum());
  if (threadIdx.x == 0) parts[blockIdx.y * gridDim.x + blockIdx.x] = sum;
}

/// scores [outputs, stride] of a sparse design.
template <class T>
void launch_sparse_scores(Context& context, const DesignView& design, std::int32_t outputs, const double* parameters,
                          double* scores, std::int64_t stride) {
  const Scratch<double> coefficients(context, std::int64_t{outputs} * design.features), starts(context, outputs);
  launch<sparse_coefficients>({.grid = unsigned(outputs), .block = coefficient_threads, .stream = stream_of(context)},
                              design, parameters, coefficients.data(), starts.data());
  const LaunchShape shape{
      .grid = blocks_for(context, design.rows, pass_threads / 32), .block = pass_threads, .stream = stream_of(context)};
  if (outputs == 1)
    launch<sparse_scores<T, 1>>(shape, design, outputs, coefficients.data(), starts.data(), scores, stride);
  else
    launch<sparse_scores<T, 4>>(shape, design, outputs, coefficients.data(), starts.data(), scores, stride);
}

template <class T>
void launch_sparse_gradient(Context& context, const DesignView& design, std::int32_t outputs, int count,
                            const double* slopes, double* parts) {
  const LaunchShape shape{.grid = blocks_for(context, std::int64_t{count} * design.features, pass_threads / 32),
                          .block = pass_threads,
                          .stream = stream_of(context)};
  if (outputs == 1)
    launch<sparse_gradient<T, 1>>(shape, design, outputs, count, slopes, parts);
  else
    launch<sparse_gradient<T, 4>>(shape, design, outputs, count, slopes, parts);
}

}  // namespace
}  // namespace linden::cuda
