// A block and a tile of rows of a dense design: the tile's scores, and what its slopes add to the gradient.
//
// Columns are contiguous, all of one dtype. Scores: as many threads as the tile has rows go down the columns side by
// side; where the tile is smaller than the block, each such team has every so many-th column, and the teams' sums are
// added in order. Gradient: a warp has four columns, always the same ones, and its lanes the rows. What depends on
// the GPU is when a sum is made, never its order: that follows sizes, and which parameters are 0 (their columns are
// not read).
#pragma once

#include <cmath>

#include "backend/linear_kernels.hpp"
#include "cuda/runtime/simt.hpp"

namespace linden::cuda {

inline constexpr int pass_threads = 256;
inline constexpr int batch_columns = 4;  // that a warp sums at once

// Each source that includes this has its own copies.
namespace {

/// A column as scores see it; group: outputs at once.
template <int group>
struct ListedColumn {
  const void* values;
  double shift;
  double coefficient[group];  ///< parameter times factor
};

/// Lists columns first .. first + 255 for some outputs, without those that have no coefficient but 0. By whole blocks.
template <int group>
__device__ int list_columns(const DesignView& design, const double* parameters, int outputs, int first,
                            ListedColumn<group>* list) {
  const int j = first + int(threadIdx.x);
  const std::int64_t width = std::int64_t{design.features} + 1;
  ListedColumn<group> mine;
  bool counts = false;
  if (j < design.features) {
    const double factor = design.factor[j];
    mine.values = design.columns[j].values;
    mine.shift = design.shift[j];
#pragma unroll
    for (int g = 0; g < group; ++g) {
      mine.coefficient[g] = g < outputs && factor != 0.0 ? parameters[g * width + j] * factor : 0.0;
      counts |= mine.coefficient[g] != 0.0;
    }
  }
  const Place<int> place = block_exclusive_sum(counts ? 1 : 0);
  if (counts) list[place.before] = mine;
  __syncthreads();
  return place.total;
}

template <class T, int group>
__device__ __forceinline__ void add_columns(const ListedColumn<group>* list, int first, int count, int step,
                                            std::int64_t row, double (&sums)[group]) {
#pragma unroll(group == 1 ? 8 : 4)
  for (int i = first; i < count; i += step) {
    const double x = static_cast<double>(static_cast<const T*>(list[i].values)[row]) - list[i].shift;
#pragma unroll
    for (int g = 0; g < group; ++g) sums[g] = ::fma(x, list[i].coefficient[g], sums[g]);
  }
}

/// scores [outputs, size] in shared memory, of rows from `begin` on; rows past the last one repeat it. Thread i writes
/// those of row i. `listed` is the block's own, -1 before its first tile.
template <int group>
__device__ void tile_scores(const DesignView& design, bool is_f32, const double* parameters, int outputs,
                            std::int64_t begin, int size, double* scores, int& listed) {
  LINDEN_SHARED(list, ListedColumn<group>[pass_threads]);
  LINDEN_SHARED(parts, double[group][pass_threads]);
  const int thread = int(threadIdx.x), place = thread & (size - 1), team = thread / size, teams = pass_threads / size;
  const std::int64_t width = std::int64_t{design.features} + 1;
  const std::int64_t row = begin + place < design.rows ? begin + place : design.rows - 1;
  const bool is_kept = design.features <= pass_threads && outputs <= group;  // one list does for all tiles
  for (int k = 0; k < outputs; k += group) {
    double sums[group] = {};
    for (int first = 0; first < design.features; first += pass_threads) {
      if (!is_kept || listed < 0) listed = list_columns(design, parameters + k * width, outputs - k, first, list);
      if (is_f32)
        add_columns<float>(list, team, listed, teams, row, sums);
      else
        add_columns<double>(list, team, listed, teams, row, sums);
    }
    if (team == 0 && design.intercept)
#pragma unroll
      for (int g = 0; g < group; ++g)
        if (k + g < outputs) sums[g] += parameters[(k + g) * width + design.features];
    if (teams > 1) {
#pragma unroll
      for (int g = 0; g < group; ++g) parts[g][thread] = sums[g];
      __syncthreads();
      if (team == 0)
#pragma unroll
        for (int g = 0; g < group; ++g)
          for (int t = 1; t < teams; ++t) sums[g] += parts[g][t * size + place];
      __syncthreads();  // the next outputs go to the same place
    }
    if (team == 0)
#pragma unroll
      for (int g = 0; g < group; ++g)
        if (k + g < outputs) scores[(k + g) * size + place] = sums[g];
  }
}

/// Sums over the lanes of a warp, `count` of them at once, a power of two: lane l gets sum number l / (32 / count).
/// Lanes `step` apart trade halves of the sums as long as there are two.
template <int count, int step = 16>
__device__ __forceinline__ double sum_over_lanes(double (&values)[count]) {
  if constexpr (step == 0) {
    return values[0];
  } else if constexpr (count == 1) {
    double sum[1] = {values[0] + __shfl_xor_sync(all_lanes, values[0], step)};
    return sum_over_lanes<1, step / 2>(sum);
  } else {
    const bool has_upper = (int(lane_index()) & step) != 0;
    double sums[count / 2];
#pragma unroll
    for (int i = 0; i < count / 2; ++i) {
      const double lower = values[i], upper = values[i + count / 2];
      sums[i] = (has_upper ? upper : lower) + __shfl_xor_sync(all_lanes, has_upper ? lower : upper, step);
    }
    return sum_over_lanes<count / 2, step / 2>(sums);
  }
}

/// sums [outputs, width] += the sum over the tile's rows of slope times (x - shift), and of slope for the intercept.
/// slopes [outputs, size] lie in shared memory, 0 past the last row. Columns are visited from the last to the first:
/// the scores have read the last ones last, and a cache may still have them.
template <class T, int group>
__device__ __forceinline__ void add_tile_gradient(const DesignView& design, int outputs, std::int64_t begin, int size,
                                                  const double* slopes, double* sums) {
  constexpr int count = group * batch_columns, holders = 32 / count;
  const int lane = int(lane_index()), width = design.features + 1;
  const int batches = (width + batch_columns - 1) / batch_columns;
  for (int batch = batches - 1 - int(warp_index()); batch >= 0; batch -= pass_threads / 32) {
    const int first = batch * batch_columns;
    const T* values[batch_columns];
    double shift[batch_columns];
#pragma unroll
    for (int c = 0; c < batch_columns; ++c) {
      const int j = first + c;
      const bool is_read = j < design.features && design.factor[j] != 0.0;
      values[c] = is_read ? static_cast<const T*>(design.columns[j].values) : nullptr;
      shift[c] = is_read ? design.shift[j] : j == design.features && design.intercept ? -1.0 : 0.0;
    }
    for (int k = 0; k < outputs; k += group) {
      double totals[count] = {};
#pragma unroll(group == 1 ? 2 : 1)
      for (int i = lane; i < size; i += 32) {
        const std::int64_t row = begin + i < design.rows ? begin + i : design.rows - 1;
        double slope[group];
#pragma unroll
        for (int g = 0; g < group; ++g) slope[g] = k + g < outputs ? slopes[(k + g) * size + i] : 0.0;
#pragma unroll
        for (int c = 0; c < batch_columns; ++c) {
          const double x = (values[c] != nullptr ? static_cast<double>(values[c][row]) : 0.0) - shift[c];
#pragma unroll
          for (int g = 0; g < group; ++g)
            totals[g * batch_columns + c] = ::fma(x, slope[g], totals[g * batch_columns + c]);
        }
      }
      const double total = sum_over_lanes(totals);
      const int output = k + lane / holders / batch_columns, column = first + lane / holders % batch_columns;
      if (lane % holders == 0 && output < outputs && column < width) sums[output * width + column] += total;
    }
  }
}

}  // namespace
}  // namespace linden::cuda
